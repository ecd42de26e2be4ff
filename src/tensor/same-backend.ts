/** Tensors that meet in one operation live in one backend. */

import { show } from "../show.js";
import { StateError } from "../errors.js";
import type { Backend } from "../kernels/backend.js";
import { Tensor } from "./tensor.js";

/** Their backend. @throws TypeError unless all are tensors; StateError if tensors of two backends meet */
export function checkSameBackend(where: string, ...tensors: readonly Tensor[]): Backend {
  for (const tensor of tensors as readonly unknown[]) {
    if (Tensor.isTensor(tensor)) continue;
    throw new TypeError(
      tensor instanceof Tensor
        ? `${where}: an argument is a Proxy of a Tensor or inherits from one; expected the Tensor itself. Unwrap it first.`
        : `${where}: an argument is ${show(tensor)}; expected a Tensor. Make one with tensor(data, shape).`,
    );
  }
  const [{ backend }] = tensors;
  const other = tensors.find((tensor) => tensor.backend !== backend);
  if (other !== undefined) {
    throw new StateError(
      `${where}: one tensor lives in the ${backend.name} backend and one in the ${other.backend.name} backend; ` +
        `expected one backend. Make both after the same init().`,
    );
  }
  return backend;
}

/** An optional tensor as the arguments it adds. */
export function present(tensor: Tensor | null): Tensor[] {
  return tensor === null ? [] : [tensor];
}
