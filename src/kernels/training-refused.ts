import { StateError } from "../errors.js";

/** What is said where initInference() was called and something trains. @param where what would have trained */
export function trainingRefused(where: string): StateError {
  return new StateError(
    `${where}: initInference() loaded the kernels that run a network, not those that train one; ` +
      "call init() instead, before tensors and models are made.",
  );
}
