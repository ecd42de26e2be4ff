/**
 * AEDAT 3.1, such as the recordings of DVS128 Gesture: a header of text, then packets of events of one kind, little endian.
 *
 *   head of a packet, 28 bytes   i16 kind, i16 source, i32 size of an event, i32 where its time stands, i32 overflows of the
 *                                clock, i32 capacity, i32 events, i32 valid ones
 *   event of polarity, 8 bytes   u32 of which bit 0 valid, bit 1 polarity, bits 2 to 16 y, bits 17 to 31 x;  i32 microseconds,
 *                                to which each overflow adds 2^31
 *
 * Events that are not valid are left out, and packets of other kinds passed over.
 *
 * @source iniVation, "AEDAT file formats", version 3.1
 */

import type { Events } from "../../datasets/events/events.js";
import { FormatError } from "../../errors.js";
import { quote } from "../../show.js";
import type { EventBytes } from "./event-bytes.js";
import { CHUNK_EVENTS, EventColumns, type SensorShape } from "./event-columns.js";
import { readTextLine, sensorOf } from "./headers.js";

const HEAD_BYTES = 28;
const EVENT_BYTES = 8;
const POLARITY = 1;
const LAST_KIND = 255;
const LARGEST_EVENT = 2 ** 26;
const MOST_LINES = 1000;

/** Of the cameras that headers name. */
const SENSORS: readonly (readonly [name: RegExp, shape: SensorShape])[] = [
  [/DVS128/i, [128, 128]],
  [/DAVIS240/i, [180, 240]],
  [/DAVIS128/i, [128, 128]],
  [/DAVIS346/i, [260, 346]],
  [/DAVIS640/i, [480, 640]],
];

interface Head {
  readonly kind: number;
  readonly size: number;
  readonly overflow: number;
  readonly capacity: number;
  readonly count: number;
}

export async function* readAedat3(
  bytes: EventBytes,
  given: SensorShape | undefined,
): AsyncGenerator<Events, void, undefined> {
  const { name } = bytes;
  const told = await readHeader(bytes);
  const columns = new EventColumns(name, given ?? sensorOf(name, given, told));
  while (!(await bytes.ended())) {
    const at = bytes.at;
    const head = headOf(await bytes.take(HEAD_BYTES, "the head of a packet"));
    if (head === null || !fits(head, bytes.left)) {
      throw new FormatError(
        `${name}: at byte ${at} there is no head of a packet; expected one, of events that the file holds. ` +
          "It is truncated or damaged: copy it again.",
      );
    }
    const what = `a packet of ${head.count} events at byte ${at}`;
    if (head.kind !== POLARITY) {
      await bytes.skip(head.count * head.size, what);
    } else {
      for (let done = 0; done < head.count;) {
        const count = Math.min(CHUNK_EVENTS, head.count - done);
        const part = await bytes.take(count * EVENT_BYTES, what);
        const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
        for (let event = 0; event < part.length; event += EVENT_BYTES) {
          const data = view.getUint32(event, true);
          if ((data & 1) === 0) continue;
          const t = view.getInt32(event + 4, true) + head.overflow * 2 ** 31;
          columns.add(t, data >>> 17, (data >>> 2) & 0x7fff, (data >>> 1) & 1);
        }
        done += count;
        if (columns.isFull) yield columns.taken();
      }
    }
    if (head.capacity > head.count) await passUnused(bytes, head, what);
  }
  if (columns.count > 0) yield columns.taken();
}

/** @returns the sensor of the camera that it names */
async function readHeader(bytes: EventBytes): Promise<SensorShape | undefined> {
  const { name } = bytes;
  const first = await readTextLine(bytes);
  if (first !== "#!AER-DAT3.1") {
    throw new FormatError(
      `${name} begins with ${quote(first.slice(0, 40))}; expected "#!AER-DAT3.1". Convert recordings of other versions with ` +
        "the tools of their camera.",
    );
  }
  let sensor: SensorShape | undefined;
  for (let line = 0; line < MOST_LINES; line++) {
    const text = await readTextLine(bytes);
    if (text === "#!END-HEADER") return sensor;
    if (!text.startsWith("#")) break;
    if (text.startsWith("#Source")) sensor ??= SENSORS.find(([camera]) => camera.test(text))?.[1];
  }
  throw new FormatError(
    `${name}: the header has no end; expected the line "#!END-HEADER" within ${MOST_LINES}. It is damaged: copy it again.`,
  );
}

/** null for what is none. */
function headOf(bytes: Uint8Array): Head | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = view.getInt16(0, true);
  const [size, timeAt, overflow, capacity, count, valid] = [4, 8, 12, 16, 20, 24].map((at) =>
    view.getInt32(at, true),
  );
  const isEvent = size > 0 && size <= LARGEST_EVENT && timeAt >= 0 && timeAt < size && overflow >= 0;
  const isCount = valid >= 0 && valid <= count && count <= capacity;
  if (kind < 0 || kind > LAST_KIND || !isEvent || !isCount) return null;
  if (kind === POLARITY && (size !== EVENT_BYTES || timeAt !== 4)) return null;
  return { kind, size, overflow, capacity, count };
}

function fits({ size, count }: Head, left: number | null): boolean {
  return left === null || count * size <= left;
}

/** Where a packet has room for more events than it has, writers leave the room out or not. What comes behind tells. */
async function passUnused(bytes: EventBytes, { size, capacity, count }: Head, what: string): Promise<void> {
  if (await isAligned(bytes)) return;
  const unused = (capacity - count) * size;
  const { left } = bytes;
  if (left === null || unused <= left) {
    await bytes.skip(unused, what);
    if (await isAligned(bytes)) return;
  }
  throw new FormatError(
    `${bytes.name}: ${what} has room for ${capacity}, and behind neither there is another packet; expected one. ` +
      "It is damaged: copy it again.",
  );
}

async function isAligned(bytes: EventBytes): Promise<boolean> {
  const next = await bytes.peek(HEAD_BYTES);
  if (next.length === 0) return true;
  const head = next.length < HEAD_BYTES ? null : headOf(next);
  return head !== null && fits(head, bytes.left === null ? null : bytes.left - HEAD_BYTES);
}
