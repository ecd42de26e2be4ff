/**
 * The Heidelberg digits and the spiking speech commands: HDF5 files with spikes/times (seconds, float16, a list per sample),
 * spikes/units (0 to 699, a list per sample) and labels. HDF5 is read by the package h5wasm.
 *
 * @source B. Cramer, Y. Stradmann, J. Schemmel, F. Zenke, "The Heidelberg spiking data sets for the systematic evaluation of
 *   spiking neural networks", IEEE TNNLS 33 (2022)
 */

import { checkOptions } from "../../checks.js";
import type { EventRecording } from "../../datasets/events/events-dataset.js";
import type { Events } from "../../datasets/events/events.js";
import { FormatError, messageOf, StateError } from "../../errors.js";
import { EventLoopTurns } from "../../platform/event-loop.js";
import { withOpenFile } from "../../platform/files.js";
import { show } from "../../show.js";
import { decodeF16 } from "../half-precision.js";
import { optionalPackage } from "../../platform/optional-package.js";

/** Channels of the artificial cochlea. */
const CHANNELS = 700;
const MOST_SAMPLES = 2 ** 24;
const MOST_SPIKES = 2 ** 24;
/** HDF5's number of lists. */
const VARIABLE_LENGTH = 9;
const [WHOLE, FLOAT] = [0, 1];
const HDF5_MAGIC = "\u0089HDF\r\n\u001a\n";
const GZIP_MAGIC = "\u001f\u008b";

/** What is used of h5wasm. */
export interface H5wasm {
  readonly ready: Promise<{
    readonly FS: { writeFile(path: string, bytes: Uint8Array): void; unlink(path: string): void };
    /** Errors are thrown then, instead of being printed. */
    activate_throwing_error_handler?(): unknown;
    deactivate_throwing_error_handler?(): unknown;
  }>;
  readonly File: new (path: string, mode: "r") => H5File;
}

interface H5File {
  get(name: string): unknown;
  close(): unknown;
}

interface H5Type {
  readonly type: number;
  readonly size: number;
}

interface H5Dataset {
  readonly metadata: { shape: readonly number[] | null; type: number; vlen_type?: H5Type };
  slice(ranges: readonly (readonly [number, number])[]): unknown;
}

export interface ReadShdOptions {
  /** The module h5wasm; in Node, the package that is installed if it is left out. */
  readonly h5wasm?: H5wasm;
  /** For messages, where the source is no path. */
  readonly name?: string;
}

/**
 * The recordings of a file, one after the other: events of 700 channels in microseconds, all on, and the label. Of a path, in
 * Node, one sample at a time is in memory; bytes of a Blob are held whole by h5wasm.
 *
 * @param source the path of shd_train.h5 or the like, unpacked; or its bytes
 * @throws FormatError for another file, or a damaged one; FileError if it cannot be read; StateError without h5wasm
 */
export async function* readShd(
  source: string | Blob | Uint8Array,
  options: ReadShdOptions = {},
): AsyncGenerator<EventRecording, void, undefined> {
  const where = "readShd";
  checkOptions(where, options, ["h5wasm", "name"]);
  const isPath = typeof source === "string";
  const name = isPath ? source : (options.name ?? "the recordings");
  if (!isPath && !(source instanceof Blob) && !(source instanceof Uint8Array))
    throw new TypeError(`${where}: the source is ${show(source)}; expected a path, a Blob or a Uint8Array.`);
  const held = isPath ? null : source instanceof Blob ? new Uint8Array(await source.arrayBuffer()) : source;
  checkMagic(name, held ?? firstBytes(name));
  const h5wasm = options.h5wasm ?? (await fromPackage(isPath));
  const module = await h5wasm.ready;
  const { FS } = module;
  const inside = held === null ? name : `/atif-${opened++}.h5`;
  if (held !== null) FS.writeFile(inside, held);
  module.activate_throwing_error_handler?.();
  try {
    const file = new h5wasm.File(inside, "r");
    try {
      yield* recordingsOf(name, file);
    } finally {
      file.close();
    }
  } catch (error) {
    throw asDamage(name, error);
  } finally {
    module.deactivate_throwing_error_handler?.();
    if (held !== null) FS.unlink(inside);
  }
}

let opened = 0;

function firstBytes(path: string): Uint8Array {
  return withOpenFile(path, (file) => file.read(0, Math.min(8, file.size)));
}

function checkMagic(name: string, bytes: Uint8Array): void {
  const magic = String.fromCharCode(...bytes.subarray(0, 8));
  if (magic === HDF5_MAGIC) return;
  if (magic.startsWith(GZIP_MAGIC))
    throw new FormatError(`${name} is packed by gzip; expected HDF5. Unpack it first, as with gunzip.`);
  throw new FormatError(`${name} is no HDF5 file; expected shd_train.h5 or the like, of spikes and labels.`);
}

async function fromPackage(isPath: boolean): Promise<H5wasm> {
  try {
    const name = isPath ? "h5wasm/node" : "h5wasm";
    const module = (await optionalPackage(name)) as H5wasm & { readonly default?: H5wasm };
    return module.default ?? module;
  } catch (error) {
    throw new StateError(
      `HDF5 needs the package h5wasm, which could not be loaded (${messageOf(error).split("\n")[0]}). ` +
        "Install it with npm install h5wasm, or give it as h5wasm.",
    );
  }
}

/** What HDF5 fails with says where in its code, not what is wrong. */
function asDamage(name: string, error: unknown): unknown {
  if (error instanceof FormatError) return error;
  return new FormatError(
    `${name} cannot be read as HDF5; expected a whole file. It is truncated or damaged: download it again.`,
    { cause: error },
  );
}

async function* recordingsOf(name: string, file: H5File): AsyncGenerator<EventRecording, void, undefined> {
  const [times, units, labels] = ["spikes/times", "spikes/units", "labels"].map((path) =>
    datasetOf(name, file, path),
  );
  const count = times.metadata.shape?.[0] ?? 0;
  for (const [what, { metadata }] of Object.entries({ times, units, labels })) {
    if (metadata.shape?.length === 1 && metadata.shape[0] === count && count <= MOST_SAMPLES) continue;
    throw new FormatError(
      `${name}: ${what} are ${show(metadata.shape)}, and there are ${count} samples; expected a row each, at most ${MOST_SAMPLES}.`,
    );
  }
  const isHalf = asLists(name, "spikes/times", times, FLOAT, [2, 4, 8]) === 2;
  asLists(name, "spikes/units", units, WHOLE, [1, 2, 4]);
  // As h5wasm knows no floats of 16 bits, it is told that they are whole numbers.
  if (isHalf)
    times.metadata.vlen_type = { ...times.metadata.vlen_type, type: WHOLE, size: 2, ...{ signed: false } };
  const turns = new EventLoopTurns();
  for (let i = 0; i < count; i++) {
    const source = `${name}, sample ${i}`;
    const [t, x, label] = [times, units, labels].map((dataset) => dataset.slice([[i, i + 1]]));
    const [seconds, channels] = [rowOf(source, t), rowOf(source, x)];
    const number = Number((label as ArrayLike<number | bigint>)[0]);
    const exact = isHalf && seconds instanceof Uint16Array ? decodeF16(seconds) : seconds;
    yield { events: eventsOf(source, exact, channels), label: number, source };
    if (turns.due) await turns.next();
  }
}

function datasetOf(name: string, file: H5File, path: string): H5Dataset {
  const found = file.get(path) as Partial<H5Dataset> | null;
  if (typeof found === "object" && found !== null && found.metadata !== undefined && "slice" in found)
    return found as H5Dataset;
  throw new FormatError(`${name} has no array ${path}; expected spikes/times, spikes/units and labels.`);
}

/** @returns bytes of an entry */
function asLists(
  name: string,
  path: string,
  { metadata }: H5Dataset,
  type: number,
  sizes: readonly number[],
): number {
  const { vlen_type: entry } = metadata;
  if (metadata.type === VARIABLE_LENGTH && entry?.type === type && sizes.includes(entry.size))
    return entry.size;
  throw new FormatError(
    `${name}: ${path} are no lists of ${type === FLOAT ? "floats" : "whole numbers"}; expected a list per sample.`,
  );
}

type Numbers = Exclude<ArrayBufferView, DataView> & ArrayLike<number>;

function rowOf(source: string, rows: unknown): Numbers {
  const row = Array.isArray(rows) ? (rows as readonly unknown[])[0] : undefined;
  if (ArrayBuffer.isView(row) && "length" in row && Number(row.length) <= MOST_SPIKES) return row as Numbers;
  throw new FormatError(
    `${source} has no list of at most ${MOST_SPIKES} numbers; expected one. The file is damaged.`,
  );
}

/** Sorted by time, where they are not; spikes of one time stay as they are. */
function eventsOf(source: string, seconds: ArrayLike<number>, channels: ArrayLike<number>): Events {
  const { length } = seconds;
  if (channels.length !== length) {
    throw new FormatError(
      `${source} has ${length} times and ${channels.length} units; expected one per spike in each. The file is damaged.`,
    );
  }
  const times = Float64Array.from(seconds, (value) => Math.trunc(value * 1e6));
  const order = Uint32Array.from(times.keys());
  const isSorted = times.every((t, i) => i === 0 || t >= times[i - 1]);
  if (!isSorted) order.sort((a, b) => times[a] - times[b] || a - b);
  for (let i = 0; i < length; i++) {
    if (Number.isFinite(times[i]) && channels[i] >= 0 && channels[i] < CHANNELS) continue;
    throw new FormatError(
      `${source}: spike ${i} is at ${seconds[i]} s of unit ${channels[i]}; expected a time, and one of ${CHANNELS} units. ` +
        "The file is damaged.",
    );
  }
  return {
    t: Float64Array.from(order, (i) => times[i]),
    x: Uint16Array.from(order, (i) => channels[i]),
    p: new Uint8Array(length).fill(1),
    width: CHANNELS,
    height: 1,
  };
}
