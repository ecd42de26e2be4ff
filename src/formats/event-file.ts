/**
 * Event files of TensorBoard: records, each a protobuf message Event, in the framing of TFRecord:
 *
 *   uint64 length;  uint32 masked crc32c of length;  bytes;  uint32 masked crc32c of the bytes    (all little-endian)
 *
 * The first event names the version of the format; every other one holds numbers of a step.
 *
 * @source tensorflow.org/tutorials/load_data/tfrecord; tensorflow/core/util/event.proto and framework/summary.proto
 */

import { crc32c } from "./crc32c.js";
import { Message } from "./protobuf-writer.js";

/** Of Event, Summary and Summary.Value. */
const WALL_TIME = 1;
const STEP = 2;
const FILE_VERSION = 3;
const SUMMARY = 5;
const VALUE = 1;
const TAG = 1;
const SIMPLE_VALUE = 2;

/** Before the bytes of a record, and after them. */
const HEAD = 12;
const TAIL = 4;

/** The key of the wall time, with which every event here begins. */
const WALL_TIME_KEY = 0x09;

export interface ScalarEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step: number;
  /** By tag. Those that are null are left out. */
  readonly scalars: Iterable<readonly [tag: string, value: number | null]>;
}

/** A whole file. @param wallTime of its beginning, in seconds since 1970 */
export function encodeEvents(wallTime: number, events: readonly ScalarEvent[]): Uint8Array<ArrayBuffer> {
  const first = new Message().double(WALL_TIME, wallTime).string(FILE_VERSION, "brain.Event:2");
  const records = [first, ...events.map(eventOf)].map((event) => recordOf(event.toBytes()));
  const file = new Uint8Array(records.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const record of records) {
    file.set(record, at);
    at += record.length;
  }
  return file;
}

function eventOf({ wallTime, step, scalars }: ScalarEvent): Message {
  const summary = new Message();
  for (const [tag, value] of scalars)
    if (value !== null) summary.message(VALUE, new Message().string(TAG, tag).float(SIMPLE_VALUE, value));
  return new Message().double(WALL_TIME, wallTime).integer(STEP, step).message(SUMMARY, summary);
}

function recordOf(bytes: Uint8Array): Uint8Array {
  const record = new Uint8Array(HEAD + bytes.length + TAIL);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(bytes.length), true);
  view.setUint32(8, masked(record.subarray(0, 8)), true);
  record.set(bytes, HEAD);
  view.setUint32(HEAD + bytes.length, masked(bytes), true);
  return record;
}

/** Rotated right by 15 bits, plus a constant: a checksum of data that hold checksums would be weak. */
function masked(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** When a file that encodeEvents() has made begins; null for any other bytes. */
export function beginningOf(file: Uint8Array): number | null {
  if (file.length < HEAD + 9 || file[HEAD] !== WALL_TIME_KEY) return null;
  const time = new DataView(file.buffer, file.byteOffset, file.byteLength).getFloat64(HEAD + 1, true);
  return Number.isFinite(time) && time >= 0 ? time : null;
}
