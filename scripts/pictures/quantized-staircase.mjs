/** What a neuron of a trained network gives on average for a constant input, as float32 and with integers of a few bits. */

import { join } from "node:path";
import {
  calibrate,
  evaluate,
  fuseBatchNorm,
  loadModel,
  noGrad,
  quantizeModel,
  repeat,
  tensor,
} from "../../dist/index.js";
import { colours } from "../../dist/drawing/colours.js";
import { picture } from "../../dist/drawing/picture.js";
import { PlotArea } from "../../dist/drawing/plot-area.js";
import { escaped } from "../../dist/drawing/xml-text.js";

/** The layer whose neuron is shown, and the layer that gives it its input. */
const [NEURON, BEFORE] = ["layers.neuron3", "layers.conv3"];
const HIGH = 3;
const POINTS = 1200;

const panels = [
  { title: "8 bits", params: { bits: 8 } },
  { title: "4 bits, potentials 8", params: { bits: 4, v: { bits: 8 } } },
  { title: "4 bits", params: { bits: 4 } },
];
const [WIDTH, HEIGHT, LEFT, GAP, TOP, PLOT] = [760, 312, 46, 34, 100, 156];

const inputs = Float32Array.from({ length: POINTS + 1 }, (_, i) => (HIGH * i) / POINTS);

/** Mean outputs over T time steps from rest, one neuron for each input. Its step mode is 'm', as `atif train` makes it. */
function means(model, ahead) {
  const neuron = new Map(model.namedModules()).get(NEURON);
  const T = model.timesteps;
  return noGrad(() => {
    const z = neuron.forward(repeat(ahead(tensor(inputs, [POINTS + 1])), T)).toArray();
    neuron.reset();
    return Array.from({ length: POINTS + 1 }, (_, i) => {
      let total = 0;
      for (let t = 0; t < T; t++) total += z[t * (POINTS + 1) + i];
      return total / T;
    });
  });
}

/** The corners of a line that only goes up, down or to the right. */
function stairs(ys) {
  const points = [[inputs[0], ys[0]]];
  for (let i = 1; i <= POINTS; i++) {
    if (ys[i] !== ys[i - 1]) points.push([inputs[i], ys[i - 1]], [inputs[i], ys[i]]);
  }
  points.push([inputs[POINTS], ys[POINTS]]);
  return points;
}

const percent = (share) => `${(100 * share).toFixed(1)} %`;

export async function staircasePicture(run, { train, test }) {
  const model = fuseBatchNorm(await loadModel(join(run, "model.safetensors"))).eval();
  const float = { ys: means(model, (x) => x), accuracy: (await evaluate(model, test)).accuracy };
  const drawn = [];
  for (const [i, { title, params }] of panels.entries()) {
    const quantized = quantizeModel(model, params);
    calibrate(quantized, train);
    quantized.eval();
    const before = new Map(quantized.namedModules()).get(BEFORE);
    const [, grid] = before.children().find(([name]) => name === "quantizer_act");
    // Its input is what the layer before gives: a number of that grid.
    const ys = means(quantized, (x) => grid.forward(x));
    const { accuracy } = await evaluate(quantized, test);
    const width = (WIDTH - LEFT - 12) / panels.length - GAP;
    const left = LEFT + i * (width + GAP);
    const plot = new PlotArea({
      left,
      top: TOP,
      width,
      height: PLOT,
      x: { low: 0, high: HIGH },
      y: { low: 0, high: 2 },
    });
    const body = [
      `<text class="head" x="${left}" y="${TOP - 40}">${escaped(title)}</text>`,
      `<text x="${left}" y="${TOP - 24}">${percent(accuracy)} right</text>`,
      ...plot.axes({ x: "constant input", y: "" }),
      plot.curve(stairs(float.ys), colours.orange, 'stroke-dasharray="5 3"'),
      plot.curve(stairs(ys), colours.blue),
    ];
    const levels = new Set(ys).size;
    drawn.push({
      body,
      words: `With ${title} it has ${levels} levels, and the network gets ${percent(accuracy)} right.`,
    });
  }
  const head = `A neuron of ${NEURON}: mean output over ${model.timesteps} time steps`;
  return picture({
    id: "quantized-staircase",
    title: "A neuron's staircase before and after quantization",
    description:
      `${head}, for a constant input from 0 to ${HIGH}. As float32 it has ${new Set(float.ys).size} levels, and the network gets ` +
      `${percent(float.accuracy)} of the test digits right. ${drawn.map(({ words }) => words).join(" ")}`,
    width: WIDTH,
    height: HEIGHT,
    body: [
      `<text class="head" x="8" y="20">${escaped(head)}</text>`,
      `<line x1="8" y1="36" x2="34" y2="36" stroke="${colours.orange}" stroke-width="2" stroke-dasharray="5 3"/>`,
      `<text x="40" y="41">float32, ${percent(float.accuracy)} right</text>`,
      `<line x1="200" y1="36" x2="226" y2="36" stroke="${colours.blue}" stroke-width="2"/>`,
      `<text x="232" y="41">quantized</text>`,
      ...drawn.flatMap(({ body }) => body),
    ],
  });
}
