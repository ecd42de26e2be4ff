/**
 * The recordings of N-MNIST: 5 bytes an event, without a header, 34 x 34 pixels.
 *
 *   byte 0  x      byte 1  y      byte 2, bit 7  polarity (1 is on)
 *   byte 2, bits 6 to 0, byte 3, byte 4: time stamp in microseconds, 23 bits, big endian
 *
 * An event of y = 240 is no event: the clock overflowed, and this and all later time stamps are 8,192 us more.
 *
 * @source G. Orchard et al., "Converting static image datasets to spiking neuromorphic datasets using saccades", Frontiers in
 *   Neuroscience 9 (2015), 437
 */

import { FormatError } from "../../errors.js";
import { show } from "../../show.js";
import type { Events } from "./events.js";

const EVENT_BYTES = 5;
const SIDE = 34;
const OVERFLOW_Y = 240;
const OVERFLOW_MICROSECONDS = 8192;

/**
 * Reads one recording, such as Train/0/00002.bin of N-MNIST.
 *
 * @param source the file's name, for messages
 * @throws FormatError on a file that does not hold whole events, or an event beside the sensor
 */
export function parseNmnist(bytes: Uint8Array, source: string): Events {
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(`${source}: the bytes are ${show(bytes)}; expected a Uint8Array.`);
  if (bytes.length % EVENT_BYTES !== 0) {
    throw new FormatError(
      `${source} holds ${bytes.length} bytes; expected a multiple of ${EVENT_BYTES}, the bytes of an N-MNIST event. ` +
        "It is truncated, or another file.",
    );
  }
  const room = bytes.length / EVENT_BYTES;
  const t = new Float64Array(room);
  const x = new Uint16Array(room);
  const y = new Uint16Array(room);
  const p = new Uint8Array(room);
  let count = 0;
  let overflow = 0;
  for (let at = 0; at < bytes.length; at += EVENT_BYTES) {
    if (bytes[at + 1] === OVERFLOW_Y) {
      overflow += OVERFLOW_MICROSECONDS;
      continue;
    }
    x[count] = bytes[at];
    y[count] = bytes[at + 1];
    p[count] = bytes[at + 2] >> 7;
    t[count] = (((bytes[at + 2] & 0x7f) << 16) | (bytes[at + 3] << 8) | bytes[at + 4]) + overflow;
    if (x[count] >= SIDE || y[count] >= SIDE || (count > 0 && t[count] < t[count - 1])) {
      throw new FormatError(
        `${source}: event ${at / EVENT_BYTES} is at x = ${x[count]}, y = ${y[count]}, ${t[count]} us` +
          `${count > 0 ? ` after ${t[count - 1]}` : ""}; expected ascending times on ${SIDE} x ${SIDE} pixels. ` +
          "The file is damaged, or no N-MNIST recording.",
      );
    }
    count++;
  }
  return {
    t: t.slice(0, count),
    x: x.slice(0, count),
    y: y.slice(0, count),
    p: p.slice(0, count),
    width: SIDE,
    height: SIDE,
  };
}
