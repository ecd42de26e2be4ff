/** The arrays of a safetensors file of another tool. */

import { FormatError } from "../../errors.js";
import { parseSafetensors, unheldError, type StoredTensor } from "../../formats/safetensors.js";
import { quote } from "../../show.js";
import type { ForeignArray, ReadArrays } from "./foreign-arrays.js";

/** @throws FormatError if it is no sound safetensors file */
export function safetensorsArrays(bytes: Uint8Array, source: string): ReadArrays {
  const { tensors, unheld } = parseSafetensors(bytes, source, { skipUnheld: true });
  const arrays = new Map<string, ForeignArray>();
  for (const [name, tensor] of tensors) arrays.set(name, arrayOf(name, tensor, source));
  for (const [name, { dtype, shape }] of unheld) {
    arrays.set(name, {
      dtype,
      shape,
      get data(): never {
        throw unheldError(source, name, dtype);
      },
    });
  }
  return { arrays, notes: [] };
}

function arrayOf(name: string, { dtype, shape, data }: StoredTensor, source: string): ForeignArray {
  if (dtype !== "BOOL" && !(data instanceof BigInt64Array || data instanceof BigUint64Array))
    return { dtype, shape, data };
  return {
    dtype,
    shape,
    get data(): ArrayLike<number> {
      if (dtype === "BOOL") {
        throw new FormatError(
          `${source}: ${quote(name)} is BOOL; expected numbers. Leave it out of the file: it is no weight.`,
        );
      }
      return wholeNumbers(name, data as BigInt64Array, source);
    },
  };
}

/** @throws FormatError for an integer that float64 would round */
export function wholeNumbers(
  name: string,
  data: BigInt64Array | BigUint64Array,
  source: string,
): Float64Array {
  const numbers = Float64Array.from(data as BigInt64Array, Number);
  const wrong = numbers.findIndex((number) => !Number.isSafeInteger(number));
  if (wrong < 0) return numbers;
  throw new FormatError(
    `${source}: element ${wrong} of ${quote(name)} is ${data[wrong]}; expected whole numbers up to 2^53. ` +
      "Convert it where it was made, for instance to float32, and save it again.",
  );
}
