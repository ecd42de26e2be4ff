/** Combinations of settings beside each other: mean, and from the least to the most, of one figure. */

import { colours } from "../drawing/colours.js";
import { fitted } from "../drawing/fitted.js";
import { picture } from "../drawing/picture.js";
import { ticks } from "../drawing/ticks.js";
import { escaped, rounded } from "../drawing/xml-text.js";

export interface SweepBar {
  /** What was set. */
  readonly label: string;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** Each run. */
  readonly values: readonly number[];
}

export interface SweepPlot {
  readonly title: string;
  /** "validation accuracy, %" */
  readonly figure: string;
  /** From the top. */
  readonly bars: readonly SweepBar[];
}

const ROW = 24;
const LEFT = 300;
const WIDTH = 420;
const TOP = 56;
/** More do not fit a page; the table has them. */
const MOST_BARS = 60;
const MOST_MARKS = 7;

/** SVG text. @throws RangeError for no bar */
export function plotSweep({ title, figure, bars }: SweepPlot): string {
  if (bars.length === 0) throw new RangeError("plotSweep: no bar; expected at least one.");
  const shown = bars.slice(0, MOST_BARS);
  const [least, most] = [Math.min(...shown.map(({ min }) => min)), Math.max(...shown.map(({ max }) => max))];
  const room = most > least ? 0.06 * (most - least) : Math.abs(most) * 0.06 || 1;
  const height = ROW * shown.length;
  const [low, high] = [least - room, most + room];
  const x = (value: number): string => rounded(LEFT + (WIDTH * (value - low)) / (high - low));
  const omitted = bars.length - shown.length;
  const head = omitted === 0 ? title : `${title}: the first ${MOST_BARS} of ${bars.length}`;
  return picture({
    id: "sweep",
    title: head,
    description: shown.map(({ label, mean }) => `${label}: ${short(mean)}.`).join(" "),
    width: LEFT + WIDTH + 40,
    height: TOP + height + 60,
    body: [
      `<text class="head" x="16" y="22">${escaped(fitted(head, LEFT + WIDTH))}</text>`,
      `<text x="${LEFT + WIDTH}" y="${TOP + height + 40}" text-anchor="end">${escaped(figure)}</text>`,
      ...ticks(low, high, MOST_MARKS).flatMap((value) => mark(x(value), TOP + height, value)),
      ...shown.flatMap((bar, i) => drawn(bar, TOP + ROW * (i + 0.5), x)),
    ],
  });
}

function mark(x: string, bottom: number, value: number): string[] {
  return [
    `<line class="axis" stroke-opacity="0.25" x1="${x}" y1="${TOP}" x2="${x}" y2="${bottom}"/>`,
    `<text x="${x}" y="${bottom + 18}" text-anchor="middle">${short(value)}</text>`,
  ];
}

function drawn(
  { label, mean, min, max, values }: SweepBar,
  y: number,
  x: (value: number) => string,
): string[] {
  const at = rounded(y);
  return [
    `<text x="${LEFT - 10}" y="${rounded(y + 4)}" text-anchor="end">${escaped(fitted(label, LEFT - 24))}</text>`,
    `<line stroke="${colours.blue}" stroke-width="2" x1="${x(min)}" y1="${at}" x2="${x(max)}" y2="${at}"/>`,
    ...values.map(
      (value) => `<circle cx="${x(value)}" cy="${at}" r="3" fill="none" stroke="${colours.blue}"/>`,
    ),
    `<circle cx="${x(mean)}" cy="${at}" r="5" fill="${colours.orange}"/>`,
  ];
}

const short = (value: number): string => String(Number(value.toPrecision(4)));
