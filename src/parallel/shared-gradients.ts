/** Gradients of the shards of this rank, until they are those of all ranks. Parameters go by their numbers. */

import type { Parameter } from "../module/parameter.js";
import { scope } from "../tensor/scope.js";
import { Tensor } from "../tensor/tensor.js";
import type { Exchanged } from "./communicator.js";

export interface SharedGradients {
  /** A shard has said all that it says of a parameter; its gradient is in the model. */
  take(i: number): void;
  /** What this rank adds for parameters that follow one another in the order of the exchange. */
  fill(parameters: readonly number[]): Exchanged;
  /** Puts the sum of all ranks into the model, where any of them has a gradient. */
  give(i: number): void;
  /** Gives back what it holds. */
  release(): void;
}

/** Gives a parameter a gradient of its own. @param write its elements */
export function giveGradient(parameter: Parameter, write: (elements: Float32Array) => void): void {
  scope(() => {
    const grad = Tensor.empty(parameter.shape, parameter.backend);
    write(grad.data);
    parameter.grad = grad;
  });
}
