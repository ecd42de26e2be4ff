/** Arrays of a safetensors file as a state dict, whoever wrote it. */

import { FormatError } from "../errors.js";
import type { LoadableStateDict } from "../module/state-dict.js";
import { quote } from "../show.js";
import type { StoredTensor } from "./safetensors-dtypes.js";
import { parseSafetensors, unheldError } from "./safetensors.js";

type Entry = LoadableStateDict[string];

/**
 * The weights of any safetensors file in PyTorch's names and layouts, for `model.loadStateDict(...)`. Half precision,
 * float64 and integers are read as numbers, and rounded to float32 when they are loaded, as PyTorch does. Tensors that
 * are no numbers here are listed with their shape; asking for their data says what they are: those of type BOOL, of a
 * type that no array here can hold, and 64-bit integers of which one is no float64.
 *
 * @param source what messages call it: a file name
 * @throws FormatError if it is not a sound safetensors file
 */
export function readStateDict(bytes: Uint8Array, source = "safetensors"): LoadableStateDict {
  const { tensors, unheld } = parseSafetensors(bytes, source, { skipUnheld: true });
  const dict = stateDictFrom(tensors, source) as Record<string, Entry>;
  for (const [name, { dtype, shape }] of unheld) {
    dict[name] = lazily(shape, () => {
      throw unheldError(source, name, dtype);
    });
  }
  return dict;
}

export function stateDictFrom(tensors: ReadonlyMap<string, StoredTensor>, source: string): LoadableStateDict {
  // Without a prototype: a file may call a tensor "__proto__".
  const dict = Object.create(null) as Record<string, Entry>;
  for (const [name, tensor] of tensors) dict[name] = entryOf(name, tensor, source);
  return dict;
}

function entryOf(name: string, { shape, data, dtype }: StoredTensor, source: string): Entry {
  if (dtype === "BOOL") {
    return lazily(shape, () => {
      throw new FormatError(
        `${source}: tensor ${quote(name)} is BOOL; expected numbers. Leave it out of the file, it is no weight.`,
      );
    });
  }
  if (!(data instanceof BigInt64Array || data instanceof BigUint64Array)) return { shape, data };
  return lazily(shape, () => {
    const numbers = Array.from<bigint, number>(data, Number);
    const wrong = numbers.findIndex((number, i) => BigInt(number) !== data[i]);
    if (wrong < 0) return numbers;
    throw new FormatError(
      `${source}: element ${wrong} of tensor ${quote(name)} (${dtype}) is ${data[wrong]}, which float64 would round to ` +
        `${BigInt(numbers[wrong])}; expected whole numbers up to 2^53, or larger ones that float64 holds. ` +
        `Convert it where it was made, for instance to F32, and save it again.`,
    );
  });
}

/** What nobody asks for need not be readable. */
function lazily(shape: readonly number[], read: () => ArrayLike<number>): Entry {
  let data: ArrayLike<number> | undefined;
  return {
    shape,
    get data() {
      return (data ??= read());
    },
  };
}
