/** What a file is, by its first bytes: names of files say what somebody meant. */

import { FormatError } from "../../errors.js";

export type ForeignFormat = "safetensors" | "torch" | "nir";

const HDF5 = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const ZIP = [0x50, 0x4b];
const PICKLE = 0x80;

/** Header of a safetensors file: its length in 8 bytes, then a JSON object. */
const MOST_HEADER = 100_000_000;

/** @throws FormatError for what is none of them */
export function formatOf(bytes: Uint8Array, source: string): ForeignFormat {
  if (begins(bytes, HDF5)) return "nir";
  // First: a length may have any first byte.
  if (isSafetensors(bytes)) return "safetensors";
  if (begins(bytes, ZIP) || bytes[0] === PICKLE) return "torch";
  const shown = bytes.length === 0 ? "is empty" : `begins with the bytes ${hexadecimal(bytes)}`;
  throw new FormatError(
    `${source} ${shown}; expected a network as .safetensors, .pth, .pt or .ckpt of PyTorch, or .nir. ${adviceFor(bytes)}`,
  );
}

function begins(bytes: Uint8Array, start: readonly number[]): boolean {
  return bytes.length >= start.length && start.every((byte, i) => bytes[i] === byte);
}

function isSafetensors(bytes: Uint8Array): boolean {
  if (bytes.length < 9) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isShort = view.getUint32(4, true) === 0 && view.getUint32(0, true) <= MOST_HEADER;
  // Space, tab and line breaks may stand before the object.
  return isShort && [0x7b, 0x20, 0x09, 0x0a, 0x0d].includes(bytes[8]);
}

function hexadecimal(bytes: Uint8Array): string {
  return [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

function adviceFor(bytes: Uint8Array): string {
  if (bytes.length === 0) return "Copy it again.";
  const [first] = bytes;
  if (first === 0x7b || first === 0x5b)
    return "This is text: JSON describes a network (architecture), and holds no weights.";
  if (first === 0x08) return "ONNX files are written, not read.";
  return "Save the weights with torch.save(model.state_dict(), path), or as safetensors.";
}
