/** From frames to samples of T time steps. */

import { checkInteger, checkOptions, isList } from "../../checks.js";
import { ShapeError } from "../../errors.js";
import { formatShape, sizeOf } from "../../shapes.js";
import { show } from "../../show.js";
import type { EventFrames } from "./integrate-events.js";
import { majority } from "./majority.js";

/**
 * Groups of T frames that follow one another: [frames, …] becomes [floor(frames / T), T, …], with the most frequent label of
 * each group. What is left at the end is dropped, so that a recording of fewer than T frames gives no sample. x is not
 * copied.
 *
 * @param timesteps T
 * @throws TypeError, ShapeError on frames whose parts do not fit
 */
export function groupFrames(given: EventFrames, timesteps: number): EventFrames {
  const T = checkInteger("groupFrames: timesteps", timesteps, 1);
  const { x, shape, labels } = checkFrames("groupFrames", given);
  const [frames, ...frame] = shape;
  const groups = Math.floor(frames / T);
  const grouped = { x: x.subarray(0, groups * T * sizeOf(frame)), shape: [groups, T, ...frame] };
  if (labels === undefined) return grouped;
  return {
    ...grouped,
    labels: Int32Array.from({ length: groups }, (_, group) => majority(labels, group * T, (group + 1) * T)),
  };
}

/**
 * Cuts long sequences into chunks that are shown one after the other: [N, S, C] becomes [N, chunks, floor(S / chunks), C].
 * What is left at the end of a sequence is dropped.
 *
 * @throws TypeError, ShapeError on frames whose parts do not fit; ShapeError unless the shape is [N, S, C] with S >= chunks
 */
export function splitToTimesteps(given: EventFrames, chunks: number): EventFrames {
  const T = checkInteger("splitToTimesteps: chunks", chunks, 1);
  const { x, shape, labels } = checkFrames("splitToTimesteps", given);
  const [samples, length, channels] = shape;
  if (shape.length !== 3 || length < T) {
    throw new ShapeError(
      `splitToTimesteps: the shape is ${formatShape(shape)}; expected [N, S, C] with at least ${T} of S.`,
    );
  }
  const part = Math.floor(length / T);
  const kept = T * part * channels;
  const cut = new Float32Array(samples * kept);
  for (let n = 0; n < samples; n++)
    cut.set(x.subarray(n * length * channels, n * length * channels + kept), n * kept);
  return {
    x: cut,
    shape: [samples, T, part, channels],
    ...(labels === undefined ? {} : { labels }),
  };
}

/** @throws TypeError, ShapeError on what integrateEvents would not give */
function checkFrames(where: string, frames: EventFrames): EventFrames {
  checkOptions(where, frames ?? null, ["x", "shape", "labels"]);
  const { x, shape, labels } = frames;
  if (!(x instanceof Float32Array))
    throw new TypeError(`${where}: x is ${show(x)}; expected a Float32Array.`);
  if (!isList(shape))
    throw new TypeError(`${where}: shape is ${show(shape)}; expected an array like [F, H, W, 2].`);
  if (shape.length < 2 || x.length !== sizeOf(shape)) {
    throw new ShapeError(
      `${where}: x holds ${x.length} values and its shape is ${formatShape(shape)}; expected [frames, …] of that size.`,
    );
  }
  if (labels !== undefined && !(labels instanceof Int32Array))
    throw new TypeError(`${where}: labels is ${show(labels)}; expected an Int32Array.`);
  if (labels !== undefined && labels.length !== shape[0]) {
    throw new ShapeError(`${where}: ${labels.length} labels for ${shape[0]} frames; expected one each.`);
  }
  return frames;
}
