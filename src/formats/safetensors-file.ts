/** safetensors files on disk; Node only. In a browser, use parseSafetensors and encodeSafetensors with bytes. */

import { checkOptions } from "../checks.js";
import { FileError, withOpenFile, writeFileAtomic, type OpenFile } from "../platform/files.js";
import {
  parseSafetensorsHeader,
  safetensorsHeaderEnd,
  type SafetensorsHeader,
} from "./safetensors-header.js";
import { encodeSafetensors, type EncodeOptions } from "./safetensors-writer.js";
import type { MetadataToStore, TensorToStore } from "./safetensors-writer.js";
import { readTensors, type Safetensors, type SafetensorsOptions } from "./safetensors.js";

export interface SafetensorsFileOptions extends SafetensorsOptions {
  /** refuse larger files; default 2^32 */
  readonly maxBytes?: number;
}

/**
 * Reads a file. Its 8 first bytes and its size are judged before its header is read, and the header before the rest.
 * @throws FileError if it cannot be read or is too large; FormatError as parseSafetensors
 */
export function readSafetensorsFile(path: string, options: SafetensorsFileOptions = {}): Safetensors {
  checkOptions("readSafetensorsFile", options, ["strict", "requireChecksum", "skipUnheld", "maxBytes"]);
  const maxBytes = options.maxBytes ?? 2 ** 32;
  return withOpenFile(path, (file) => {
    const header = readHeader(file, options.strict ?? true);
    if (file.size > maxBytes) {
      throw new FileError(
        `cannot read ${path}: it has ${file.size} bytes; expected at most ${maxBytes}. ` +
          `Pass a larger maxBytes if memory allows.`,
        "EFBIG",
        path,
      );
    }
    return readTensors(header, path, options, file.read);
  });
}

/**
 * Names, types, shapes and metadata of a file of any size; the tensors are not read and no checksum is verified.
 * @throws FileError if it cannot be read; FormatError as parseSafetensorsHeader
 */
export function readSafetensorsHeader(
  path: string,
  options: { readonly strict?: boolean } = {},
): SafetensorsHeader {
  checkOptions("readSafetensorsHeader", options, ["strict"]);
  return withOpenFile(path, (file) => readHeader(file, options.strict ?? true));
}

function readHeader(file: OpenFile, strict: boolean): SafetensorsHeader {
  const { path, size } = file;
  const end = safetensorsHeaderEnd(file.read(0, Math.min(8, size)), size, path);
  return parseSafetensorsHeader(file.read(0, end), path, { strict, fileSize: size });
}

/**
 * Writes a file, whole or not at all (writeFileAtomic).
 * @throws FileError if it cannot be written; TypeError, RangeError or ShapeError as encodeSafetensors
 */
export function writeSafetensorsFile(
  path: string,
  tensors: Iterable<readonly [string, TensorToStore]>,
  metadata: MetadataToStore = {},
  options: EncodeOptions = {},
): void {
  writeFileAtomic(path, encodeSafetensors(tensors, metadata, options));
}
