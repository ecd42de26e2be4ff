/** The mean output of one neuron for each constant input, after 1, 2, 4 and 8 time steps: T + 1 levels. */

import { MultiStepATIF, noGrad, repeat, tensor } from "../../dist/index.js";
import { colours } from "../../dist/drawing/colours.js";
import { picture } from "../../dist/drawing/picture.js";
import { PlotArea } from "../../dist/drawing/plot-area.js";

const [THETA, HIGH, POINTS] = [1, 1.25, 800];
const TIMESTEPS = [1, 2, 4, 8];
const [WIDTH, HEIGHT, LEFT, TOP, SIDE, GAP] = [760, 300, 44, 88, 148, 34];

const inputs = Float32Array.from({ length: POINTS + 1 }, (_, i) => (HIGH * i) / POINTS);

function means(T) {
  const neuron = new MultiStepATIF();
  neuron.setCoeffs(THETA);
  return noGrad(() =>
    neuron
      .forward(repeat(tensor(inputs, [POINTS + 1]), T))
      .mean(0)
      .toArray(),
  );
}

/** Its corners alone: a line of few points. */
function corners(ys) {
  const points = [[inputs[0], ys[0]]];
  for (let i = 1; i <= POINTS; i++) {
    if (ys[i] !== ys[i - 1]) points.push([inputs[i], ys[i - 1]], [inputs[i], ys[i]]);
  }
  return [...points, [inputs[POINTS], ys[POINTS]]];
}

export function levelsPicture() {
  const panels = TIMESTEPS.map((T, i) => {
    const ys = means(T);
    const left = LEFT + i * (SIDE + GAP);
    const plot = new PlotArea({
      left,
      top: TOP,
      width: SIDE,
      height: SIDE,
      x: { low: 0, high: HIGH },
      y: { low: 0, high: HIGH },
    });
    const levels = new Set(ys).size;
    return {
      levels,
      T,
      body: [
        `<text class="head" x="${left}" y="${TOP - 14}">T = ${T}: ${levels} levels</text>`,
        ...plot.axes({ x: "input in each step", y: "" }),
        plot.curve(
          [
            [0, 0],
            [HIGH, HIGH],
          ],
          "#808080",
          'stroke-dasharray="3 4"',
        ),
        plot.curve(corners(ys), colours.blue),
      ],
    };
  });
  return picture({
    id: "spiking-levels",
    title: "T time steps make T + 1 levels",
    description:
      `The mean output of a neuron with threshold ${THETA} for a constant input from 0 to ${HIGH}. ` +
      panels.map(({ T, levels }) => `After ${T} time steps it has ${levels} levels.`).join(" "),
    width: WIDTH,
    height: HEIGHT,
    body: [
      `<text class="head" x="16" y="22">What a neuron can say: the mean of its spikes, against its input (threshold 1)</text>`,
      `<text x="16" y="43">dashed: what it is to tell; line: what it tells. More time steps, finer answers, never above the threshold</text>`,
      ...panels.flatMap(({ body }) => body),
    ],
  });
}
