/**
 * A spiking layer as a small picture: its feature maps side by side, or a dot per neuron. Who fires now has the colour of
 * spikes, who has fired before is the darker the more often.
 */

import { mix, type Colour } from "../../elements/colours.js";

/** More would not be told apart. */
const MOST_MAPS = 64;
const MOST_DOTS = 512;
/** Width to height of the place for the picture. */
const ASPECT = 1.5;

export interface PicturedLayer {
  readonly shape: readonly number[];
  readonly neurons: number;
  /** [T, neurons] */
  readonly spikes: Uint8Array;
}

export interface LayerColours {
  readonly paper: Colour;
  readonly line: Colour;
  readonly past: Colour;
  readonly spike: Colour;
}

/** Where each neuron is: tile after tile, with a gap of one pixel around each. */
export interface TileLayout {
  readonly columns: number;
  readonly rows: number;
  readonly tiles: number;
  readonly height: number;
  readonly width: number;
  /** Pixels to a neuron, in both directions. */
  readonly scale: number;
}

export function tileLayout({ shape, neurons }: PicturedLayer): TileLayout {
  const isMaps = shape.length > 1;
  const [height, width, channels] = isMaps
    ? shape.length === 2
      ? [1, ...shape]
      : shape
    : [1, 1, Math.min(MOST_DOTS, neurons)];
  const tiles = isMaps ? Math.min(MOST_MAPS, channels) : channels;
  const scale = isMaps ? 1 : 3;
  const [w, h] = [width * scale + 1, height * scale + 1];
  const columns = Math.min(tiles, Math.max(1, Math.round(Math.sqrt((ASPECT * tiles * h) / w))));
  return { columns, rows: Math.ceil(tiles / columns), tiles, height, width, scale };
}

/** Of the whole picture, gaps included. */
export function pictureSize({
  columns,
  rows,
  height,
  width,
  scale,
}: TileLayout): readonly [width: number, height: number] {
  return [columns * (width * scale + 1) + 1, rows * (height * scale + 1) + 1];
}

/** @param step how many time steps have been; the last of them is now */
export function drawLayer(
  pixels: Uint32Array,
  layer: PicturedLayer,
  layout: TileLayout,
  step: number,
  { paper, line, past, spike }: LayerColours,
): void {
  const { columns, tiles, height, width, scale } = layout;
  const { neurons, spikes, shape } = layer;
  const channels = shape.length > 1 ? shape[shape.length - 1] : 0;
  const [pictureWidth] = pictureSize(layout);
  pixels.fill(mix(paper, channels === 0 ? paper : line, 1));
  // A dot that never fired is seen too.
  const silent = channels === 0 ? line : paper;
  for (let tile = 0; tile < tiles; tile++) {
    const left = 1 + (tile % columns) * (width * scale + 1);
    const top = 1 + Math.floor(tile / columns) * (height * scale + 1);
    for (let place = 0; place < height * width; place++) {
      const neuron = channels === 0 ? tile : place * channels + tile;
      let count = 0;
      for (let t = 0; t < step; t++) count += spikes[t * neurons + neuron];
      const firesNow = step > 0 && spikes[(step - 1) * neurons + neuron] === 1;
      const colour = firesNow ? mix(silent, spike, 1) : mix(silent, past, (0.8 * count) / Math.max(1, step));
      const [x, y] = [left + (place % width) * scale, top + Math.floor(place / width) * scale];
      for (let row = y; row < y + scale; row++) {
        pixels.fill(colour, row * pictureWidth + x, row * pictureWidth + x + scale);
      }
    }
  }
}
