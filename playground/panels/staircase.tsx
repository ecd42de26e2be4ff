/** The staircase: the quantizer that each layer has learned, over what it really receives; drag theta and T. */

import { useRef } from "preact/hooks";
import type { Corner } from "atif";
import { moveStaircase, restoreStaircases, selectLayer } from "../actions.js";
import { figure, percent } from "../format.js";
import { ranges } from "../state/settings.js";
import { select } from "../state/page-state.js";
import { leastTheta } from "../state/wanted-staircases.js";
import { words } from "../words/words.js";
import type { Staircases } from "../worker/protocol.js";
import { Emphasised } from "./emphasised.js";
import { Slider } from "./slider.js";

const state = select((page) => page.staircases);
const training = select((page) => page.training);
const model = select((page) => page.model);
/** Whether the thresholds are still the first ones. */
const isUntrained = select((page) => page.look?.isUntrained === true);

export function StaircasePanel() {
  const { trained, moved, whatIf, layer } = state.value;
  return (
    <>
      <p>
        <Emphasised text={words.stairs.lead} />
      </p>
      {trained === null ? (
        <p class="muted" role="status">
          {training.value.status === "running"
            ? words.stairs.whenPaused
            : model.value?.fitsData === false
              ? words.stairs.dropData
              : words.stairs.measuring}
        </p>
      ) : trained.layers.length === 0 ? (
        <p class="muted">{words.stairs.noLayers}</p>
      ) : (
        <>
          <div class="buttons" role="group" aria-label={words.stairs.layer}>
            {trained.layers.map(({ name }, i) => (
              <button key={name} type="button" aria-pressed={i === layer} onClick={() => selectLayer(i)}>
                {name}
              </button>
            ))}
          </div>
          <div class="columns stairs-columns">
            <Sliders trained={trained} />
            <div>
              <Chart
                now={moved ?? trained}
                trained={trained}
                layer={layer}
                theta={whatIf?.thetas[layer] ?? trained.layers[layer].theta}
              />
              <Figures trained={trained} moved={moved} layer={layer} />
            </div>
          </div>
        </>
      )}
    </>
  );
}

function Sliders({ trained }: { trained: Staircases }) {
  const { whatIf, layer } = state.value;
  const { name, theta: learned, histogram, isMovable } = trained.layers[layer];
  const theta = whatIf?.thetas[layer] ?? learned;
  const timesteps = whatIf?.timesteps ?? trained.timesteps;
  const { thetaAtFirst, thetaLearned, thetaFixed, madeFor, trainedWith } = words.stairs;
  return (
    <div class="stairs-sliders">
      <Slider
        label={words.stairs.thetaOf(name)}
        hint={isMovable ? (isUntrained.value ? thetaAtFirst : thetaLearned)(figure(learned)) : thetaFixed}
        low={leastTheta(histogram.high)}
        high={histogram.high}
        step={histogram.high / 400}
        value={theta}
        shown={figure(theta)}
        disabled={!isMovable}
        onInput={(value) => moveStaircase({ theta: value })}
      />
      <Slider
        label={words.stairs.timesteps}
        hint={(isUntrained.value ? madeFor : trainedWith)(trained.timesteps)}
        low={ranges.timesteps.low}
        high={ranges.timesteps.high}
        step={1}
        value={timesteps}
        onInput={(value) => moveStaircase({ timesteps: value })}
      />
      <button type="button" disabled={whatIf === null} onClick={restoreStaircases}>
        {words.stairs.restore}
      </button>
      <p class="muted">{words.stairs.copy}</p>
    </div>
  );
}

/** At the sides there is room for the longest numbers in the letters of a phone, 22 units high. */
const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [640, 340, 88, 42, 24, 56];

interface ChartProps {
  readonly now: Staircases;
  readonly trained: Staircases;
  readonly layer: number;
  /** Where the slider is, ahead of what is measured. */
  readonly theta: number;
}

function Chart({ now, trained, layer, theta }: ChartProps) {
  const svg = useRef<SVGSVGElement>(null);
  const { histogram } = now.layers[layer];
  const { low, high, counts } = histogram;
  const x = (value: number): number => LEFT + ((value - low) / (high - low)) * (WIDTH - LEFT - RIGHT);
  const y = (value: number): number => HEIGHT - BOTTOM - (value / high) * (HEIGHT - TOP - BOTTOM);
  const most = counts.reduce((a, b) => Math.max(a, b), 1);
  const bar = (high - low) / counts.length;
  const dragTo = (event: PointerEvent): void => {
    const box = svg.current?.getBoundingClientRect();
    if (box === undefined) return;
    const at = ((event.clientX - box.left) / box.width) * WIDTH;
    const value = low + ((at - LEFT) / (WIDTH - LEFT - RIGHT)) * (high - low);
    moveStaircase({ theta: Math.min(high, Math.max(leastTheta(high), value)) });
  };
  const { error, corners, theta: measured } = now.layers[layer];
  const { legend } = words.stairs;
  const stairs: readonly Corner[] = [[low, 0], ...corners, [Math.max(high, measured), measured]];
  return (
    <figure class="chart stairs">
      <svg
        ref={svg}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={words.stairs.label(
          now.layers[layer].name,
          now.timesteps,
          figure(measured),
          percent(error.clipped),
        )}
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
        {theta === trained.layers[layer].theta ? null : (
          <line
            class="learned"
            x1={x(trained.layers[layer].theta)}
            x2={x(trained.layers[layer].theta)}
            y1={TOP}
            y2={HEIGHT - BOTTOM}
          />
        )}
        <polyline
          class="staircase"
          points={stairs.map(([input, output]) => `${x(input)},${y(output)}`).join(" ")}
        />
        <g
          class="handle"
          onPointerDown={(event) => {
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
          <span class="swatch charge-swatch" /> {legend.staircase}
        </li>
        <li>
          <span class="swatch ideal-swatch" /> {legend.ideal}
        </li>
        <li>
          <span class="swatch bar-swatch" /> {legend.bars}
        </li>
        <li>
          <span class="swatch spike-swatch" /> {legend.clipped}
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

function Figures({
  trained,
  moved,
  layer,
}: {
  trained: Staircases;
  moved: Staircases | null;
  layer: number;
}) {
  const { rows: names, caption } = words.stairs;
  const rows: readonly (readonly [string, (from: Staircases) => string])[] = [
    [names.accuracy, ({ accuracy }) => percent(accuracy)],
    [names.spikes, ({ spikesPerInference }) => figure(spikesPerInference)],
    [names.firingRate, ({ layers }) => percent(layers[layer].firingRate)],
    [names.rounding, ({ layers }) => figure(Math.sqrt(layers[layer].error.rounding))],
    [names.clipping, ({ layers }) => figure(Math.sqrt(layers[layer].error.clipping))],
    [names.clipped, ({ layers }) => percent(layers[layer].error.clipped)],
    [names.vanished, ({ layers }) => percent(layers[layer].error.vanished)],
    [
      names.unevenness,
      ({ layers }) => {
        const { unevenness } = layers[layer];
        return unevenness === null ? words.stairs.noStaircase : figure(Math.sqrt(unevenness));
      },
    ],
  ];
  return (
    <table class="before-after">
      <caption>{caption(trained.samples)}</caption>
      <thead>
        <tr>
          <th scope="col">{words.stairs.measured}</th>
          <th scope="col">{isUntrained.value ? words.stairs.asItIs : words.stairs.asLearned}</th>
          <th scope="col">{words.stairs.asMoved}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, read]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{read(trained)}</td>
            <td>{moved === null ? "–" : read(moved)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
