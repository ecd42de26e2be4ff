/**
 * Events in NumPy's files. In a .npy: records with fields t, x, y and p, or a table [N, 4] of columns in the order that is
 * named. In a .npz: one such array, or an array each of t, x, y and p. Without y, the sensor has one dimension.
 */

import type { Events } from "../../datasets/events/events.js";
import { FormatError } from "../../errors.js";
import { quote } from "../../show.js";
import { formatShape, sizeOf } from "../../shapes.js";
import type { EventBytes } from "./event-bytes.js";
import { EventColumns, type SensorShape } from "./event-columns.js";
import { sensorOf } from "./headers.js";
import { NPY_START, npyHeader, npyLength, npyLengthBytes, type NpyHeader } from "../numpy/npy-header.js";
import { zipEntries } from "./zip-entries.js";

export interface NpyOptions {
  readonly sensor: SensorShape | undefined;
  /** Of a table: "txyp" */
  readonly columns: string;
  /** Microseconds of a unit of t. */
  readonly timeUnit: number;
}

type Column = "t" | "x" | "y" | "p";

/** What columns are called, in small letters. */
const NAMES: Readonly<Record<string, Column | undefined>> = {
  t: "t",
  ts: "t",
  time: "t",
  times: "t",
  timestamp: "t",
  timestamps: "t",
  x: "x",
  y: "y",
  p: "p",
  pol: "p",
  polarity: "p",
  polarities: "p",
};

/** Elements that are read at once. */
const PIECE = 2 ** 14;
/** Values of columns that stand one behind the other are held until all are there. */
const MOST_HELD = 2 ** 28;

/** Takes a value of each column, and hands chunks on. */
class Collector {
  readonly columns: EventColumns;
  readonly #unit: number;

  constructor(name: string, { sensor, timeUnit }: NpyOptions) {
    this.columns = new EventColumns(name, sensorOf(name, sensor, undefined));
    this.#unit = timeUnit;
  }

  add(t: number, x: number, y: number, p: number): void {
    this.columns.add(t * this.#unit, x, y, p);
  }
}

export async function* readNpy(
  bytes: EventBytes,
  options: NpyOptions,
): AsyncGenerator<Events, void, undefined> {
  const header = await readNpyHeader(bytes);
  checkSize(bytes, header);
  const collector = new Collector(bytes.name, options);
  yield* eventsOf(bytes, header, collector, options);
  if (!(await bytes.ended())) {
    throw new FormatError(
      `${bytes.name} goes on behind its array, from byte ${bytes.at} on; expected its end. It is damaged: save it again.`,
    );
  }
}

export async function* readNpz(
  bytes: EventBytes,
  options: NpyOptions,
): AsyncGenerator<Events, void, undefined> {
  const { name } = bytes;
  const collector = new Collector(name, options);
  const held = new Map<Column, Float64Array>();
  const others: string[] = [];
  let wasRead = false;
  for await (const entry of zipEntries(bytes)) {
    // What follows is unpacked all the same: only its checksum tells that it is whole.
    if (wasRead) continue;
    const header = entry.name.endsWith(".npy") ? await readNpyHeader(entry.bytes) : null;
    const column = NAMES[entry.name.replace(/\.npy$/, "").toLowerCase()];
    if (header !== null && (header.isRecord || header.shape.length === 2) && held.size === 0) {
      yield* eventsOf(entry.bytes, header, collector, options);
      wasRead = true;
      continue;
    }
    if (header === null || column === undefined || header.isRecord || header.shape.length !== 1) {
      others.push(entry.name);
      continue;
    }
    held.set(column, await numbersOf(entry.bytes, header));
  }
  if (wasRead) return;
  const [t, x, y, p] = (["t", "x", "y", "p"] as const).map((column) => held.get(column));
  const isFlat = options.sensor?.length === 1;
  if (t === undefined || x === undefined || p === undefined || (y === undefined && !isFlat)) {
    const found = [...held.keys(), ...others].map((each) => quote(each)).join(", ");
    throw new FormatError(
      `${name} holds ${found === "" ? "nothing" : found}; expected arrays t, x, y and p, or one array of events.`,
    );
  }
  for (const [column, values] of held) {
    if (values.length === t.length) continue;
    throw new FormatError(
      `${name}: ${column} has ${values.length} elements and t has ${t.length}; expected one per event in each.`,
    );
  }
  yield* together(t, x, isFlat ? null : (y ?? null), p, collector);
}

async function readNpyHeader(bytes: EventBytes): Promise<NpyHeader> {
  const { name } = bytes;
  const what = "the head of a .npy array";
  const start = await bytes.take(NPY_START, what);
  const length = npyLength(name, await bytes.take(npyLengthBytes(name, start), what));
  return npyHeader(name, await bytes.take(length, what));
}

/** Before memory is spent. */
function checkSize({ name, left }: EventBytes, { shape, elementSize }: NpyHeader): void {
  const size = sizeOf(shape) * elementSize;
  if (!Number.isSafeInteger(size) || (left !== null && size > left)) {
    throw new FormatError(
      `${name} is to hold ${formatShape(shape)} elements of ${elementSize} bytes, and has ${left ?? "fewer than 2^53"} bytes ` +
        "behind its head; expected as many. It is truncated or damaged: save it again.",
    );
  }
}

async function* eventsOf(
  bytes: EventBytes,
  header: NpyHeader,
  collector: Collector,
  options: NpyOptions,
): AsyncGenerator<Events, void, undefined> {
  const { shape, fields, elementSize, isRecord, fortranOrder } = header;
  const { name } = bytes;
  const isFlat = options.sensor?.length === 1;
  if (isRecord ? shape.length !== 1 : shape.length !== 2) {
    throw new FormatError(
      `${name} is an array of ${formatShape(shape)}; expected [events] of records, or a table [events, ${isFlat ? 3 : 4}].`,
    );
  }
  const titles = isRecord ? fields.map((field) => field.name) : [...options.columns];
  if (!isRecord && shape[1] !== titles.length) {
    throw new FormatError(
      `${name} is a table of ${formatShape(shape)}; expected [events, ${titles.length}] for the columns ` +
        `${quote(options.columns)}. Name those that it has, as in columns: "txyp".`,
    );
  }
  const place = (column: Column): number =>
    titles.findIndex((title) => NAMES[title.toLowerCase()] === column);
  const [t, x, y, p] = (["t", "x", "y", "p"] as const).map(place);
  if (t < 0 || x < 0 || p < 0 || (y < 0 && !isFlat)) {
    throw new FormatError(
      `${name} has the columns ${titles.map((title) => quote(title)).join(", ")}; expected t, x, ${isFlat ? "" : "y, "}and p.`,
    );
  }
  const [count] = shape;
  if (!isRecord && fortranOrder) {
    const all = await numbersOf(bytes, header);
    const columnOf = (i: number): Float64Array => all.subarray(i * count, (i + 1) * count);
    yield* together(columnOf(t), columnOf(x), isFlat ? null : columnOf(y), columnOf(p), collector);
    return;
  }
  const size = isRecord ? elementSize : elementSize * titles.length;
  const columns = [t, x, y, p].map((i) =>
    i < 0 ? null : isRecord ? fields[i] : { at: i * elementSize, read: fields[0].read },
  );
  for (let done = 0; done < count;) {
    const some = Math.min(PIECE, count - done);
    const part = await bytes.take(some * size, `event ${done} to ${done + some - 1}`);
    const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
    const value = (column: number, begin: number): number => {
      const field = columns[column];
      return field === null ? 0 : field.read(view, begin + field.at);
    };
    for (let begin = 0; begin < part.length; begin += size)
      collector.add(value(0, begin), value(1, begin), isFlat ? 0 : value(2, begin), value(3, begin));
    done += some;
    yield collector.columns.taken();
  }
}

/** All of an array of plain numbers. */
async function numbersOf(bytes: EventBytes, header: NpyHeader): Promise<Float64Array> {
  const { shape, elementSize, fields } = header;
  checkSize(bytes, header);
  const count = sizeOf(shape);
  if (count > MOST_HELD)
    throw new FormatError(`${bytes.name} has columns of ${count} values; expected at most ${MOST_HELD}.`);
  let values = new Float64Array(Math.min(count, PIECE));
  for (let done = 0; done < count;) {
    const some = Math.min(PIECE, count - done);
    const part = await bytes.take(some * elementSize, `elements ${done} to ${done + some - 1}`);
    const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
    // It grows with what has come: packed bytes may claim more than they hold.
    if (done + some > values.length) {
      const larger = new Float64Array(Math.min(count, 2 * (done + some)));
      larger.set(values);
      values = larger;
    }
    for (let i = 0; i < some; i++) values[done + i] = fields[0].read(view, i * elementSize);
    done += some;
  }
  return values;
}

function* together(
  t: Float64Array,
  x: Float64Array,
  y: Float64Array | null,
  p: Float64Array,
  collector: Collector,
): Generator<Events, void, undefined> {
  for (let i = 0; i < t.length; i++) {
    collector.add(t[i], x[i], y === null ? 0 : y[i], p[i]);
    if (collector.columns.isFull) yield collector.columns.taken();
  }
  if (collector.columns.count > 0) yield collector.columns.taken();
}
