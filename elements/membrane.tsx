/** The potential of one neuron against its threshold: charge, spike and reset at every step. */

import { figure } from "./format.js";
import type { NeuronTrace } from "./spike-record.js";
import { drawingWords as words } from "./words.js";

/** On the left there is room for the longest threshold in the letters of a phone, 22 units high. */
const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [640, 260, 108, 12, 16, 44];
/** Where in its step a neuron fires. */
const FIRE_AT = 0.6;

interface Props {
  /** Of the neuron. */
  readonly name: string;
  readonly theta: number;
  readonly trace: NeuronTrace;
  /** From 1 to T. */
  readonly step: number;
}

export function Membrane({ name, theta, trace, step }: Props) {
  const { input } = trace;
  const [charged, potential, spikes] = [trace.charged, trace.potential, trace.spikes].map((of) =>
    Array.from(of),
  );
  const timesteps = charged.length;
  const values = [0, theta, ...charged, ...potential];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = 0.08 * (high - low);
  const x = (time: number): number => LEFT + (time * (WIDTH - LEFT - RIGHT)) / timesteps;
  const y = (value: number): number =>
    HEIGHT - BOTTOM - ((value - low + margin) * (HEIGHT - TOP - BOTTOM)) / (high - low + 2 * margin);
  const count = spikes.reduce((a, b) => a + b, 0);
  const steps = Array.from({ length: timesteps }, (_, t) => t);
  const before = (t: number): number => (t === 0 ? 0 : potential[t - 1]);
  return (
    <figure class="chart membrane">
      <figcaption>{name}</figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={words.membrane.label(timesteps, figure(theta), count)}
      >
        <rect class="now" x={x(step - 1)} y={TOP} width={x(1) - x(0)} height={HEIGHT - TOP - BOTTOM} />
        <line class="axis" x1={LEFT} x2={WIDTH - RIGHT} y1={y(0)} y2={y(0)} />
        <text x={LEFT - 6} y={y(0) + 4} text-anchor="end">
          0
        </text>
        <line class="theta" x1={LEFT} x2={WIDTH - RIGHT} y1={y(theta)} y2={y(theta)} />
        <text x={LEFT - 6} y={y(theta) + 4} text-anchor="end">
          θ {figure(theta)}
        </text>
        {steps.map((t) => {
          const fired = spikes[t] === 1;
          const [at, end] = [x(t + FIRE_AT), x(t + 1)];
          return (
            <g key={t}>
              <polyline class="charge" points={`${x(t)},${y(before(t))} ${at},${y(charged[t])}`} />
              {fired ? (
                <>
                  <line class="reset" x1={at} x2={at} y1={y(charged[t])} y2={y(potential[t])} />
                  <circle class="spike" cx={at} cy={y(charged[t])} r={5} />
                  <line
                    class="spike-mark"
                    x1={at}
                    x2={at}
                    y1={HEIGHT - BOTTOM + 4}
                    y2={HEIGHT - BOTTOM + 18}
                  />
                </>
              ) : null}
              <line class="charge" x1={at} x2={end} y1={y(potential[t])} y2={y(potential[t])} />
              <text x={(x(t) + end) / 2} y={HEIGHT - 8} text-anchor="middle">
                {t + 1}
              </text>
            </g>
          );
        })}
      </svg>
      <ul class="legend">
        <li>
          <span class="swatch charge-swatch" /> {words.membrane.charge}
        </li>
        <li>
          <span class="swatch spike-swatch" /> {words.membrane.spike}
        </li>
        <li>
          <span class="swatch reset-swatch" /> {words.membrane.reset}
        </li>
      </ul>
      <p class="muted">
        {words.membrane.step(
          step,
          figure(input[step - 1] ?? 0),
          figure(before(step - 1)),
          figure(charged[step - 1] ?? 0),
        )}
        {spikes[step - 1] === 1 ? words.membrane.fired(figure(potential[step - 1])) : words.membrane.notFired}{" "}
        {words.membrane.inAll(count, timesteps)}
      </p>
    </figure>
  );
}
