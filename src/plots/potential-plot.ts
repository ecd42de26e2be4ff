/** The potential of single neurons over time: what it is before the neuron fires, and what the reset leaves. */

import { checkInteger, checkOptions } from "../checks.js";
import { colours } from "../drawing/colours.js";
import { fitted } from "../drawing/fitted.js";
import { picture } from "../drawing/picture.js";
import { PlotArea, type Point } from "../drawing/plot-area.js";
import { escaped, rounded } from "../drawing/xml-text.js";
import type { Activity, LayerActivity } from "../inspection/activity.js";
import { didYouMean } from "../nearest.js";
import { show } from "../show.js";
import { checkActivity } from "./check-activity.js";

export interface PlotPotentialOptions {
  /** Name of a spiking layer; the first if it is left out. */
  readonly layer?: string;
  /** Which of its neurons, by number; up to four that fire differently often if it is left out. */
  readonly neurons?: readonly number[];
}

const WIDTH = 640;
const PANEL = { left: 64, width: 548, height: 110, between: 78 } as const;
const TOP = 74;
const MOST_NEURONS = 16;

/**
 * SVG text.
 *
 * @param activity of one sample, that of recordActivity()
 * @throws TypeError, RangeError
 */
export function plotPotential(activity: Activity, options: PlotPotentialOptions = {}): string {
  const where = "plotPotential";
  checkOptions(where, options, ["layer", "neurons"]);
  const { timesteps, layers } = checkActivity(where, activity);
  const layer = layerNamed(where, layers, options.layer);
  const neurons =
    options.neurons === undefined
      ? tellingNeurons(layer, timesteps)
      : checkNeurons(where, layer, options.neurons);
  const { name, theta } = layer;
  const height = `, theta = ${Number(theta.toPrecision(4))}`;
  const summary = `Potentials in ${name}${height}`;
  const told = neurons.map((neuron) => `Neuron ${neuron} fires ${countOf(layer, neuron)} times.`);
  return picture({
    id: "potential",
    title: `Potentials of neurons in ${name}`,
    description: [`${summary}.`, ...told].join(" "),
    width: WIDTH,
    height: TOP + neurons.length * (PANEL.height + PANEL.between),
    body: [
      `<text class="head" x="16" y="22">${escaped(`Potentials in ${fitted(name, WIDTH - 150, "bold", height)}`)}</text>`,
      ...legend(),
      ...neurons.flatMap((neuron, i) =>
        panel(layer, neuron, timesteps, TOP + 18 + i * (PANEL.height + PANEL.between)),
      ),
    ],
  });
}

function legend(): string[] {
  const entries = [
    ["potential", colours.blue],
    ["threshold", colours.red],
    ["spike", colours.orange],
  ] as const;
  return entries.flatMap(([label, colour], i) => [
    `<rect x="${16 + 110 * i}" y="36" width="12" height="12" fill="${colour}"/>`,
    `<text x="${34 + 110 * i}" y="47">${label}</text>`,
  ]);
}

function panel(layer: LayerActivity, neuron: number, timesteps: number, top: number): string[] {
  const { theta, neurons, charged, potential, spikes } = layer;
  const line: Point[] = [[0, layer.rest]];
  const fired: number[] = [];
  for (let t = 0; t < timesteps; t++) {
    const at = t * neurons + neuron;
    // It takes in its input, and falls where it fires.
    line.push([t + 1, charged[at]], [t + 1, potential[at]]);
    if (spikes[at] !== 0) fired.push(t + 1);
  }
  const values = [...line.map(([, y]) => y), theta, 0].filter(Number.isFinite);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = 0.08 * Math.max(high - low, Number.MIN_VALUE) || 1;
  const area = new PlotArea({
    left: PANEL.left,
    top,
    width: PANEL.width,
    height: PANEL.height,
    x: { low: 0, high: timesteps, whole: true },
    y: { low: low - room, high: high + room },
  });
  const finite = line.filter(([, y]) => Number.isFinite(y));
  return [
    ...area.axes({ x: "time step", y: `neuron ${neuron}: fires ${fired.length} of ${timesteps}` }),
    area.curve(
      [
        [0, theta],
        [timesteps, theta],
      ],
      colours.red,
      'stroke-dasharray="5 4"',
    ),
    area.curve(finite, colours.blue),
    ...fired.map(
      (t) =>
        `<circle cx="${rounded(area.x(t))}" cy="${rounded(area.y(theta))}" r="4" fill="${colours.orange}"/>`,
    ),
  ];
}

function layerNamed(
  where: string,
  layers: readonly LayerActivity[],
  name: string | undefined,
): LayerActivity {
  const found = name === undefined ? layers[0] : layers.find((layer) => layer.name === name);
  if (found !== undefined) return found;
  const names = layers.map((layer) => layer.name);
  throw new RangeError(
    `${where}: layer is ${show(name)}; expected one of ${names.join(", ")}.${didYouMean(String(name), names)}`,
  );
}

function checkNeurons(where: string, { neurons, name }: LayerActivity, asked: readonly number[]): number[] {
  if (!Array.isArray(asked) || asked.length === 0 || asked.length > MOST_NEURONS) {
    throw new TypeError(
      `${where}: neurons is ${show(asked)}; expected a list of 1 to ${MOST_NEURONS} numbers.`,
    );
  }
  const numbers = asked.map((neuron, i) => checkInteger(`${where}: neurons[${i}]`, neuron));
  const beyond = numbers.find((neuron) => neuron >= neurons);
  if (beyond === undefined) return numbers;
  throw new RangeError(
    `${where}: neurons has ${beyond}; expected numbers from 0 to ${neurons - 1}: ${name} has ${neurons} neurons.`,
  );
}

/** For each number of spikes that there is, the first neuron that has it; four of these, from rest to the most. */
function tellingNeurons(layer: LayerActivity, timesteps: number): number[] {
  const first = new Map<number, number>();
  for (let neuron = 0; neuron < layer.neurons && first.size <= timesteps; neuron++) {
    const count = countOf(layer, neuron);
    if (!first.has(count)) first.set(count, neuron);
  }
  const counts = [...first.keys()].sort((a, b) => a - b);
  const shown = Math.min(4, counts.length);
  const chosen = Array.from(
    { length: shown },
    (_, i) => counts[Math.round((i * (counts.length - 1)) / Math.max(1, shown - 1))],
  );
  return chosen.map((count) => first.get(count) ?? 0);
}

function countOf({ spikes, neurons }: LayerActivity, neuron: number): number {
  let count = 0;
  for (let at = neuron; at < spikes.length; at += neurons) count += spikes[at];
  return count;
}
