/**
 * From events to frames, by counting.
 *
 * Of the events of a segment, frame[y][x][c] is how many there were at (x, y), c = 0 for polarity 0 and c = 1 otherwise.
 * How a recording of N events is cut into F segments:
 *
 *   by number    d = floor(N / F); segment i is events i d to (i + 1) d - 1, the last goes on to N - 1
 *   by time      d = floor((t_last - t_first) / F); segment i is t_first + i d <= t < t_first + (i + 1) d, the last goes on to
 *                the last event
 *   by duration  F = max(1, ceil((t_last - t_first) / duration)); an event is in segment
 *                min(F - 1, floor((t - t_first) / duration))
 *   by window    a segment begins with the first event behind the one before it, and holds all from t_begin to t_begin + window,
 *                both included: there are as many as it takes, none is empty, and they are on no grid
 *
 * A segment without events is a frame of zeros; SpikingJelly and Qualia stop there.
 *
 * @source W. Fang et al., "SpikingJelly", Science Advances 9 (2023): its integration by fixed number of frames and, since
 *   March 2024, by fixed duration; until then, that was by window
 */

import { checkInteger, checkOneOf, checkOptions, checkPositive } from "../../checks.js";
import { OutOfMemoryError } from "../../errors.js";
import { MAX_VALUES } from "../dataset.js";
import { checkEvents, type Events } from "./events.js";
import { majority } from "./majority.js";

interface TimedIntegration {
  /** Microseconds of a frame. */
  readonly duration: number;
}

interface CountedIntegration {
  /** How many frames. */
  readonly frames: number;
  /** Equally many events in each, or equally long ones. */
  readonly by: "number" | "time";
}

interface WindowIntegration {
  /** Microseconds of a frame, from its first event on. */
  readonly window: number;
}

/** How events are cut into frames. */
export type Integration = TimedIntegration | CountedIntegration | WindowIntegration;

/** Frames in time. */
export interface EventFrames {
  /** Counts, row-major, channels last. */
  readonly x: Float32Array;
  /** [frames, H, W, 2], or [frames, W, 2] of a sensor of one dimension. */
  readonly shape: readonly number[];
  /** The most frequent class of each frame's events, the smallest of equals; where the events have labels. */
  readonly labels?: Int32Array;
}

/**
 * Counts events into frames: see the head of this file for the equations. An empty frame gets the label that is most
 * frequent in the recording.
 *
 * @throws TypeError, RangeError, ShapeError on events as checkEvents; OutOfMemoryError if the frames would not fit an array
 */
export function integrateEvents(events: Events, integration: Integration): EventFrames {
  const where = "integrateEvents";
  checkEvents(where, events);
  checkOptions(where, integration ?? null, ["duration", "frames", "by", "window"]);
  const { x, y, p, width, height, labels } = events;
  const starts = segmentStarts(where, events, integration, 2 * width * height);
  const frames = starts.length - 1;
  const pixels = y === undefined ? [width] : [height, width];
  const size = 2 * width * height;
  const counts = new Float32Array(frames * size);
  for (let frame = 0; frame < frames; frame++)
    for (let i = starts[frame]; i < starts[frame + 1]; i++)
      counts[frame * size + 2 * ((y === undefined ? 0 : y[i]) * width + x[i]) + (p[i] === 0 ? 0 : 1)]++;
  const shape = [frames, ...pixels, 2];
  if (labels === undefined || labels.length === 0) return { x: counts, shape };
  const usual = majority(labels, 0, labels.length);
  const voted = Int32Array.from({ length: frames }, (_, frame) =>
    starts[frame] === starts[frame + 1] ? usual : majority(labels, starts[frame], starts[frame + 1]),
  );
  return { x: counts, shape, labels: voted };
}

/** [F + 1] the first event of each segment, and N. */
function segmentStarts(where: string, { t }: Events, integration: Integration, size: number): Uint32Array {
  if ("window" in integration) return windowStarts(where, t, integration, size);
  const count = t.length;
  const length = count === 0 ? 0 : t[count - 1] - t[0];
  let frames: number, startOf: (frame: number) => number;
  const {
    duration: microseconds,
    frames: wanted,
    by,
  }: Partial<TimedIntegration & CountedIntegration> = integration;
  if ((microseconds === undefined) === (wanted === undefined)) {
    throw new TypeError(
      `${where}: ${wanted === undefined ? "neither duration nor frames is" : "duration and frames are both"} given; ` +
        'expected { duration } or { window } in microseconds, or { frames, by: "number" or "time" }.',
    );
  }
  if (microseconds !== undefined) {
    const duration = checkPositive(`${where}: duration`, microseconds);
    frames = Math.max(1, Math.ceil(length / duration));
    startOf = (frame) => firstWhere(count, (i) => Math.floor((t[i] - t[0]) / duration) >= frame);
  } else {
    frames = checkInteger(`${where}: frames`, wanted, 1);
    const isByNumber = checkOneOf(`${where}: by`, by, ["number", "time"]) === "number";
    const step = Math.floor((isByNumber ? count : length) / frames);
    startOf = isByNumber
      ? (frame) => frame * step
      : (frame) => firstWhere(count, (i) => t[i] >= t[0] + frame * step);
  }
  checkRoom(where, frames, size);
  return Uint32Array.from({ length: frames + 1 }, (_, frame) =>
    frame === 0 ? 0 : frame === frames ? count : startOf(frame),
  );
}

function windowStarts(
  where: string,
  t: Float64Array,
  integration: WindowIntegration,
  size: number,
): Uint32Array {
  const microseconds = checkPositive(`${where}: window`, integration.window);
  const other = Object.keys(integration).find((name) => name !== "window");
  if (other !== undefined)
    throw new TypeError(`${where}: window and ${other} are both given; expected one of the two.`);
  const starts = [0];
  for (let i = 1; i < t.length; i++) {
    if (t[i] - t[starts[starts.length - 1]] <= microseconds) continue;
    starts.push(i);
    checkRoom(where, starts.length, size);
  }
  return Uint32Array.from([...starts, t.length]);
}

/** @throws OutOfMemoryError before memory is spent */
function checkRoom(where: string, frames: number, size: number): void {
  if (frames * size <= MAX_VALUES) return;
  throw new OutOfMemoryError(
    `${where}: ${frames} frames of ${size} values are more than ${MAX_VALUES} values; ` +
      "use longer frames, fewer of them, or a part of the recording.",
  );
}

/** The first of 0 to count - 1 from which on `holds` is true; count if it never is. */
function firstWhere(count: number, holds: (i: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
