/**
 * AEDAT 4, of DV's cameras: a line of text, a header, then packets of several streams, little endian.
 *
 *   header   size and FlatBuffer IOHE { compression, where the packets end, streams as XML }
 *   packet   i32 stream, i32 size, then as many bytes: an LZ4 or Zstandard frame, or nothing packed; in it size and FlatBuffer.
 *            EVTS { events }, of 16 bytes: i64 microseconds, i16 x, i16 y, u8 on, 3 unused
 *
 * The first stream of events is read, or the one of the number that is asked for.
 *
 * @source iniVation, "AEDAT file formats", version 4.0
 */

import type { Events } from "../../datasets/events/events.js";
import { FormatError, messageOf } from "../../errors.js";
import { quote } from "../../show.js";
import type { EventBytes } from "./event-bytes.js";
import { EventColumns, type SensorShape } from "./event-columns.js";
import { FlatTable } from "./flat-buffer.js";
import { readTextLine, sensorOf } from "./headers.js";
import { unpackLz4 } from "./lz4-frame.js";
import { xmlNodes, type XmlNode } from "./xml-nodes.js";
import { zstdUnpacker, type Unzstd } from "./zstd-frame.js";

const EVENT_BYTES = 16;
const LARGEST_HEADER = 2 ** 22;
/** Of a packet, unpacked: cameras write some hundred kB at once. */
const LARGEST_PACKET = 2 ** 27;
const NONE = 0;
const LZ4 = [1, 2];
const ZSTD = [3, 4];

export interface Aedat4Options {
  readonly sensor: SensorShape | undefined;
  readonly stream: number | undefined;
  readonly unzstd: Unzstd | undefined;
}

export async function* readAedat4(
  bytes: EventBytes,
  { sensor, stream, unzstd }: Aedat4Options,
): AsyncGenerator<Events, void, undefined> {
  const { name } = bytes;
  const first = await readTextLine(bytes);
  if (first !== "#!AER-DAT4.0")
    throw new FormatError(`${name} begins with ${quote(first.slice(0, 40))}; expected "#!AER-DAT4.0".`);
  const size = viewOf(await bytes.take(4, "the size of its header")).getUint32(0, true);
  if (size > LARGEST_HEADER)
    throw new FormatError(
      `${name}: the header has ${size} bytes; expected at most ${LARGEST_HEADER}. It is damaged.`,
    );
  const header = new FlatTable(await bytes.take(size, "its header"), "IOHE", `${name}: its header`);
  const unpack = await unpackerOf(name, header.i32(0, NONE), unzstd);
  const table = header.i64(1, -1);
  const end = table < 0 ? Infinity : table;
  if (end < bytes.at || (bytes.size !== null && end !== Infinity && end > bytes.size)) {
    throw new FormatError(
      `${name}: the packets are to end at byte ${end} of ${bytes.size ?? "some"}; expected a place behind the header. ` +
        "It is truncated or damaged: copy it again.",
    );
  }
  const chosen = streamOf(name, xmlNodes(header.text(2, LARGEST_HEADER), name), stream);
  const columns = new EventColumns(name, sensorOf(name, sensor, chosen.sensor));
  while (bytes.at < end && !(await bytes.ended())) {
    const at = bytes.at;
    const head = viewOf(await bytes.take(8, "the head of a packet"));
    const [id, length] = [head.getInt32(0, true), head.getInt32(4, true)];
    if (length < 0 || length > LARGEST_PACKET || id < 0) {
      throw new FormatError(
        `${name}: at byte ${at} there is a packet of ${length} bytes of stream ${id}; expected at most ${LARGEST_PACKET}. ` +
          "It is damaged: copy it again.",
      );
    }
    const what = `a packet of ${length} bytes at byte ${at}`;
    if (id !== chosen.id) {
      await bytes.skip(length, what);
      continue;
    }
    addEvents(await bytes.take(length, what), unpack, columns, `${name}: ${what}`);
    if (columns.isFull) yield columns.taken();
  }
  if (columns.count > 0) yield columns.taken();
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

async function unpackerOf(name: string, compression: number, given: Unzstd | undefined): Promise<Unzstd> {
  if (compression === NONE) return (packed) => packed;
  if (LZ4.includes(compression)) return (packed) => unpackLz4(packed, LARGEST_PACKET);
  if (ZSTD.includes(compression)) return zstdUnpacker(given, LARGEST_PACKET);
  throw new FormatError(
    `${name} is packed by method ${compression}; expected 0 (none), 1 or 2 (LZ4), 3 or 4 (Zstandard).`,
  );
}

function addEvents(packed: Uint8Array, unpack: Unzstd, columns: EventColumns, where: string): void {
  let content: Uint8Array;
  try {
    content = unpack(packed);
  } catch (error) {
    throw new FormatError(
      `${where} cannot be unpacked (${messageOf(error)}). It is damaged: copy the file again.`,
    );
  }
  const size = content.length < 4 ? -1 : viewOf(content).getUint32(0, true);
  if (size !== content.length - 4)
    throw new FormatError(
      `${where} unpacks to ${content.length} bytes; expected the 4 + ${size} that it names.`,
    );
  const events = new FlatTable(content.subarray(4), "EVTS", where);
  const { at, count } = events.vector(0, EVENT_BYTES);
  for (let event = at; event < at + count * EVENT_BYTES; event += EVENT_BYTES) {
    const { view } = events;
    const t = Number(view.getBigInt64(event, true));
    columns.add(
      t,
      view.getInt16(event + 8, true),
      view.getInt16(event + 10, true),
      view.getUint8(event + 12),
    );
  }
}

/** The stream of events that is read. */
function streamOf(
  name: string,
  root: readonly XmlNode[],
  asked: number | undefined,
): { readonly id: number; readonly sensor: SensorShape | undefined } {
  const dv = root.length === 1 && root[0].name === "dv" ? root[0].nodes : root;
  const streams = dv
    .flatMap((node) => (node.name === "outInfo" ? node.nodes : []))
    .filter(({ attributes }) => attributes.get("typeIdentifier") === "EVTS");
  const found = asked === undefined ? streams.at(0) : streams.find((node) => node.name === String(asked));
  if (found === undefined || !/^\d{1,9}$/.test(found.name)) {
    const list = streams.map((node) => node.name).join(", ");
    throw new FormatError(
      `${name} has ${streams.length === 0 ? "no stream" : `the streams ${list}`} of events; expected ` +
        `${asked === undefined ? "one" : `stream ${asked}`}.`,
    );
  }
  const info = found.nodes.find((node) => node.name === "info")?.attributes;
  const [height, width] = ["sizeY", "sizeX"].map((key) => Number(info?.get(key)));
  const isTold = Number.isSafeInteger(height) && Number.isSafeInteger(width);
  return { id: Number(found.name), sensor: isTold ? [height, width] : undefined };
}
