/** A layer of a trained network with its threshold made smaller and larger: the staircase, what it receives, what is right. */

import { evaluate, histogram, inspectLayers, staircaseCorners } from "../../dist/index.js";
import { colours } from "../../dist/drawing/colours.js";
import { picture } from "../../dist/drawing/picture.js";
import { PlotArea } from "../../dist/drawing/plot-area.js";
import { escaped, rounded } from "../../dist/drawing/xml-text.js";

const FACTORS = [
  [1 / 8, "too small: most are cut off"],
  [1, "as it was learned"],
  [4, "too large: most vanish"],
];
const [WIDTH, HEIGHT, LEFT, TOP, TALL, GAP, BINS] = [760, 336, 46, 124, 156, 40, 40];

const percent = (share) => `${(100 * share).toFixed(1)} %`;
const short = (value) => String(Number(value.toPrecision(3)));

export async function thresholdsPicture(model, data) {
  const [[name, neuron]] = model.spikingLayers();
  const learned = neuron.theta;
  const [layer] = await inspectLayers(model, data);
  const [low, high] = [-0.5 * learned, 2.5 * learned];
  const { counts } = histogram(layer.meanInputs, { low, high, bins: BINS });
  const most = Math.max(...counts);
  const width = (WIDTH - LEFT - 12) / FACTORS.length - GAP;
  const panels = [];
  for (const [i, [factor, words]] of FACTORS.entries()) {
    neuron.setCoeffs(learned * factor);
    const { accuracy, layers } = await evaluate(model, data);
    const { firingRate } = layers.find((each) => each.name === name);
    const theta = neuron.theta;
    const left = LEFT + i * (width + GAP);
    const plot = new PlotArea({
      left,
      top: TOP,
      width,
      height: TALL,
      x: { low, high },
      y: { low: 0, high: 2.2 * learned },
    });
    const bars = Array.from(counts, (count, b) => {
      const tall = (0.9 * TALL * count) / most;
      return `M${rounded(left + (width * b) / BINS)} ${TOP + TALL}v-${rounded(tall)}h${rounded(width / BINS - 0.7)}v${rounded(tall)}z`;
    });
    const inside = staircaseCorners({ theta, timesteps: model.timesteps }).filter(([x]) => x <= high);
    const last = inside.length === 0 ? 0 : inside[inside.length - 1][1];
    panels.push({
      told: `With theta ${short(theta)}, ${words}: ${percent(accuracy)} right, ${percent(firingRate)} of the neurons fire per step.`,
      body: [
        `<text class="head" x="${left}" y="${TOP - 50}">θ = ${short(theta)}</text>`,
        `<text x="${left}" y="${TOP - 33}">${escaped(words)}</text>`,
        `<text x="${left}" y="${TOP - 16}">${percent(accuracy)} right, fires ${percent(firingRate)}</text>`,
        `<path fill="#9a9a9a" fill-opacity="0.55" d="${bars.join("")}"/>`,
        ...plot.axes({ x: "input", y: "" }),
        plot.curve([[low, 0], ...inside, [high, last]], colours.blue),
      ],
    });
  }
  neuron.setCoeffs(learned);
  return picture({
    id: "spiking-thresholds",
    title: "A threshold that is too small, learned, and too large",
    description: `The hidden layer of a network that reads digits. ${panels.map(({ told }) => told).join(" ")}`,
    width: WIDTH,
    height: HEIGHT,
    body: [
      `<text class="head" x="16" y="22">The hidden layer of a trained network, with its threshold moved; nothing else is changed</text>`,
      `<text x="16" y="43">bars: what its neurons receive; line: the mean output that they make of it in ${model.timesteps} time steps</text>`,
      ...panels.flatMap(({ body }) => body),
    ],
  });
}
