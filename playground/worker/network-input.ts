/** What a network is shown: inputs that can be drawn, in its units. */

import { imageFromStrokes, type SpikingModel, type Stroke } from "atif";
import { curveFromStrokes } from "../pictures/curve.js";
import { unseen, viewShape } from "./view-shape.js";

/** @throws Error with a sentence for the reader, for inputs that cannot be drawn */
export function checkShape({ inputShape, preprocessing }: SpikingModel): void {
  // Images that become sequences are no curves.
  if (preprocessing.some(({ kind }) => kind === "Reshape2DTo1D")) throw unseen(inputShape);
  viewShape(inputShape);
}

/** Of a network that takes a row of numbers, the drawing is a curve. */
export function imageOfDrawing(
  strokes: readonly Stroke[],
  [height, width, channels]: readonly [height: number, width: number, channels: number],
): Float32Array {
  if (height > 1) return imageFromStrokes(strokes, [height, width, channels]);
  const curve = curveFromStrokes(strokes, width);
  return Float32Array.from({ length: width * channels }, (_, i) => curve[Math.floor(i / channels)]);
}

/** Drawings and the page's data are pixels from 0 to 1; some networks learned from whole numbers up to 255. */
export function inUnitsOf({ preprocessing }: SpikingModel, image: Float32Array): Float32Array {
  const seesBytes = preprocessing.some((step) => step.kind === "IntToFloat32" && !step.options.scale);
  return seesBytes ? image.map((pixel) => Math.round(255 * pixel)) : image;
}
