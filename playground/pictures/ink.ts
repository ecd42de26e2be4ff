/** What of a picture is ink, and what the paper behind it: dark on light, light on dark, or anything on nothing. */

import type { GreyImage, Picture } from "./picture.js";

/** Differences from the paper below this one are noise; brightness is 0 to 255. */
const LEAST_CONTRAST = 16;
/** Shares of the greatest contrast that are still paper, and that are all ink. */
const [PAPER, INK] = [0.1, 0.9];

interface Layers {
  readonly brightness: Float32Array;
  /** 0 to 1 */
  readonly opacity: Float32Array;
}

interface Box {
  readonly left: number;
  readonly top: number;
  /** Behind the last column and row. */
  readonly right: number;
  readonly bottom: number;
}

/** Brightness, 0 to 255, of the picture before its paper, which transparent parts are taken to be. */
export function flatten(picture: Picture): GreyImage & { readonly paper: number } {
  const { width, height } = picture;
  const { brightness, opacity } = layersOf(picture);
  const paper = paperOf({ brightness, opacity }, width, height);
  const values = brightness.map((value, i) => opacity[i] * value + (1 - opacity[i]) * paper);
  return { width, height, values, paper };
}

/** How much ink each pixel bears, 0 to 1, whatever its colour and that of the paper. All 0 where there is none. */
export function inkOf(picture: Picture): GreyImage {
  const { width, height, values, paper } = flatten(picture);
  let [darker, lighter] = [0, 0];
  for (const value of values) {
    if (value < paper) darker += paper - value;
    else lighter += value - paper;
  }
  const sign = darker > lighter ? -1 : 1;
  const most = values.reduce((before, value) => Math.max(before, sign * (value - paper)), 0);
  if (most < LEAST_CONTRAST) return { width, height, values: new Float32Array(values.length) };
  const ink = values.map((value) => {
    const share = (sign * (value - paper)) / most;
    return Math.min(1, Math.max(0, (share - PAPER) / (INK - PAPER)));
  });
  return { width, height, values: ink };
}

function layersOf({ rgba, width, height }: Picture): Layers {
  const brightness = new Float32Array(width * height);
  const opacity = new Float32Array(width * height);
  for (let i = 0; i < brightness.length; i++) {
    brightness[i] = Math.round(0.299 * rgba[4 * i] + 0.587 * rgba[4 * i + 1] + 0.114 * rgba[4 * i + 2]);
    opacity[i] = rgba[4 * i + 3] / 255;
  }
  return { brightness, opacity };
}

/**
 * The brightness of the paper: that of the rim of what is opaque, if the rim is mostly opaque and something differs from
 * it. Else all that is there is ink on nothing, and the paper is as far from it as can be.
 */
function paperOf(layers: Layers, width: number, height: number): number {
  const box = opaqueBox(layers, width, height);
  if (box === null) return 0;
  const rim = rimOf(box).map(([row, column]) => row * width + column);
  const { brightness, opacity } = layers;
  const opaque = rim.filter((i) => opacity[i] >= 0.5).sort((a, b) => brightness[a] - brightness[b]);
  if (2 * opaque.length > rim.length) {
    const paper = brightness[opaque[Math.floor(opaque.length / 2)]];
    const isWhole = (box.right - box.left) * (box.bottom - box.top) === width * height;
    const differs = brightness.some(
      (value, i) => opacity[i] >= 0.5 && Math.abs(value - paper) >= LEAST_CONTRAST,
    );
    if (differs || isWhole) return paper;
  }
  let [sum, total] = [0, 0];
  brightness.forEach((value, i) => {
    sum += opacity[i] * value;
    total += opacity[i];
  });
  return sum < 127.5 * total ? 255 : 0;
}

/** Of all that is more opaque than not; null where nothing is. */
function opaqueBox({ opacity }: Layers, width: number, height: number): Box | null {
  return boxOf({ width, height, values: opacity }, 0.5);
}

/** Of all values that are at least so large; null where none is. */
export function boxOf({ width, height, values }: GreyImage, least: number): Box | null {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      if (values[row * width + column] < least) continue;
      left = Math.min(left, column);
      right = Math.max(right, column + 1);
      top = Math.min(top, row);
      bottom = row + 1;
    }
  }
  return right === 0 ? null : { left, top, right, bottom };
}

function rimOf({ left, top, right, bottom }: Box): (readonly [row: number, column: number])[] {
  const rim: [number, number][] = [];
  for (let row = top; row < bottom; row++) {
    const isEdge = row === top || row === bottom - 1;
    for (let column = left; column < right; column++) {
      if (isEdge || column === left || column === right - 1) rim.push([row, column]);
    }
  }
  return rim;
}
