/** Arrays of a safetensors file as a state dict, whoever wrote it. */

import { FormatError } from "../errors.js";
import type { LoadableStateDict } from "../module/state-dict.js";
import { quote } from "../show.js";
import type { StoredTensor } from "./safetensors-dtypes.js";
import { parseSafetensors } from "./safetensors.js";

/**
 * The weights of any safetensors file in PyTorch's names and layouts, for `model.loadStateDict(...)`. Half precision and
 * float64 are read as numbers; float64 is rounded when it is loaded.
 *
 * @param source what messages call it: a file name
 * @throws FormatError if it is not a sound safetensors file, or holds a tensor that is no weight
 */
export function readStateDict(bytes: Uint8Array, source = "safetensors"): LoadableStateDict {
  return stateDictFrom(parseSafetensors(bytes, source).tensors, source);
}

export function stateDictFrom(tensors: ReadonlyMap<string, StoredTensor>, source: string): LoadableStateDict {
  // Without a prototype: a file may call a tensor "__proto__".
  const dict = Object.create(null) as Record<string, LoadableStateDict[string]>;
  for (const [name, { shape, data, dtype }] of tensors) {
    if (dtype === "BOOL") {
      throw new FormatError(
        `${source}: tensor ${quote(name)} is BOOL; expected numbers. Leave it out of the file, it is no weight.`,
      );
    }
    dict[name] = { shape, data: data instanceof BigInt64Array ? Array.from(data, Number) : data };
  }
  return dict;
}
