/** The staircase of a layer: the quantizer that it has learned, over what it receives; theta can be dragged. */

import { useRef } from "preact/hooks";
import type { Corner, Histogram, QuantizationError } from "atif";
import { figure, percent } from "./format.js";
import { leastTheta } from "./least-theta.js";
import { drawingWords as words } from "./words.js";

/** At the sides there is room for the longest numbers in the letters of a phone, 22 units high. */
const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [640, 340, 88, 42, 24, 56];

/** A layer's quantizer, and what it receives. */
export interface MeasuredStaircase {
  readonly name: string;
  readonly theta: number;
  readonly timesteps: number;
  readonly corners: readonly Corner[];
  readonly error: Pick<QuantizationError, "clipped">;
  readonly histogram: Histogram;
}

interface Props {
  readonly measured: MeasuredStaircase;
  /** What training has found. */
  readonly learned: number;
  /** Where the slider is, ahead of what is measured. */
  readonly theta: number;
  /** The line of theta was dragged; null: it cannot be. */
  readonly onMove: ((theta: number) => void) | null;
}

export function StaircaseChart({ measured, learned, theta, onMove }: Props) {
  const svg = useRef<SVGSVGElement>(null);
  const { name, timesteps, error, corners, histogram } = measured;
  const { low, high, counts } = histogram;
  const x = (value: number): number => LEFT + ((value - low) / (high - low)) * (WIDTH - LEFT - RIGHT);
  const y = (value: number): number => HEIGHT - BOTTOM - (value / high) * (HEIGHT - TOP - BOTTOM);
  const most = counts.reduce((a, b) => Math.max(a, b), 1);
  const bar = (high - low) / counts.length;
  const dragTo = (event: PointerEvent): void => {
    const box = svg.current?.getBoundingClientRect();
    if (box === undefined || onMove === null) return;
    const at = ((event.clientX - box.left) / box.width) * WIDTH;
    const value = low + ((at - LEFT) / (WIDTH - LEFT - RIGHT)) * (high - low);
    onMove(Math.min(high, Math.max(leastTheta(high), value)));
  };
  const top = measured.theta;
  const stairs: readonly Corner[] = [[low, 0], ...corners, [Math.max(high, top), top]];
  return (
    <figure class="chart stairs">
      <svg
        ref={svg}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={words.stairs.label(name, timesteps, figure(top), percent(error.clipped))}
      >
        {Array.from(counts, (count, i) => (
          <rect
            key={i}
            class={low + (i + 0.5) * bar > theta ? "bar clipped" : "bar"}
            x={x(low + i * bar)}
            width={Math.max(1, x(low + bar) - x(low) - 1)}
            // The root: rare inputs stay visible beside the many around 0.
            y={HEIGHT - BOTTOM - Math.sqrt(count / most) * (HEIGHT - TOP - BOTTOM)}
            height={Math.sqrt(count / most) * (HEIGHT - TOP - BOTTOM)}
          />
        ))}
        <line class="axis" x1={LEFT} x2={WIDTH - RIGHT} y1={y(0)} y2={y(0)} />
        <polyline class="ideal" points={`${x(low)},${y(0)} ${x(0)},${y(0)} ${x(high)},${y(high)}`} />
        {theta === learned ? null : (
          <line class="learned" x1={x(learned)} x2={x(learned)} y1={TOP} y2={HEIGHT - BOTTOM} />
        )}
        <polyline
          class="staircase"
          points={stairs.map(([input, output]) => `${x(input)},${y(output)}`).join(" ")}
        />
        <g
          class={onMove === null ? "handle fixed" : "handle"}
          onPointerDown={(event) => {
            if (onMove === null) return;
            event.preventDefault();
            event.currentTarget.setPointerCapture(event.pointerId);
            dragTo(event);
          }}
          onPointerMove={(event) => {
            if (event.currentTarget.hasPointerCapture(event.pointerId)) dragTo(event);
          }}
        >
          <line class="grip" x1={x(theta)} x2={x(theta)} y1={TOP} y2={HEIGHT - BOTTOM} />
          <line class="theta" x1={x(theta)} x2={x(theta)} y1={TOP} y2={HEIGHT - BOTTOM} />
          <circle cx={x(theta)} cy={TOP} r={9} />
        </g>
        <text class="on-handle" x={x(theta)} y={TOP + 4.5} text-anchor="middle">
          θ
        </text>
        {ticks(low, high).map((value) => (
          <text key={value} x={x(value)} y={HEIGHT - BOTTOM + 22} text-anchor="middle">
            {figure(value)}
          </text>
        ))}
        {ticks(0, high).map((value) => (
          <text key={value} x={LEFT - 6} y={y(value) + 4} text-anchor="end">
            {figure(value)}
          </text>
        ))}
        <text x={(WIDTH + LEFT) / 2} y={HEIGHT - 6} text-anchor="middle">
          {words.stairs.axis}
        </text>
      </svg>
      <ul class="legend">
        <li>
          <span class="swatch charge-swatch" /> {words.stairs.legend.staircase}
        </li>
        <li>
          <span class="swatch ideal-swatch" /> {words.stairs.legend.ideal}
        </li>
        <li>
          <span class="swatch bar-swatch" /> {words.stairs.legend.bars}
        </li>
        <li>
          <span class="swatch spike-swatch" /> {words.stairs.legend.clipped}
        </li>
      </ul>
    </figure>
  );
}

/** Round numbers, about five. */
function ticks(low: number, high: number): number[] {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((each) => each >= rough) ?? rough;
  const first = Math.ceil(low / step);
  const count = Math.floor(high / step) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => Number(((first + i) * step).toPrecision(6)));
}
