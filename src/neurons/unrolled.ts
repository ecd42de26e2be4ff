/** What a neuron gives for T time steps, and what it starts from. */

import { Tensor } from "../tensor/tensor.js";

export interface Unrolled {
  /** [T, ...] */
  readonly y: Tensor;
  /** After the last step. */
  readonly v: Tensor;
}

/** A fresh copy of a state, or zeros, for a kernel that changes it in place. */
export function initialState(shape: readonly number[], from: Tensor | null, like: Tensor): Tensor {
  if (from === null) return Tensor.full(shape, 0, like.backend);
  const copy = Tensor.empty(shape, like.backend);
  copy.data.set(from.data);
  return copy;
}
