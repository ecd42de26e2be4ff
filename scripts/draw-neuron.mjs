/**
 * Draws docs/pictures/neuron.svg with the library itself: a neuron's potential over time, and the staircase that it
 * makes of a constant input. Run after `npm run build`: node scripts/draw-neuron.mjs
 */

import { writeFileSync } from "node:fs";
import { ATIF, MultiStepATIF, init, noGrad, repeat, tensor } from "../dist/index.js";

await init({ threads: 1 });
const theta = 0.9;
const ink = "#1f2933";
const blue = "#2563eb";
const red = "#dc2626";
const grey = "#9aa5b1";

const line = (points, colour, extra = "") =>
  `<polyline fill="none" stroke="${colour}" stroke-width="2" ${extra} points="${points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ")}"/>`;
const text = (x, y, words, extra = "") => `<text x="${x}" y="${y}" fill="${ink}" ${extra}>${words}</text>`;

/** Left: charge, spike and reset at x = 0.35, step by step. */
function potential() {
  const T = 12;
  const x = 0.35;
  const neuron = new ATIF();
  neuron.setCoeffs(theta);
  const at = (t, v) => [50 + (t * 380) / T, 220 - (v * 130) / theta];
  const points = [at(0, 0)];
  const spikes = [];
  let v = 0;
  noGrad(() => {
    for (let t = 1; t <= T; t++) {
      const fired = neuron.forward(tensor([x], [1])).item() > 0;
      points.push(at(t, v + x));
      v = neuron.v.item();
      if (fired) {
        const [px, py] = at(t, 0);
        spikes.push(
          `<line x1="${px.toFixed(1)}" y1="${py + 12}" x2="${px.toFixed(1)}" y2="${py + 36}" stroke="${red}" stroke-width="4"/>`,
        );
        points.push(at(t, v));
      }
    }
  });
  const [, level] = at(0, theta);
  return [
    text(50, 32, "potential v: adds its input, fires at θ, keeps the rest", 'font-weight="600"'),
    line([at(0, theta), at(T, theta)], grey, 'stroke-dasharray="5 4"'),
    text(434, level + 5, "θ"),
    line(points, blue, 'stroke-linejoin="round"'),
    line([at(0, 0), at(T, 0)], ink, 'stroke-opacity="0.4"'),
    ...spikes,
    text(50, 276, "spikes over 12 time steps, constant input 0.35"),
  ].join("\n  ");
}

/** Right: mean output over T = 4 steps against the input. */
function staircase() {
  const [T, N] = [4, 441];
  const inputs = Array.from({ length: N }, (_, i) => -0.1 + (1.3 * i) / (N - 1));
  const neuron = new MultiStepATIF();
  neuron.setCoeffs(theta);
  const outputs = noGrad(() =>
    neuron
      .forward(repeat(tensor(inputs, [N]), T))
      .mean(0)
      .toArray(),
  );
  const at = (x, y) => [520 + ((x + 0.1) * 380) / 1.3, 220 - (y * 130) / theta];
  return [
    text(520, 32, "mean output over T = 4: a quantizer with 5 levels", 'font-weight="600"'),
    line([at(-0.1, 0), at(0, 0), at(theta, theta), at(1.2, theta)], grey, 'stroke-dasharray="5 4"'),
    line(
      inputs.map((x, i) => at(x, outputs[i])),
      blue,
    ),
    line([at(-0.1, 0), at(1.2, 0)], ink, 'stroke-opacity="0.4"'),
    text(836, 82, "θ", ""),
    text(520, 252, "input x: the step width is θ/T, and θ is learned"),
  ].join("\n  ");
}

const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 940 296" font-family="system-ui, sans-serif" font-size="14" role="img" aria-label="Left: the membrane potential of an ATIF neuron rises by its input, and falls by theta whenever it fires. Right: its mean output over four steps is a staircase of five levels.">
  <rect width="940" height="296" fill="#ffffff"/>
  ${potential()}
  ${staircase()}
</svg>
`;
writeFileSync(new URL("../docs/pictures/neuron.svg", import.meta.url), svg);
console.log(`docs/pictures/neuron.svg, ${svg.length} bytes`);
