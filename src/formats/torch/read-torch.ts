/**
 * Files of torch.save as named arrays: a state dict, or the state dict in a checkpoint. Nothing in a file is ever run: what is
 * not plain data and dense tensors is refused (pickle-machine.ts), as is what changed after it was written (zip-directory.ts).
 * Runs wherever JavaScript does.
 */

import { checkOptions } from "../../checks.js";
import { FormatError } from "../../errors.js";
import { quote, show } from "../../show.js";
import type { StoredTensor } from "../safetensors-dtypes.js";
import { openArchive } from "./archive.js";
import { stateDictOf, tensorsBelow } from "./choose-tensors.js";
import { materialize } from "./materialize.js";
import { unpickle } from "./pickle-machine.js";
import type { PickleValue, TensorView } from "./pickle-values.js";

export interface ReadTorchOptions {
  /**
   * Where in the file: a key, or several with dots between them ("optimizer_state_dict.state"); all tensors below it, at any
   * depth, with dots between keys. "" for the whole file. Default: its state dict.
   */
  readonly key?: string;
  /** Only tensors whose names begin so, and without it: "module." of DataParallel, "model." of Lightning. Default "". */
  readonly prefix?: string;
}

const SHOWN_NAMES = 3;

/**
 * The tensors of a file that torch.save wrote (PyTorch 1.6 or later), by their names there, in their order; shapes and layouts
 * are PyTorch's, row-major. F16 and BF16 come as Float32Array, F64 as Float64Array, I64 as BigInt64Array, BOOL as 0 and 1.
 * Tied weights share an array, as they do in PyTorch.
 *
 * @param name what messages call it: a file name
 * @throws FormatError if it is no such file, is damaged, holds anything but plain data and dense tensors; MissingKeyError,
 *   which is one, if it holds several state dicts, or one deeper, and no key says which
 */
export function readTorch(
  bytes: Uint8Array,
  name = "PyTorch file",
  options: ReadTorchOptions = {},
): Map<string, StoredTensor> {
  if (!(ArrayBuffer.isView(bytes) && bytes[Symbol.toStringTag] === "Uint8Array")) {
    throw new TypeError(`readTorch: bytes are not a Uint8Array; expected one, like new Uint8Array(buffer).`);
  }
  const { key, prefix } = checkReadTorchOptions("readTorch", options);
  if (typeof name !== "string") {
    throw new TypeError(`readTorch: name is ${show(name)}; expected a text, such as "model.pth".`);
  }
  const root = readPickle(bytes, name);
  return materialize(withoutPrefix(tensorsOf(root, key, name), prefix, name), bytes.length, name);
}

/** All that a file holds, its tensors as views of their storages. @throws FormatError as readTorch */
export function readPickle(bytes: Uint8Array, name: string): PickleValue {
  // Not a Buffer of Node, whose slices are no copies.
  const own = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return unpickle(openArchive(own, name));
}

/**
 * The tensors that are meant, of what readPickle gave.
 * @param key as of readTorch
 * @throws FormatError as readTorch
 */
export function tensorsOf(root: PickleValue, key: string | undefined, name: string): Map<string, TensorView> {
  return key === undefined ? stateDictOf(root, name) : tensorsBelow(root, key, name);
}

/** @throws TypeError if they are no options of readTorch */
export function checkReadTorchOptions(
  where: string,
  options: ReadTorchOptions,
): { key: string | undefined; prefix: string } {
  checkOptions(where, options, ["key", "prefix"]);
  const { key, prefix = "" } = options;
  for (const [option, value] of Object.entries({ key, prefix }) as [string, unknown][]) {
    if (value === undefined || typeof value === "string") continue;
    throw new TypeError(`${where}: ${option} is ${show(value)}; expected a text.`);
  }
  return { key, prefix };
}

function withoutPrefix<T>(named: Map<string, T>, prefix: string, source: string): Map<string, T> {
  if (prefix === "") return named;
  const found = new Map<string, T>();
  for (const [name, value] of named) if (name.startsWith(prefix)) found.set(name.slice(prefix.length), value);
  if (found.size > 0) return found;
  const names = [...named.keys()].slice(0, SHOWN_NAMES).map((name) => quote(name));
  throw new FormatError(
    `${source}: no name of a tensor begins with ${quote(prefix)}; expected some, and there are ${names.join(", ") || "none"}. ` +
      `Leave prefix out, or name another.`,
  );
}
