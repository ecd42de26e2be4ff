/** Arrays as files hold them, whose integers and truth values are numbers only when they are asked for. */

import { FormatError } from "../../errors.js";
import type { StoredTensor } from "../../formats/safetensors-dtypes.js";
import { quote } from "../../show.js";
import type { ForeignArray } from "./foreign-arrays.js";

export function storedArrays(
  tensors: ReadonlyMap<string, StoredTensor>,
  source: string,
): Map<string, ForeignArray> {
  return new Map([...tensors].map(([name, tensor]) => [name, arrayOf(name, tensor, source)]));
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
function wholeNumbers(name: string, data: BigInt64Array | BigUint64Array, source: string): Float64Array {
  const numbers = Float64Array.from(data as BigInt64Array, Number);
  const wrong = numbers.findIndex((number) => !Number.isSafeInteger(number));
  if (wrong < 0) return numbers;
  throw new FormatError(
    `${source}: element ${wrong} of ${quote(name)} is ${data[wrong]}; expected whole numbers up to 2^53. ` +
      "Convert it where it was made, for instance to float32, and save it again.",
  );
}
