/** Who fired when: a band per spiking layer, a row per neuron, a column per time step. */

import { checkInteger, checkOptions } from "../checks.js";
import { counted } from "../counted.js";
import { colours } from "../drawing/colours.js";
import { fitted } from "../drawing/fitted.js";
import { picture } from "../drawing/picture.js";
import { escaped, rounded } from "../drawing/xml-text.js";
import type { Activity, LayerActivity } from "../inspection/activity.js";
import { checkActivity } from "./check-activity.js";

export interface PlotRasterOptions {
  /** Most neurons of a layer that are drawn, evenly chosen; default 64. */
  readonly neurons?: number;
}

const LEFT = 20;
const PLOT = 560;
const ROW = 4;
const TOP = 56;
const BETWEEN = 44;
/** Wider columns are no clearer. */
const WIDEST = 110;

/**
 * SVG text.
 *
 * @param activity of one sample, that of recordActivity()
 * @throws TypeError, RangeError
 */
export function plotRaster(activity: Activity, options: PlotRasterOptions = {}): string {
  const where = "plotRaster";
  checkOptions(where, options, ["neurons"]);
  const most = checkInteger(`${where}: neurons`, options.neurons ?? 64, 1);
  const { timesteps, layers, answers } = checkActivity(where, activity);
  const column = Math.min(WIDEST, PLOT / timesteps);
  const body: string[] = [];
  let y = TOP;
  for (const layer of layers) {
    const rows = evenly(layer.neurons, most);
    body.push(...band(layer, { rows, timesteps, column, y }));
    y += rows.length * ROW + BETWEEN;
  }
  const height = y - BETWEEN + 34;
  const summary = `Spikes of ${counted(layers.length, "layer")} in ${counted(timesteps, "time step")}; the answer after the last is ${answers[timesteps - 1]}`;
  const told = layers.map((layer) => `${layer.name}: ${rateOf(layer)} of the neurons fire at a step.`);
  return picture({
    id: "raster",
    title: "Spikes of one sample",
    description: [`${summary}.`, ...told].join(" "),
    width: LEFT + PLOT + 20,
    height,
    body: [
      `<text class="head" x="${LEFT}" y="22">${escaped(summary)}</text>`,
      ...body,
      `<text x="${LEFT}" y="${height - 12}">${timesteps === 1 ? "time step 1" : `time steps 1 to ${timesteps}`}</text>`,
    ],
  });
}

interface Band {
  readonly rows: readonly number[];
  readonly timesteps: number;
  readonly column: number;
  readonly y: number;
}

function band(layer: LayerActivity, { rows, timesteps, column, y }: Band): string[] {
  const { name, neurons, spikes } = layer;
  const height = rows.length * ROW;
  const marks: string[] = [];
  rows.forEach((neuron, row) => {
    for (let t = 0; t < timesteps; t++) {
      if (spikes[t * neurons + neuron] === 0) continue;
      const width = rounded(Math.max(1, column - (column > 4 ? 1.5 : 0)));
      marks.push(`M${rounded(LEFT + t * column)} ${y + row * ROW}h${width}v${ROW - 1}h-${width}z`);
    }
  });
  const drawn = rows.length === neurons ? counted(neurons, "neuron") : `${rows.length} of ${neurons} neurons`;
  return [
    `<text x="${LEFT}" y="${y - 8}">${escaped(fitted(name, PLOT + 10, "plain", `: ${drawn}, ${rateOf(layer)} fire at a step`))}</text>`,
    `<rect class="axis" fill="none" stroke-opacity="0.5" x="${LEFT - 2}" y="${y - 2}" width="${rounded(column * timesteps + 3)}" height="${height + 3}"/>`,
    `<path fill="${colours.blue}" d="${marks.join("")}"/>`,
  ];
}

function rateOf({ spikes }: LayerActivity): string {
  const fired = spikes.reduce((sum, spike) => sum + spike, 0);
  return `${((100 * fired) / Math.max(1, spikes.length)).toFixed(1)} %`;
}

/** All, or so many, the first and the last among them. */
function evenly(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: most }, (_, i) => Math.floor((i * count) / most));
}
