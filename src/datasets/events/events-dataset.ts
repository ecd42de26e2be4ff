/** From recordings of events to samples in time: counted into frames, T of which are a sample. */

import { checkInteger, checkOptions } from "../../checks.js";
import { FormatError, OutOfMemoryError, ShapeError } from "../../errors.js";
import { EventLoopTurns } from "../../platform/event-loop.js";
import { formatShape, sameShape, sizeOf } from "../../shapes.js";
import { show } from "../../show.js";
import { Dataset, MAX_VALUES } from "../dataset.js";
import type { Events } from "./events.js";
import { groupFrames } from "./group-frames.js";
import { integrateEvents, type EventFrames, type Integration } from "./integrate-events.js";

/** A recording, and what it shows. */
export interface EventRecording {
  readonly events: Events;
  /** Its class; may be left out where each event has one (events.labels). */
  readonly label?: number;
  /** For messages: the name of its file. */
  readonly source?: string;
}

export interface EventsDatasetOptions {
  /** For messages and tables. */
  readonly name: string;
  /** How a recording is cut into frames: { frames, by: "number" or "time" }, or { duration } or { window } in microseconds. */
  readonly integration: Integration;
  /** T, frames of a sample. May be left out where integration says how many frames a recording has: those. */
  readonly timesteps?: number;
  /**
   * Where a frame counts no further; frames are kept as bytes then, a quarter of the memory. Without a limit, and as float32,
   * if it is left out.
   */
  readonly maxCount?: number;
  /** How many classes there are; the largest label + 1 if it is left out. */
  readonly classes?: number;
  readonly classNames?: readonly string[];
}

/**
 * A Dataset of time: true with samples [T, H, W, 2], or [T, W, 2] of a sensor of one dimension. A recording gives
 * floor(frames / T) samples: what is left at its end is dropped. One recording after the other is in memory, where they come
 * one by one.
 *
 * @throws TypeError, RangeError, ShapeError on recordings as integrateEvents, or of different sensors; FormatError where no
 *   recording is long enough for a sample, or one has no label
 */
export async function eventsDataset(
  recordings: Iterable<EventRecording> | AsyncIterable<EventRecording>,
  options: EventsDatasetOptions,
): Promise<Dataset> {
  const where = "eventsDataset";
  checkOptions(where, options ?? null, [
    ...["name", "integration", "timesteps", "maxCount", "classes", "classNames"],
  ]);
  const { name, integration, maxCount, classes, classNames } = options;
  const timesteps = stepsOf(where, options);
  const most = maxCount === undefined ? Infinity : byteOf(`${where}: maxCount`, maxCount);
  const collected = new Samples(where, maxCount !== undefined);
  const turns = new EventLoopTurns();
  let [number, longest] = [0, 0];
  for await (const recording of listOf(where, recordings)) {
    const { events, label, source = `recording ${number}` } = recording;
    const labelled = label === undefined ? null : checkInteger(`${where}: the label of ${source}`, label);
    const frames = integrateEvents(events, integration);
    longest = Math.max(longest, frames.shape[0]);
    const groups = groupFrames(frames, timesteps);
    if (labelled === null && groups.labels === undefined) {
      throw new FormatError(
        `${where}: ${source} has no label, nor have its events; expected { events, label }, the number of a class.`,
      );
    }
    collected.add(groups, labelled, source, most);
    number++;
    if (turns.due) await turns.next();
  }
  if (collected.labels.length === 0) {
    throw new FormatError(
      number === 0
        ? `${where}: there are no recordings in "${name}"; expected at least one.`
        : `${where}: the longest of ${number} recordings in "${name}" has ${longest} frames; expected at least ${timesteps}, ` +
            "as many as timesteps. Use shorter frames or fewer of them.",
    );
  }
  const { x, sampleShape, labels } = collected.taken();
  return new Dataset({
    name,
    x,
    labels,
    sampleShape,
    time: true,
    ...(x instanceof Uint8Array ? { divisor: 1 } : {}),
    ...(classes === undefined ? {} : { classes }),
    ...(classNames === undefined ? {} : { classNames }),
  });
}

function stepsOf(where: string, { timesteps, integration }: EventsDatasetOptions): number {
  const frames = (integration as { readonly frames?: number } | undefined)?.frames;
  if (timesteps === undefined && frames === undefined) {
    throw new TypeError(
      `${where}: timesteps is missing; expected T, how many frames of { duration } or { window } are a sample.`,
    );
  }
  return checkInteger(`${where}: timesteps`, timesteps ?? frames, 1);
}

function byteOf(where: string, value: number): number {
  const count = checkInteger(where, value, 1);
  if (count <= 255) return count;
  throw new RangeError(`${where} is ${count}; expected 1 to 255, what a byte holds, or none.`);
}

function listOf(
  where: string,
  recordings: Iterable<EventRecording> | AsyncIterable<EventRecording>,
): Iterable<EventRecording> | AsyncIterable<EventRecording> {
  const given = recordings as unknown;
  const isIterable =
    typeof given === "object" &&
    given !== null &&
    (Symbol.iterator in given || Symbol.asyncIterator in given);
  if (isIterable) return recordings;
  throw new TypeError(
    `${where}: the recordings are ${show(given)}; expected a list of { events, label }, or what gives one after the other.`,
  );
}

/** Groups of frames, one after the other in an array that grows. */
class Samples {
  readonly labels: number[] = [];
  readonly #where: string;
  #x: Float32Array | Uint8Array;
  #filled = 0;
  #shape: readonly number[] | null = null;
  #first = "";

  constructor(where: string, asBytes: boolean) {
    this.#where = where;
    this.#x = asBytes ? new Uint8Array(0) : new Float32Array(0);
  }

  add(groups: EventFrames, label: number | null, source: string, most: number): void {
    const [count, ...shape] = groups.shape;
    this.#shape ??= shape;
    if (!sameShape(shape, this.#shape)) {
      throw new ShapeError(
        `${this.#where}: ${source} gives samples of ${formatShape(shape)}, and ${this.#first} of ` +
          `${formatShape(this.#shape)}; expected recordings of one sensor.`,
      );
    }
    if (this.#first === "") this.#first = source;
    this.#room(groups.x.length, source);
    const to = this.#x;
    for (let i = 0, at = this.#filled; i < groups.x.length; i++, at++) to[at] = Math.min(most, groups.x[i]);
    this.#filled += groups.x.length;
    for (let i = 0; i < count; i++) this.labels.push(label ?? groups.labels?.[i] ?? 0);
  }

  taken(): { x: Float32Array | Uint8Array; sampleShape: readonly number[]; labels: Int32Array } {
    const sampleShape = this.#shape ?? [];
    const x = this.#x.slice(0, this.labels.length * sizeOf(sampleShape));
    return { x, sampleShape, labels: Int32Array.from(this.labels) };
  }

  #room(more: number, source: string): void {
    const needed = this.#filled + more;
    if (needed > MAX_VALUES) {
      throw new OutOfMemoryError(
        `${this.#where}: with ${source} the frames are ${needed} values; expected at most ${MAX_VALUES}. ` +
          "Use fewer frames, fewer recordings, or a smaller sensor.",
      );
    }
    if (needed <= this.#x.length) return;
    const size = Math.min(MAX_VALUES, Math.max(needed, 2 * this.#x.length));
    const larger = this.#x instanceof Uint8Array ? new Uint8Array(size) : new Float32Array(size);
    larger.set(this.#x.subarray(0, this.#filled));
    this.#x = larger;
  }
}
