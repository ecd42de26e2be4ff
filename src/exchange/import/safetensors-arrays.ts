/** The arrays of a safetensors file of another tool. */

import { parseSafetensors, unheldError } from "../../formats/safetensors.js";
import type { ForeignArray, ReadArrays } from "./foreign-arrays.js";
import { storedArrays } from "./stored-arrays.js";

/** @throws FormatError if it is no sound safetensors file */
export function safetensorsArrays(bytes: Uint8Array, source: string): ReadArrays {
  const { tensors, unheld } = parseSafetensors(bytes, source, { skipUnheld: true });
  const arrays: Map<string, ForeignArray> = storedArrays(tensors, source);
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
