/** What a reader can give to a network that takes sequences, by the shape of a time step. */

import type { SpikingModel } from "atif";
import type { SequenceKind } from "./protocol.js";
import type { TimeInData } from "./time-in-data.js";
import { viewShape } from "./view-shape.js";

/** On smaller sensors nothing would be seen to move. */
const LEAST_SIDE = 8;

export function sequenceKindOf(
  { inputShape, preprocessing }: Pick<SpikingModel, "inputShape" | "preprocessing">,
  { encoder }: Pick<TimeInData, "encoder">,
): SequenceKind {
  // What it does to samples before they are coded is not done to a drawing.
  if (encoder !== null) return preprocessing.length === 0 && canBeDrawn(inputShape) ? "coded" : "rows";
  const [height, width, channels] = inputShape;
  if (inputShape.length !== 3 || Math.min(height, width) < LEAST_SIDE) return "rows";
  return channels === 2 ? "events" : channels === 1 ? "video" : "rows";
}

function canBeDrawn(shape: readonly number[]): boolean {
  return shape.length <= 3 && viewShape(shape)[0] > 1;
}

/** How a time step is laid out where places are named: [height, width, channels]. */
export function frameShape(shape: readonly number[]): readonly number[] {
  if (shape.length === 3) return shape;
  const [first = 1, ...rest] = shape;
  return [1, first, rest.reduce((product, size) => product * size, 1)];
}
