/** Pictures of files as pixels, and as the samples of a network. */

import { FormatError } from "../../errors.js";
import { resizeWeights } from "../../datasets/augmentations/resize.js";
import { decodeJpeg } from "../../platform/decode-jpeg.js";
import { MOST_PIXELS, type Picture } from "./picture-size.js";
import { decodePng, isPng } from "./png.js";

export type { Picture };

/** What a network takes. */
export interface PictureShape {
  readonly height: number;
  readonly width: number;
  /** 1: how bright; 3: red, green, blue. */
  readonly channels: number;
}

const JPEG = [0xff, 0xd8, 0xff];

/**
 * PNG is decoded here; JPEG by the package sharp, if it is installed.
 * @param source what messages call it
 * @throws FormatError for anything else, for damage, and for pictures of more than 2^26 pixels
 */
export async function decodePicture(bytes: Uint8Array, source: string): Promise<Picture> {
  if (isPng(bytes)) return decodePng(bytes, source);
  if (JPEG.every((byte, i) => bytes[i] === byte)) return decodeJpeg(bytes, source, MOST_PIXELS);
  throw new FormatError(`${source} is neither PNG nor JPEG; expected one of the two. Save it as PNG.`);
}

/**
 * The picture in the shape of a sample, as bytes: on white where it is not opaque, gray by ITU-R BT.601 where there is one
 * channel, scaled to the size without regard to its proportions, by the mean where it gets smaller (bilinear, antialiased).
 *
 * @param out takes height x width x channels bytes from `at` on
 */
export function fitPicture(
  { width, height, rgba }: Picture,
  shape: PictureShape,
  out: Uint8Array,
  at = 0,
): void {
  const { channels } = shape;
  let samples = new Float32Array(width * height * channels);
  for (let i = 0; i < width * height; i++) {
    const opaque = rgba[4 * i + 3] / 255;
    const [red, green, blue] = [0, 1, 2].map((c) => 255 + (rgba[4 * i + c] - 255) * opaque);
    if (channels === 1) samples[i] = 0.299 * red + 0.587 * green + 0.114 * blue;
    else samples.set([red, green, blue], 3 * i);
  }
  samples = resized(samples, [height, width * channels], shape.height);
  samples = resizedAcross(samples, [shape.height, width, channels], shape.width);
  for (let i = 0; i < samples.length; i++) out[at + i] = Math.min(255, Math.max(0, Math.round(samples[i])));
}

/** [rows, row] to [after, row] */
function resized(
  x: Float32Array,
  [rows, row]: readonly [number, number],
  after: number,
): Float32Array<ArrayBuffer> {
  if (rows === after) return x as Float32Array<ArrayBuffer>;
  const out = new Float32Array(after * row);
  for (const [i, taps] of resizeWeights(rows, after, "bilinear", true).entries()) {
    for (const [from, weight] of taps)
      for (let k = 0; k < row; k++) out[i * row + k] += weight * x[from * row + k];
  }
  return out;
}

/** [rows, before, channels] to [rows, after, channels] */
function resizedAcross(
  x: Float32Array<ArrayBuffer>,
  [rows, before, channels]: readonly [number, number, number],
  after: number,
): Float32Array<ArrayBuffer> {
  if (before === after) return x;
  const out = new Float32Array(rows * after * channels);
  for (const [i, taps] of resizeWeights(before, after, "bilinear", true).entries()) {
    for (const [from, weight] of taps) {
      for (let row = 0; row < rows; row++) {
        for (let c = 0; c < channels; c++)
          out[(row * after + i) * channels + c] += weight * x[(row * before + from) * channels + c];
      }
    }
  }
  return out;
}
