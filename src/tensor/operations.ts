/**
 * The operations a tensor offers as methods. They are written in ops/, which imports tensor/; ops/install.ts
 * hands them over here, so that imports go one way and a missing one is a compile error.
 */

import { StateError } from "../errors.js";
import type { Shape } from "../shapes.js";
import type { Tensor } from "./tensor.js";

export interface TensorOperations {
  add(a: Tensor, b: Tensor | number): Tensor;
  sub(a: Tensor, b: Tensor | number): Tensor;
  mul(a: Tensor, b: Tensor | number): Tensor;
  div(a: Tensor, b: Tensor | number): Tensor;
  neg(x: Tensor): Tensor;
  exp(x: Tensor): Tensor;
  log(x: Tensor): Tensor;
  sqrt(x: Tensor): Tensor;
  sigmoid(x: Tensor): Tensor;
  relu(x: Tensor): Tensor;
  matmul(a: Tensor, b: Tensor): Tensor;
  sum(x: Tensor, axis?: number): Tensor;
  mean(x: Tensor, axis?: number): Tensor;
  reshape(x: Tensor, shape: Shape): Tensor;
  permute(x: Tensor, axes: readonly number[]): Tensor;
  at(x: Tensor, i: number): Tensor;
  argmax(x: Tensor): Int32Array;
  backward(x: Tensor, grad?: Tensor): void;
}

let installed: TensorOperations | null = null;

export function installOperations(operations: TensorOperations): void {
  installed = operations;
}

export function installedOperations(): TensorOperations {
  if (installed === null) throw new StateError('tensor operations are not loaded; import from "atif".');
  return installed;
}
