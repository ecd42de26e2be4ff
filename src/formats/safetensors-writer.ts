/**
 * Writes safetensors as the reference implementation lays them out: wide types first, then by name; the header padded
 * with spaces so that the tensors begin at a multiple of 8. The same contents give the same bytes.
 */

import { checkOneOf, checkOptions } from "../checks.js";
import { OutOfMemoryError, ShapeError } from "../errors.js";
import { formatShape, sizeOf } from "../shapes.js";
import { quote } from "../show.js";
import { checksumOf, compareCodePoints } from "./safetensors-checksum.js";
import { dtypeFor, DTYPE_BITS, encodeTensor, STORED_DTYPES } from "./safetensors-dtypes.js";
import type { StoredArray, StoredDtype } from "./safetensors-dtypes.js";
import { CHECKSUM_KEY, MAX_HEADER_BYTES, MAX_NAME_LENGTH } from "./safetensors-header.js";
import { MAX_RANK, MAX_TENSORS, METADATA_KEY } from "./safetensors-header.js";
import type { TensorEntry } from "./safetensors-header.js";

export interface TensorToStore {
  /** default: the type of the array. F16 and BF16 take a Float32Array and round; BOOL takes a Uint8Array of 0 and 1 */
  readonly dtype?: StoredDtype;
  /** row-major; [] for a single number */
  readonly shape: readonly number[];
  readonly data: StoredArray;
}

export interface EncodeOptions {
  /** true: a checksum of the contents is stored in the metadata, see safetensors-checksum.ts; default false */
  readonly checksum?: boolean;
}

export type MetadataToStore = Iterable<readonly [string, string]> | Readonly<Record<string, string>>;

const NO_CHECKSUM_YET = /* @__PURE__ */ "0".repeat(16);
const WRITE_ORDER = /* @__PURE__ */ Object.keys(DTYPE_BITS);

/**
 * @param tensors names and arrays, for instance Object.entries(model.stateDict()); nothing may be left out or shared
 * @param metadata strings; an old checksum in it is left out
 * @throws TypeError, RangeError or ShapeError naming the tensor that cannot be stored
 */
export function encodeSafetensors(
  tensors: Iterable<readonly [string, TensorToStore]>,
  metadata: MetadataToStore = {},
  options: EncodeOptions = {},
): Uint8Array<ArrayBuffer> {
  checkOptions("encodeSafetensors", options, ["checksum"]);
  const pieces = layOut(tensors);
  const text = collectMetadata(metadata);
  const entries = new Map(pieces.map(({ name, entry }) => [name, entry]));
  const dataLength = pieces.length === 0 ? 0 : pieces[pieces.length - 1].entry.end;

  const withChecksum = options.checksum === true;
  const draft = encodeHeader(entries, withChecksum ? [...text, [CHECKSUM_KEY, NO_CHECKSUM_YET]] : [...text]);
  const file = allocate(draft.length + dataLength);
  for (const { bytes, entry } of pieces) file.set(bytes, draft.length + entry.begin);
  if (withChecksum) {
    const checksum = checksumOf(text, entries, (_, { begin, end }) =>
      file.subarray(draft.length + begin, draft.length + end),
    );
    file.set(encodeHeader(entries, [...text, [CHECKSUM_KEY, checksum]])); // as long as the draft
  } else {
    file.set(draft);
  }
  return file;
}

interface Piece {
  readonly name: string;
  readonly entry: TensorEntry;
  readonly bytes: Uint8Array;
}

/** Checks each tensor, turns it into bytes and gives it its place. */
function layOut(tensors: Iterable<readonly [string, TensorToStore]>): Piece[] {
  const unplaced: { name: string; dtype: StoredDtype; shape: readonly number[]; bytes: Uint8Array }[] = [];
  const names = new Set<string>();
  checkIterable(tensors);
  for (const [name, { dtype: asked, shape, data }] of tensors) {
    checkText("a tensor name", name, MAX_NAME_LENGTH);
    const where = `encodeSafetensors: tensor ${quote(name)}`;
    if (name === METADATA_KEY)
      throw new RangeError(`${where} has the name of the metadata; expected another.`);
    if (names.has(name)) throw new RangeError(`${where} comes twice; expected each name once.`);
    names.add(name);
    const dtype =
      asked === undefined ? dtypeFor(where, data) : checkOneOf(`${where}: dtype`, asked, STORED_DTYPES);
    if (!Array.isArray(shape)) {
      throw new TypeError(
        `${where}: shape is ${typeof shape}; expected an array of whole numbers, [] for one number.`,
      );
    }
    if (shape.length > MAX_RANK) {
      throw new ShapeError(
        `${where} is ${formatShape(shape)}; expected at most ${MAX_RANK} axes. Reshape it.`,
      );
    }
    const bytes = encodeTensor(where, dtype, data);
    if (sizeOf(shape) !== data.length) {
      throw new ShapeError(
        `${where} is ${formatShape(shape)}, ${sizeOf(shape)} elements, but data has ${data.length}; ` +
          `expected the two to agree.`,
      );
    }
    unplaced.push({ name, dtype, shape, bytes });
  }
  if (unplaced.length > MAX_TENSORS) {
    throw new RangeError(`encodeSafetensors: ${unplaced.length} tensors; expected at most ${MAX_TENSORS}.`);
  }
  unplaced.sort(
    (a, b) =>
      WRITE_ORDER.indexOf(a.dtype) - WRITE_ORDER.indexOf(b.dtype) || compareCodePoints(a.name, b.name),
  );
  let end = 0;
  return unplaced.map(({ name, dtype, shape, bytes }) => {
    const begin = end;
    end += bytes.length;
    return { name, entry: { dtype, shape, begin, end }, bytes };
  });
}

function checkIterable(tensors: unknown): void {
  if (typeof tensors === "object" && tensors !== null && Symbol.iterator in tensors) return;
  throw new TypeError(
    "encodeSafetensors: tensors cannot be iterated; expected a Map or pairs [name, tensor]. Use Object.entries(tensors).",
  );
}

/** Sorted by key, without the checksum of the file it may come from. */
function collectMetadata(metadata: MetadataToStore): Map<string, string> {
  const entries = Symbol.iterator in metadata ? metadata : Object.entries(metadata);
  const collected = new Map<string, string>();
  for (const [key, value] of entries) {
    checkText("a metadata key", key, MAX_NAME_LENGTH);
    checkText(`the metadata value of ${quote(key)}`, value, Infinity);
    if (collected.has(key)) {
      throw new RangeError(
        `encodeSafetensors: the metadata key ${quote(key)} comes twice; expected each key once.`,
      );
    }
    if (key !== CHECKSUM_KEY) collected.set(key, value);
  }
  if (collected.size >= MAX_TENSORS) {
    throw new RangeError(
      `encodeSafetensors: ${collected.size} metadata entries; expected fewer than ${MAX_TENSORS}.`,
    );
  }
  return new Map([...collected].sort(([a], [b]) => compareCodePoints(a, b)));
}

function checkText(what: string, text: unknown, maxLength: number): void {
  if (typeof text !== "string") {
    throw new TypeError(
      `encodeSafetensors: ${what} is ${typeof text}; expected a string. Use JSON.stringify for more.`,
    );
  }
  if (text.length > maxLength) {
    throw new RangeError(
      `encodeSafetensors: ${what} has ${text.length} characters; expected at most ${maxLength}.`,
    );
  }
  if (/\p{Surrogate}/u.test(text)) {
    throw new RangeError(
      `encodeSafetensors: ${what}, ${quote(text)}, has half of a surrogate pair; expected whole characters.`,
    );
  }
}

/** The length, the JSON and the padding. */
function encodeHeader(
  tensors: ReadonlyMap<string, TensorEntry>,
  metadata: readonly (readonly [string, string])[],
): Uint8Array {
  // Put together by hand: an object would reorder names like "0" and lose "__proto__".
  const fields = [...tensors].map(([name, { dtype, shape, begin, end }]) => {
    const entry = JSON.stringify({ dtype, shape, data_offsets: [begin, end] });
    return `${JSON.stringify(name)}:${entry}`;
  });
  if (metadata.length > 0) {
    const pairs = metadata.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
    fields.unshift(`"${METADATA_KEY}":{${pairs.join(",")}}`);
  }
  const json = new TextEncoder().encode(`{${fields.join(",")}}`);
  const length = Math.ceil(json.length / 8) * 8;
  if (length > MAX_HEADER_BYTES) {
    throw new RangeError(
      `encodeSafetensors: names, shapes and metadata take ${length} bytes; expected at most ${MAX_HEADER_BYTES}. ` +
        `Put less into the metadata.`,
    );
  }
  const header = new Uint8Array(8 + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(json, 8);
  return header;
}

function allocate(length: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(length);
  } catch (error) {
    throw new OutOfMemoryError(
      `encodeSafetensors: no memory for a file of ${length} bytes; expected less. Store the tensors in several files.`,
      { cause: error },
    );
  }
}
