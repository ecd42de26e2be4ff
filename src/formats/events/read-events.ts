/** Recordings of event cameras, of whichever format: chunk by chunk, or whole. */

import { checkInteger, checkOneOf, checkOptions, checkPositive, isList } from "../../checks.js";
import { FormatError, OutOfMemoryError } from "../../errors.js";
import { parseNmnist } from "../../datasets/events/parse-nmnist.js";
import type { Events } from "../../datasets/events/events.js";
import { show } from "../../show.js";
import { readAedat3 } from "./aedat3.js";
import { readAedat4 } from "./aedat4.js";
import { readDat } from "./dat.js";
import { EventBytes, type EventSource } from "./event-bytes.js";
import type { SensorShape } from "./event-columns.js";
import { readNpy, readNpz } from "./npy-events.js";
import type { Unzstd } from "./zstd-frame.js";

export type EventFormat = "nmnist" | "dat" | "aedat3" | "aedat4" | "npy" | "npz";

export interface ReadEventsOptions {
  /** For messages, and where the bytes do not tell the format: the file's name. "the recording" if it is left out. */
  readonly name?: string;
  /** Told by the first bytes, or by a name that ends in .bin, if it is left out. */
  readonly format?: EventFormat;
  /** [height, width] of the sensor, or [channels] of one of one dimension; what the file says if it is left out. */
  readonly sensorShape?: SensorShape;
  /** Of a table in a .npy or .npz file, a letter each; "txyp", or "txp" of a sensor of one dimension. */
  readonly columns?: string;
  /** Microseconds that 1 is in the times of a .npy or .npz file: 1, or 1e6 where times are seconds. Default 1. */
  readonly timeUnit?: number;
  /** Of an AEDAT 4 file, the number of the stream; its first of events if it is left out. */
  readonly stream?: number;
  /** Unpacks Zstandard in browsers and before Node 22.15: decompress of fzstd, which Node loads by itself. */
  readonly unzstd?: Unzstd;
}

export interface ReadAllOptions extends ReadEventsOptions {
  /** Events that are held; default 2^26, of 13 bytes each. */
  readonly maxEvents?: number;
}

const OPTIONS = ["name", "format", "sensorShape", "columns", "timeUnit", "stream", "unzstd"];
const FORMATS = ["nmnist", "dat", "aedat3", "aedat4", "npy", "npz"] as const;
const MOST_EVENTS = 2 ** 26;
const LARGEST_NMNIST = 2 ** 26;

/**
 * The events of a recording in chunks of some 65,000, in the order of the file. No more than a chunk, and what the file packs
 * together, is in memory at a time; columns of a .npz file that stand one behind the other are, as they are needed together.
 *
 * @param source a File, response.body, bytes, or whatever gives Uint8Arrays one after the other
 * @throws TypeError, RangeError on options; FormatError on damage, as soon as it is met
 */
export async function* streamEvents(
  source: EventSource,
  options: ReadEventsOptions = {},
): AsyncGenerator<Events, void, undefined> {
  const where = "streamEvents";
  checkOptions(where, options, OPTIONS);
  yield* stream(where, source, options);
}

/**
 * All events of a recording. Those that are not in order are sorted by time, those of one time staying as they are.
 *
 * @throws OutOfMemoryError past maxEvents; as streamEvents
 */
export async function readEvents(source: EventSource, options: ReadAllOptions = {}): Promise<Events> {
  const where = "readEvents";
  checkOptions(where, options, [...OPTIONS, "maxEvents"]);
  const { maxEvents, ...rest } = options;
  const most = checkInteger(`${where}: maxEvents`, maxEvents ?? MOST_EVENTS, 1);
  const chunks: Events[] = [];
  let count = 0;
  for await (const chunk of stream(where, source, rest)) {
    count += chunk.t.length;
    if (count > most) {
      throw new OutOfMemoryError(
        `${where}: ${nameOf(options)} has more than ${most} events; expected at most maxEvents. ` +
          "Read it chunk by chunk with streamEvents, or allow more.",
      );
    }
    chunks.push(chunk);
  }
  return sorted(together(chunks, count, where, options));
}

async function* stream(
  where: string,
  source: EventSource,
  options: ReadEventsOptions,
): AsyncGenerator<Events, void, undefined> {
  const { columns, timeUnit = 1, unzstd } = options;
  const name = nameOf(options);
  if (typeof name !== "string") throw new TypeError(`${where}: name is ${show(name)}; expected a string.`);
  const sensor = sensorAsked(where, options.sensorShape);
  const bytes = new EventBytes(source, name);
  const npy = {
    sensor,
    columns: columnsAsked(where, columns, sensor),
    timeUnit: checkPositive(`${where}: timeUnit`, timeUnit),
  };
  const number = options.stream === undefined ? undefined : checkInteger(`${where}: stream`, options.stream);
  try {
    const format =
      options.format === undefined
        ? await formatOf(bytes)
        : checkOneOf(`${where}: format`, options.format, FORMATS);
    switch (format) {
      case "nmnist":
        return yield* readNmnist(bytes);
      case "dat":
        return yield* readDat(bytes, sensor);
      case "aedat3":
        return yield* readAedat3(bytes, sensor);
      case "aedat4":
        return yield* readAedat4(bytes, { sensor, stream: number, unzstd });
      case "npy":
        return yield* readNpy(bytes, npy);
      case "npz":
        return yield* readNpz(bytes, npy);
    }
  } finally {
    await bytes.close();
  }
}

function nameOf({ name = "the recording" }: ReadEventsOptions): string {
  return name;
}

function sensorAsked(where: string, shape: SensorShape | undefined): SensorShape | undefined {
  if (shape === undefined) return undefined;
  if (!isList(shape) || shape.length < 1 || shape.length > 2)
    throw new TypeError(`${where}: sensorShape is ${show(shape)}; expected [height, width] or [channels].`);
  for (const [i, side] of shape.entries()) {
    if (checkInteger(`${where}: sensorShape[${i}]`, side, 1) > 2 ** 16)
      throw new RangeError(`${where}: sensorShape[${i}] is ${side}; expected 1 to ${2 ** 16}.`);
  }
  return shape;
}

function columnsAsked(where: string, columns: unknown, sensor: SensorShape | undefined): string {
  const usual = sensor?.length === 1 ? "txp" : "txyp";
  if (columns === undefined) return usual;
  if (typeof columns === "string" && columns !== "" && columns.length <= 64) return columns;
  throw new TypeError(
    `${where}: columns is ${show(columns)}; expected a letter for each, such as "${usual}".`,
  );
}

/** By what files begin with; N-MNIST's have no head. */
async function formatOf(bytes: EventBytes): Promise<EventFormat> {
  const start = String.fromCharCode(...(await bytes.peek(12)));
  if (start.startsWith("\u0093NUMPY")) return "npy";
  if (start.startsWith("PK\u0003\u0004")) return "npz";
  if (start.startsWith("#!AER-DAT4")) return "aedat4";
  if (start.startsWith("#!AER-DAT")) return "aedat3";
  if (start.startsWith("%")) return "dat";
  if (bytes.name.toLowerCase().endsWith(".bin")) return "nmnist";
  throw new FormatError(
    `${bytes.name} is of no format that is known by its first bytes; expected AEDAT 3.1 or 4, Prophesee's .dat, .npy, .npz, or ` +
      "a .bin file of N-MNIST. Say which with format.",
  );
}

async function* readNmnist(bytes: EventBytes): AsyncGenerator<Events, void, undefined> {
  const { size } = bytes;
  if (size !== null && size > LARGEST_NMNIST) {
    throw new FormatError(
      `${bytes.name} has ${size} bytes; expected at most ${LARGEST_NMNIST}: recordings of N-MNIST are short.`,
    );
  }
  const all = await bytes.peek(LARGEST_NMNIST);
  const events = parseNmnist(all, bytes.name);
  if (events.t.length > 0) yield events;
}

function together(
  chunks: readonly Events[],
  count: number,
  where: string,
  { sensorShape, name = "the recording" }: ReadEventsOptions,
): Events {
  if (chunks.length === 1) return chunks[0];
  const [first] = chunks as readonly (Events | undefined)[];
  const sensor = first ?? emptyOf(sensorShape);
  if (sensor === null)
    throw new FormatError(`${where}: ${name} has no events; expected some, or sensorShape for one without.`);
  const all = {
    t: new Float64Array(count),
    x: new Uint16Array(count),
    ...(sensor.y === undefined ? {} : { y: new Uint16Array(count) }),
    p: new Uint8Array(count),
  };
  let at = 0;
  for (const { t, x, y, p } of chunks) {
    all.t.set(t, at);
    all.x.set(x, at);
    if (y !== undefined) all.y?.set(y, at);
    all.p.set(p, at);
    at += t.length;
  }
  return { ...all, width: sensor.width, height: sensor.height };
}

function emptyOf(shape: SensorShape | undefined): Events | null {
  if (shape === undefined) return null;
  const none = { t: new Float64Array(0), x: new Uint16Array(0), p: new Uint8Array(0) };
  const [height, width] = shape.length === 1 ? [1, shape[0]] : shape;
  return { ...none, ...(shape.length === 1 ? {} : { y: new Uint16Array(0) }), width, height };
}

function sorted(events: Events): Events {
  const { t, x, y, p } = events;
  if (t.every((time, i) => i === 0 || time >= t[i - 1])) return events;
  const order = Uint32Array.from(t.keys()).sort((a, b) => t[a] - t[b] || a - b);
  return {
    ...events,
    t: Float64Array.from(order, (i) => t[i]),
    x: Uint16Array.from(order, (i) => x[i]),
    ...(y === undefined ? {} : { y: Uint16Array.from(order, (i) => y[i]) }),
    p: Uint8Array.from(order, (i) => p[i]),
  };
}
