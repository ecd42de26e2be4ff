/**
 * The pixels of a spike raster: time from left to right, neurons from top to bottom, layer under layer. Of 100,000 neurons
 * many share a row of pixels, which then shows which part of them fired.
 */

import { mix, type Colour } from "./colours.js";

export interface RasterLayer {
  readonly neurons: number;
  /** [T, neurons] */
  readonly spikes: ArrayLike<number>;
}

/** Which rows are seen: neurons of all layers one after another, from `first` on. */
export interface RasterView {
  readonly first: number;
  readonly count: number;
}

export interface RasterColours {
  readonly paper: Colour;
  readonly spike: Colour;
  readonly line: Colour;
}

export function totalNeurons(layers: readonly RasterLayer[]): number {
  return layers.reduce((sum, { neurons }) => sum + neurons, 0);
}

/** The neuron of a row, counted over all layers. */
export function neuronOfRow(layers: readonly RasterLayer[], row: number): { layer: number; neuron: number } {
  let neuron = row;
  for (const [layer, { neurons }] of layers.entries()) {
    if (neuron < neurons || layer === layers.length - 1)
      return { layer, neuron: Math.min(neuron, neurons - 1) };
    neuron -= neurons;
  }
  return { layer: 0, neuron: 0 };
}

/** The row of a neuron, counted over all layers. */
export function rowOfNeuron(
  layers: readonly RasterLayer[],
  picked: { layer: number; neuron: number },
): number {
  return totalNeurons(layers.slice(0, picked.layer)) + picked.neuron;
}

/** Inside the whole, and never less than what can be told apart. */
export function clampView(view: RasterView, total: number): RasterView {
  const count = Math.min(total, Math.max(Math.min(8, total), Math.round(view.count)));
  return { first: Math.min(total - count, Math.max(0, Math.round(view.first))), count };
}

/**
 * @param pixels [height, width], written
 * @param step steps after it are shown pale
 */
export function drawRaster(
  pixels: Uint32Array,
  width: number,
  height: number,
  layers: readonly RasterLayer[],
  timesteps: number,
  view: RasterView,
  step: number,
  { paper, spike, line }: RasterColours,
): void {
  const shades = (most: number): number[] =>
    Array.from({ length: 65 }, (_, i) => mix(paper, spike, (most * i) / 64));
  const [bright, pale] = [shades(1), shades(0.25)];
  const [blank, border] = [mix(paper, paper, 0), mix(paper, line, 0.6)];
  const columns = Array.from({ length: timesteps + 1 }, (_, t) => Math.round((t * width) / timesteps));
  const gap = width / timesteps >= 12 ? 2 : 0;
  pixels.fill(blank);
  const perPixel = view.count / height;
  let before = -1;
  for (let y = 0; y < height; y++) {
    const from = Math.floor(view.first + y * perPixel);
    const to = Math.max(from + 1, Math.floor(view.first + (y + 1) * perPixel));
    const { layer, neuron } = neuronOfRow(layers, from);
    const { neurons, spikes } = layers[layer];
    const end = Math.min(neurons, neuron + (to - from));
    const lineBefore = before >= 0 && layer !== before;
    // Neurons that are wider than some pixels have a gap between them.
    const isGap = perPixel < 0.2 && Math.floor(view.first + (y + 1) * perPixel) !== from;
    before = layer;
    const start = y * width;
    if (lineBefore) {
      pixels.fill(border, start, start + width);
      continue;
    }
    if (isGap) continue;
    for (let t = 0; t < timesteps; t++) {
      let fired = 0;
      const base = t * neurons;
      for (let n = neuron; n < end; n++) fired += spikes[base + n];
      if (fired === 0) continue;
      // Few among many stay visible.
      const shade = Math.max(12, Math.round((64 * fired) / (end - neuron)));
      pixels.fill((t < step ? bright : pale)[shade], start + columns[t], start + columns[t + 1] - gap);
    }
  }
}
