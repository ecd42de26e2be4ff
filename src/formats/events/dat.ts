/**
 * Prophesee's .dat: a header of lines that begin with %, two bytes (kind and size of an event), and events of 8 bytes, little
 * endian:
 *
 *   bytes 0 to 3  microseconds, 32 bits      bits 0 to 13, 14 to 27, 28 to 31 of bytes 4 to 7: x, y, polarity
 *
 * @source Prophesee, "DAT file format", version 2, of its Metavision documentation
 */

import type { Events } from "../../datasets/events/events.js";
import { FormatError } from "../../errors.js";
import { quote } from "../../show.js";
import type { EventBytes } from "./event-bytes.js";
import { CHUNK_EVENTS, EventColumns, type SensorShape } from "./event-columns.js";
import { readTextLine, sensorOf } from "./headers.js";

const EVENT_BYTES = 8;
/** Of contrast detection, by its old and its new number. */
const KINDS = [0x00, 0x0c];
const PERCENT = 0x25;
const MOST_LINES = 1000;

export async function* readDat(
  bytes: EventBytes,
  given: SensorShape | undefined,
): AsyncGenerator<Events, void, undefined> {
  const { name } = bytes;
  const header = new Map<string, string>();
  for (let line = 0; (await bytes.peek(1))[0] === PERCENT; line++) {
    if (line === MOST_LINES)
      throw new FormatError(
        `${name}: the header has more than ${MOST_LINES} lines; expected fewer. It is damaged.`,
      );
    const [, key, value] = /^%\s*(\w+)\s+(.*?)\s*$/.exec(await readTextLine(bytes)) ?? ["", "", ""];
    header.set(key.toLowerCase(), value);
  }
  const version = header.get("version");
  if (version !== undefined && version !== "2") {
    throw new FormatError(
      `${name} is of version ${quote(version)} of the format; expected 2. Convert it with Prophesee's tools.`,
    );
  }
  const [kind, size] = await bytes.take(2, "the kind and the size of its events");
  if (!KINDS.includes(kind) || size !== EVENT_BYTES) {
    throw new FormatError(
      `${name} holds events of kind ${kind} of ${size} bytes; expected contrast events, 0 or 12 of ${EVENT_BYTES} bytes.`,
    );
  }
  const { left } = bytes;
  if (left !== null && left % EVENT_BYTES !== 0) {
    throw new FormatError(
      `${name} has ${left} bytes behind its header; expected a multiple of ${EVENT_BYTES}, the bytes of an event. ` +
        "It is truncated or damaged: copy it again.",
    );
  }
  const [height, width] = [header.get("height"), header.get("width")].map(Number);
  const told = Number.isSafeInteger(height) && Number.isSafeInteger(width) ? [height, width] : undefined;
  const columns = new EventColumns(name, sensorOf(name, given, told));
  let [previous, overflow] = [0, 0];
  while (!(await bytes.ended())) {
    const held = await bytes.peek(CHUNK_EVENTS * EVENT_BYTES);
    const count = Math.max(1, Math.floor(held.length / EVENT_BYTES));
    const part = await bytes.take(count * EVENT_BYTES, "an event");
    const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
    for (let at = 0; at < part.length; at += EVENT_BYTES) {
      const t = view.getUint32(at, true);
      // The clock starts anew after 71 minutes.
      if (t < previous - 2 ** 31) overflow += 2 ** 32;
      previous = t;
      const data = view.getUint32(at + 4, true);
      columns.add(t + overflow, data & 0x3fff, (data >>> 14) & 0x3fff, data >>> 28);
    }
    yield columns.taken();
  }
}
