/** A sequence as numbers to be shown: how much of it there is at each step, and in each place. */

import type { Sequence } from "../worker/protocol.js";

/** How the numbers of a time step lie on a plane. */
export interface Plane {
  readonly height: number;
  readonly width: number;
  /** 2: off events, then on events. */
  readonly channels: 1 | 2;
}

/** Of a step, or of a place: off and on events; of numbers that are no events their sum, as the second. */
export type OffOn = readonly [off: number, on: number];

/** Events come in pairs, off and on; everything else as it is. */
export function isPaired({ shape }: Pick<Sequence, "shape">): boolean {
  return shape.length > 1 && shape[shape.length - 1] === 2;
}

/** Of a time step: an image as it is, others in a row, from top to bottom. */
export function planeOf({ kind, shape }: Pick<Sequence, "kind" | "shape">): Plane {
  const channels = isPaired({ shape }) ? 2 : 1;
  const size = sizeOf(shape) / channels;
  if (kind === "rows") return { height: size, width: 1, channels };
  const [height, width] = shape.length === 3 ? shape : squareOf(size);
  // More channels than that are numbers in a row.
  return height * width === size ? { height, width, channels } : { height: size, width: 1, channels };
}

/** As the page looks at numbers in a row whose count is a square. */
function squareOf(size: number): readonly [number, number] {
  const side = Math.round(Math.sqrt(size));
  return side ** 2 === size ? [side, side] : [1, size];
}

export function stepsOf({ values, shape }: Pick<Sequence, "values" | "shape">): number {
  return values.length / sizeOf(shape);
}

/** Of every step, what it holds in all. */
export function sumsOf(sequence: Sequence): readonly OffOn[] {
  const size = sizeOf(sequence.shape);
  const paired = isPaired(sequence);
  return Array.from({ length: stepsOf(sequence) }, (_, t) => {
    let [off, on] = [0, 0];
    for (let i = t * size; i < (t + 1) * size; i++) {
      if (paired && i % 2 === 0) off += sequence.values[i];
      else on += sequence.values[i];
    }
    return [off, on];
  });
}

/** What stands at a place of a plane at a step, from 1. */
export function valueAt(sequence: Sequence, step: number, place: number): OffOn {
  const { values, shape } = sequence;
  const begin = (step - 1) * sizeOf(shape);
  if (!isPaired(sequence)) return [0, values[begin + place] ?? 0];
  return [values[begin + 2 * place] ?? 0, values[begin + 2 * place + 1] ?? 0];
}

/** The lowest and the highest that is drawn, over all steps, so that steps compare: 0 is always among them. */
export function rangeOf(sequence: Sequence): readonly [low: number, high: number] {
  const { values } = sequence;
  let [low, high] = [0, 0];
  if (isPaired(sequence)) {
    for (let i = 0; i < values.length; i += 2) high = Math.max(high, values[i] + values[i + 1]);
  } else {
    for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  }
  return [low, high > low ? high : low + 1];
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
