/** The arrays of a file of torch.save: of a checkpoint, those of the network, and what is said about the rest. */

import { materialize } from "../../formats/torch/materialize.js";
import { isKind, type PickleDict, type PickleValue } from "../../formats/torch/pickle-values.js";
import { readPickle, tensorsOf } from "../../formats/torch/read-torch.js";
import type { FidelityNote } from "../fidelity-report.js";
import { listed, type ReadArrays } from "./foreign-arrays.js";
import { storedArrays } from "./stored-arrays.js";

/**
 * @param key where in the file the state dict stands; found if it is left out
 * @throws FormatError as readTorch
 */
export function torchArrays(bytes: Uint8Array, source: string, key: string | undefined): ReadArrays {
  const root = readPickle(bytes, source);
  const tensors = materialize(tensorsOf(root, key, source), bytes.length, source);
  const arrays = storedArrays(tensors, source);
  const rest = besides(root, [...tensors.keys()]);
  return { arrays, notes: rest.length === 0 ? [] : [noteOf(rest)] };
}

/** Keys of a checkpoint under which there is something else. */
function besides(root: PickleValue, names: readonly string[]): string[] {
  if (!isKind("dict", root) || names.some((name) => root.entries.has(name))) return [];
  return [...root.entries].flatMap(([key, value]) =>
    typeof key !== "string" || (isKind("dict", value) && holdsAll(value, names)) ? [] : [key],
  );
}

function holdsAll(dict: PickleDict, names: readonly string[]): boolean {
  return names.length > 0 && names.every((name) => dict.entries.has(name));
}

function noteOf(keys: readonly string[]): FidelityNote {
  const isOptimizer = keys.some((key) => key.startsWith("optimizer"));
  return {
    layer: null,
    what: `${listed(keys)} left out`,
    why: `a checkpoint keeps ${isOptimizer ? "the state of the optimizer and the like" : "that"} beside the weights, to train on; nothing is computed with it.`,
    verdict: "exact",
  };
}
