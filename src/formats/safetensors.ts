/**
 * safetensors: named arrays and string metadata in one file, as bytes; runs wherever JavaScript does. Files are read
 * and written by safetensors-file.ts. What is read is refused unless every byte is accounted for, before memory is
 * spent on it.
 * A file whose writer left a checksum (safetensors-checksum.ts) is verified too.
 */

import { checkOptions } from "../checks.js";
import { FormatError } from "../errors.js";
import { quote } from "../show.js";
import { checksumOf } from "./safetensors-checksum.js";
import { decodeTensor, firstNotBool, isStoredDtype, STORED_DTYPES } from "./safetensors-dtypes.js";
import type { StoredTensor } from "./safetensors-dtypes.js";
import { CHECKSUM_KEY, parseSafetensorsHeader } from "./safetensors-header.js";
import type { SafetensorsHeader, TensorEntry } from "./safetensors-header.js";

export type { Dtype, StoredDtype, StoredTensor } from "./safetensors-dtypes.js";
export { parseSafetensorsHeader, safetensorsHeaderEnd } from "./safetensors-header.js";
export type { HeaderOptions, SafetensorsHeader, TensorEntry } from "./safetensors-header.js";
export { encodeSafetensors } from "./safetensors-writer.js";
export type { EncodeOptions, MetadataToStore, TensorToStore } from "./safetensors-writer.js";

export interface SafetensorsOptions {
  /** false: fields of a tensor that the format does not define are ignored; default true */
  readonly strict?: boolean;
  /** true: a file without checksum is refused; a checksum that is present is verified in any case; default false */
  readonly requireChecksum?: boolean;
  /** true: tensors of types that no array here can hold are left out and listed; default false: the file is refused */
  readonly skipUnheld?: boolean;
}

export interface Safetensors {
  /** without the checksum */
  readonly metadata: Map<string, string>;
  /** in the order of the header; the arrays are copies */
  readonly tensors: Map<string, StoredTensor>;
  /** those that were left out (skipUnheld) */
  readonly unheld: Map<string, TensorEntry>;
  /** "verified", or "absent" where the writer left no checksum */
  readonly checksum: "verified" | "absent";
}

/**
 * Reads a whole safetensors file.
 * @param source what messages call it: a file name
 * @throws FormatError if it is not a sound safetensors file, holds a type that no array here can hold, or does not
 *   match its checksum
 */
export function parseSafetensors(
  bytes: Uint8Array,
  source = "safetensors",
  options: SafetensorsOptions = {},
): Safetensors {
  if (!(ArrayBuffer.isView(bytes) && bytes[Symbol.toStringTag] === "Uint8Array")) {
    throw new TypeError(
      `parseSafetensors: bytes are not a Uint8Array; expected one, like new Uint8Array(buffer).`,
    );
  }
  checkOptions("parseSafetensors", options, ["strict", "requireChecksum", "skipUnheld"]);
  const header = parseSafetensorsHeader(bytes, source, { strict: options.strict ?? true });
  return readTensors(header, source, options, (begin, end) => {
    const copy = new Uint8Array(end - begin); // starts aligned, which the file need not be
    copy.set(bytes.subarray(begin, end));
    return copy;
  });
}

/**
 * The tensors that a header lists. `read(begin, end)` returns bytes of the file in a buffer of their own; it is called
 * once for each tensor.
 * @throws FormatError as parseSafetensors
 */
export function readTensors(
  header: SafetensorsHeader,
  source: string,
  options: SafetensorsOptions,
  read: (begin: number, end: number) => Uint8Array<ArrayBuffer>,
): Safetensors {
  const { metadata, checksum, dataStart } = header;
  if (checksum === null && options.requireChecksum === true) {
    throw new FormatError(
      `${source}: no checksum (metadata key ${quote(CHECKSUM_KEY)}); expected one, as atif leaves in the files it ` +
        `writes. If another program wrote the file, import it as plain safetensors; if not, it is damaged: copy it again.`,
    );
  }
  const unheld = new Map([...header.tensors].filter(([, { dtype }]) => !isStoredDtype(dtype)));
  if (options.skipUnheld !== true)
    for (const [name, { dtype }] of unheld) throw unheldError(source, name, dtype);
  const found = new Map<string, StoredTensor>();
  const computed = checksumOf(metadata, header.tensors, (name, { dtype, shape, begin, end }) => {
    if (checksum === null && !isStoredDtype(dtype)) return null;
    const bytes = read(dataStart + begin, dataStart + end);
    if (isStoredDtype(dtype)) found.set(name, decodeTensor(dtype, shape, bytes.buffer));
    return checksum === null ? null : bytes;
  });
  if (checksum !== null && computed !== checksum) {
    throw new FormatError(
      `${source}: the contents have the checksum ${computed}; expected ${checksum}, as the file says. ` +
        `A name, shape or value changed after it was written: copy or download it again, or save the model again if ` +
        `another program edited it on purpose.`,
    );
  }
  const tensors = new Map<string, StoredTensor>();
  for (const name of header.tensors.keys()) {
    const tensor = found.get(name);
    if (tensor === undefined) continue;
    checkBool(source, name, tensor);
    tensors.set(name, tensor);
  }
  return { metadata, tensors, unheld, checksum: checksum === null ? "absent" : "verified" };
}

/** Of a tensor whose type no array here can hold. */
export function unheldError(source: string, name: string, dtype: string): FormatError {
  return new FormatError(
    `${source}: tensor ${quote(name)} has the dtype ${dtype}; expected one of ${STORED_DTYPES.join(", ")}. ` +
      `Convert it where it was made, for instance to F32, and save it again.`,
  );
}

/** The format does not say what a BOOL of 7 means, and programs differ. */
function checkBool(source: string, name: string, tensor: StoredTensor): void {
  if (tensor.dtype !== "BOOL") return;
  const wrong = firstNotBool(tensor.data);
  if (wrong >= 0) {
    throw new FormatError(
      `${source}: tensor ${quote(name)} is BOOL, but its byte ${wrong} is ${tensor.data[wrong]}; expected 0 or 1. ` +
        `The file is damaged, or the tensor should be U8: copy it again, or save it as U8.`,
    );
  }
}

/**
 * Refuses NaN and infinity, which the format allows and a model rarely means.
 * @throws FormatError naming the tensor, the element and its value
 */
export function assertFinite(tensors: ReadonlyMap<string, StoredTensor>, source = "safetensors"): void {
  for (const [name, { dtype, data }] of tensors) {
    if (!(data instanceof Float32Array || data instanceof Float64Array)) continue;
    const wrong = data.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) {
      throw new FormatError(
        `${source}: element ${wrong} of tensor ${quote(name)} (${dtype}) is ${data[wrong]}; expected finite numbers. ` +
          `Training diverged or the file is damaged: take an earlier checkpoint, or copy the file again.`,
      );
    }
  }
}
