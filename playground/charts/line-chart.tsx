/** Curves, drawn by uPlot on a canvas; the same numbers stand below as text. */

import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { grouped } from "../format.js";
import { pageColours } from "../../elements/colours.js";
import { onePerFrame } from "./one-per-frame.js";
import { useRedraw } from "../../elements/use-redraw.js";
import styles from "uplot/dist/uPlot.min.css?inline";
import "./line-chart.css";

// With the first chart, as its library.
document.head.append(Object.assign(document.createElement("style"), { textContent: styles }));

export interface Series {
  readonly label: string;
  readonly values: readonly (number | null)[];
  /** Index into the colours of the theme. */
  readonly colour: number;
  readonly dash?: boolean;
  /** Of the run before: thin, and not among what is said of the chart. */
  readonly isPale?: boolean;
}

interface Props {
  /** What the chart shows, for those who do not see it. */
  readonly title: string;
  readonly x: readonly number[];
  readonly xLabel: string;
  readonly series: readonly Series[];
  /** Of the latest value, and of the numbers on the vertical axis. */
  readonly format: (value: number) => string;
  readonly tickFormat: (value: number) => string;
  /** The least range of the vertical axis. */
  readonly low?: number;
  readonly high?: number;
  readonly height?: number;
}

export function LineChart(props: Props) {
  const { title, x, series, format, height = 180 } = props;
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const make = useRef<() => void>(() => undefined);
  const latest = useRef(props);
  latest.current = props;
  const shape = series.map(({ label, colour, isPale }) => `${label}:${colour}:${isPale === true}`).join();

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    make.current = () => {
      chart.current?.destroy();
      chart.current = new uPlot(
        options(latest.current, element.clientWidth),
        dataOf(latest.current),
        element,
      );
    };
    // Several charts come at once.
    onePerFrame(() => {
      if (box.current === element) make.current();
    });
    const resize = new ResizeObserver(() =>
      chart.current?.setSize({ width: element.clientWidth, height: latest.current.height ?? 180 }),
    );
    resize.observe(element);
    return () => {
      resize.disconnect();
      chart.current?.destroy();
      chart.current = null;
    };
  }, [shape, height]);

  useEffect(() => chart.current?.setData(dataOf(props)), [x, series]);
  useRedraw(() => make.current());

  return (
    <figure class="chart">
      <figcaption>{title}</figcaption>
      <div
        ref={box}
        class="chart-canvas"
        role="img"
        aria-label={spoken(props)}
        style={{ height: `${height}px` }}
      />
      <ul class="legend">
        {series.filter(isOfNow).map(({ label, values, colour }) => (
          <li key={label}>
            <span class="swatch" style={{ background: `var(--series-${colour})` }} />
            &#8201;{label} <b>{shown(values, format)}</b>
          </li>
        ))}
      </ul>
    </figure>
  );
}

function isOfNow({ isPale }: Series): boolean {
  return isPale !== true;
}

function lastOf(values: readonly (number | null)[]): number | null {
  for (let i = values.length - 1; i >= 0; i--) if (values[i] !== null) return values[i];
  return null;
}

function shown(values: readonly (number | null)[], format: (value: number) => string): string {
  const last = lastOf(values);
  return last === null ? "–" : format(last);
}

function spoken({ title, series, format }: Props): string {
  return `${title}: ${series
    .filter(isOfNow)
    .map(({ label, values }) => `${label} ${shown(values, format)}`)
    .join(", ")}`;
}

function dataOf({ x, series }: Props): uPlot.AlignedData {
  return [[...x], ...series.map(({ values }) => [...values])];
}

/** Batches, epochs and time steps are counted: no ticks between them. */
const WHOLE_STEPS = [1, 2, 5]
  .flatMap((first) => [1, 10, 100, 1e3, 1e4, 1e5].map((power) => first * power))
  .sort((a, b) => a - b);

function options(
  { series, xLabel, tickFormat, low, high, height = 180 }: Props,
  width: number,
): uPlot.Options {
  const { ink, grid, seriesColours } = pageColours();
  const axis = {
    stroke: ink,
    font: "12px system-ui, sans-serif",
    labelFont: "12px system-ui, sans-serif",
    grid: { stroke: grid, width: 1 },
    ticks: { stroke: grid, width: 1 },
  };
  return {
    width,
    height,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false },
      y: {
        range: (_, min, max) => {
          const bottom = Math.min(low ?? min ?? 0, min ?? 0);
          const top = Math.max(high ?? max ?? 1, max ?? 1);
          return [bottom, top > bottom ? top : bottom + 1];
        },
      },
    },
    axes: [
      {
        ...axis,
        label: xLabel,
        labelSize: 18,
        size: 30,
        incrs: WHOLE_STEPS,
        values: (_, ticks) => ticks.map(grouped),
      },
      { ...axis, size: 58, values: (_, ticks) => ticks.map(tickFormat) },
    ],
    series: [
      {},
      ...series.map(({ label, colour, dash, isPale }) => ({
        label,
        stroke: seriesColours[colour],
        width: isPale === true ? 1 : 2,
        ...(isPale === true ? { alpha: 0.45 } : {}),
        points: { show: false },
        spanGaps: true,
        ...(dash === true ? { dash: [6, 4] } : {}),
      })),
    ],
  };
}
