/**
 * The header of a safetensors file: 8 bytes with its length N (little-endian), then N bytes of JSON that say for each
 * tensor its type, its shape, and where its bytes lie in the rest of the file.
 *
 * Refused, beyond what the reference implementation refuses: keys given twice, fields that the format does not
 * define (unless strict is false), more than 8 axes, names above 4096 characters, more than 100 000 tensors.
 *
 * @source https://github.com/huggingface/safetensors, README ("Format") and tensor.rs ("validate")
 */

import { nearest } from "../nearest.js";
import { FormatError } from "../errors.js";
import { formatShape } from "../shapes.js";
import { JsonScanner } from "./json-strict.js";
import { quote } from "../show.js";
import { DTYPE_BITS, isDtype, type Dtype } from "./safetensors-dtypes.js";

export const MAX_HEADER_BYTES = 100_000_000;
export const MAX_TENSORS = 100_000;
export const MAX_RANK = 8;
export const MAX_NAME_LENGTH = 4096;
export const METADATA_KEY = "__metadata__";

/** The metadata key under which a writer leaves the checksum of the contents. */
export const CHECKSUM_KEY = "atif.crc64";

const DAMAGED = "The file is damaged or was cut short: copy or download it again.";
const UNUSUAL = "Save it again with a safetensors library, or copy it again if it was damaged on the way.";

/** Where one tensor lies: bytes [begin, end), counted from the end of the header. */
export interface TensorEntry {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  /** without the checksum */
  readonly metadata: Map<string, string>;
  /** in the order of the header */
  readonly tensors: Map<string, TensorEntry>;
  /** 16 hexadecimal digits, or null where the writer left none */
  readonly checksum: string | null;
  /** the position in the file at which tensor bytes begin */
  readonly dataStart: number;
}

export interface HeaderOptions {
  /** false: fields of a tensor that the format does not define are ignored, as the reference does; default true */
  readonly strict?: boolean;
  /** bytes of the whole file; default the bytes given */
  readonly fileSize?: number;
}

/**
 * The position at which the header ends, from the first 8 bytes: nothing else has to be read before this answers.
 * @throws FormatError if a file of fileSize bytes cannot hold the header it announces
 */
export function safetensorsHeaderEnd(first: Uint8Array, fileSize: number, source = "safetensors"): number {
  if (fileSize < 8 || first.byteLength < 8) {
    throw new FormatError(
      `${source}: the file has ${countBytes(Math.min(fileSize, first.byteLength))}; ` +
        `expected a safetensors file, which has at least 8. ${DAMAGED}`,
    );
  }
  const view = new DataView(first.buffer, first.byteOffset, 8);
  const length = view.getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES) {
    throw new FormatError(
      `${source}: bytes 0 to 7 announce a header of ${length} bytes; expected at most ${MAX_HEADER_BYTES}. ` +
        (first[0] === 0x50 && first[1] === 0x4b
          ? `This is a ZIP archive, as torch.save writes: read it with readTorch, or save the state dict with safetensors.torch.save_file.`
          : `This is not a safetensors file, or its start is damaged: check that it is the file you meant.`),
    );
  }
  if (8 + Number(length) > fileSize) {
    throw new FormatError(
      `${source}: bytes 0 to 7 announce a header of ${countBytes(Number(length))}, but the file goes on for ${fileSize - 8}; ` +
        `expected the whole header. ${DAMAGED}`,
    );
  }
  return 8 + Number(length);
}

/**
 * Reads the header and checks that the tensors fill the rest of the file exactly; needs no more bytes than the header's.
 * Types that parseSafetensors cannot hold are listed too.
 * @throws FormatError naming the byte or the tensor at fault
 */
export function parseSafetensorsHeader(
  bytes: Uint8Array,
  source = "safetensors",
  options: HeaderOptions = {},
): SafetensorsHeader {
  const { strict = true, fileSize = bytes.byteLength } = options;
  const dataStart = safetensorsHeaderEnd(bytes, fileSize, source);
  if (bytes.byteLength < dataStart) {
    throw new RangeError(
      `parseSafetensorsHeader: ${bytes.byteLength} bytes of ${source} came; expected its first ${dataStart}. ` +
        `Ask safetensorsHeaderEnd how many to read.`,
    );
  }
  // A copy: text cannot be decoded from memory that threads share.
  const own = new Uint8Array(dataStart);
  own.set(bytes.subarray(0, dataStart));
  const json = new JsonScanner(own, 8, dataStart, source, DAMAGED);
  const dataLength = fileSize - dataStart;
  const metadata = new Map<string, string>();
  const tensors = new Map<string, TensorEntry>();
  json.object("tensor name", MAX_TENSORS + 1, MAX_NAME_LENGTH, (name, at) => {
    if (name === METADATA_KEY) {
      json.object("metadata key", MAX_TENSORS, MAX_NAME_LENGTH, (key) => {
        metadata.set(key, json.string("a metadata value"));
      });
    } else if (tensors.size === MAX_TENSORS) {
      json.fail(at, `tensor number ${MAX_TENSORS + 1}`, `at most ${MAX_TENSORS} tensors`);
    } else {
      tensors.set(name, readEntry(json, at, `${source}: tensor ${quote(name)}`, strict, dataLength));
    }
  });
  json.end();
  checkLayout(tensors, dataLength, source);
  return { metadata, tensors, checksum: takeChecksum(metadata, source), dataStart };
}

/** One tensor's {"dtype", "shape", "data_offsets"}. `where` opens the messages. */
function readEntry(
  json: JsonScanner,
  at: number,
  where: string,
  strict: boolean,
  dataLength: number,
): TensorEntry {
  let dtype: string | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  json.object("field", strict ? 16 : MAX_TENSORS, MAX_NAME_LENGTH, (field, fieldAt) => {
    if (field === "dtype") dtype = json.string("a dtype", 64);
    else if (field === "shape") shape = readIntegers(json, MAX_RANK, "a dimension");
    else if (field === "data_offsets") offsets = readIntegers(json, 2, "an offset");
    else if (strict) json.fail(fieldAt, `the field ${quote(field)}`, "dtype, shape and data_offsets only");
    else json.skip();
  });
  if (dtype === undefined || shape === undefined || offsets === undefined) {
    const missing = dtype === undefined ? "dtype" : shape === undefined ? "shape" : "data_offsets";
    throw new FormatError(
      `${where} at byte ${at} has no ${missing}; expected dtype, shape and data_offsets. ${UNUSUAL}`,
    );
  }
  if (!isDtype(dtype)) {
    const near = nearest(dtype, Object.keys(DTYPE_BITS));
    throw new FormatError(
      `${where} has the dtype ${quote(dtype)}; expected one of ${Object.keys(DTYPE_BITS).join(", ")}` +
        `${near === undefined ? "" : ` (perhaps ${near})`}. ${UNUSUAL}`,
    );
  }
  const bytes = byteLength(where, dtype, shape);
  const [begin, end] = offsets;
  const range = `data_offsets ${formatShape(offsets)}`;
  if (offsets.length !== 2) {
    throw new FormatError(`${where} has the ${range}; expected [begin, end]. ${UNUSUAL}`);
  }
  if (end < begin) {
    throw new FormatError(
      `${where} has the ${range}, which end before they begin; expected begin <= end. ${DAMAGED}`,
    );
  }
  if (end - begin !== bytes) {
    throw new FormatError(
      `${where} has the ${range}, ${countBytes(end - begin)}, but ${dtype} ${formatShape(shape)} takes ${bytes}; ` +
        `expected the two to agree. ${DAMAGED}`,
    );
  }
  if (end > dataLength) {
    throw new FormatError(
      `${where} ends at byte ${end} of the data, but the file holds ${countBytes(dataLength)} of data; ` +
        `expected all of it. ${DAMAGED}`,
    );
  }
  return { dtype, shape, begin, end };
}

function readIntegers(json: JsonScanner, maxLength: number, what: string): number[] {
  const integers: number[] = [];
  json.array(maxLength, () => integers.push(json.integer(what)));
  return integers;
}

function byteLength(where: string, dtype: Dtype, shape: readonly number[]): number {
  let bits = 1;
  for (const factor of [...shape, DTYPE_BITS[dtype]]) {
    bits *= factor;
    if (!Number.isSafeInteger(bits)) {
      throw new FormatError(
        `${where} has the shape ${formatShape(shape)}, which no file can hold; expected fewer than 2^53 bits. ${DAMAGED}`,
      );
    }
  }
  if (bits % 8 !== 0) {
    throw new FormatError(
      `${where}: ${dtype} ${formatShape(shape)} takes ${bits} bits; expected whole bytes. ${UNUSUAL}`,
    );
  }
  return bits / 8;
}

function countBytes(count: number): string {
  return count === 1 ? "1 byte" : `${count} bytes`;
}

/** Tensors must follow one another without gap or overlap and fill the data: no byte is unclaimed, none claimed twice. */
function checkLayout(tensors: Map<string, TensorEntry>, dataLength: number, source: string): void {
  const inOrder = [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let reached = 0;
  let before = "the header";
  for (const [name, { begin, end }] of inOrder) {
    if (begin !== reached) {
      const fault = begin < reached ? "overlaps" : `leaves ${countBytes(begin - reached)} unclaimed after`;
      throw new FormatError(
        `${source}: tensor ${quote(name)} begins at byte ${begin} of the data and ${fault} ${before}; ` +
          `expected it to begin at byte ${reached}. ${UNUSUAL}`,
      );
    }
    reached = end;
    before = quote(name);
  }
  if (reached !== dataLength) {
    throw new FormatError(
      `${source}: the file goes on for ${countBytes(dataLength - reached)} after ${before}; expected it to end there. ` +
        `Something was appended, or a header was damaged: copy or download it again.`,
    );
  }
}

/** Moves the checksum out of the metadata, so that it is not carried into another file. */
function takeChecksum(metadata: Map<string, string>, source: string): string | null {
  const checksum = metadata.get(CHECKSUM_KEY);
  if (checksum === undefined) return null;
  if (!/^[0-9a-f]{16}$/.test(checksum)) {
    throw new FormatError(
      `${source}: the metadata key ${quote(CHECKSUM_KEY)} is ${quote(checksum)}; ` +
        `expected 16 lower-case hexadecimal digits. ${DAMAGED}`,
    );
  }
  metadata.delete(CHECKSUM_KEY);
  return checksum;
}
