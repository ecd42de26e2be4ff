/**
 * The operations a tensor offers as methods. They are written in ops/, which imports tensor/; ops/install.ts
 * hands them over here, so that imports go one way and a missing one is a compile error.
 */

import { StateError } from "../errors.js";
import { trainingRefused } from "../kernels/training-refused.js";
import type { Shape } from "../shapes.js";

/** T is Tensor: named so, this file does not import the class that imports it. */
export interface TensorOperations<T> {
  add(a: T, b: T | number): T;
  sub(a: T, b: T | number): T;
  mul(a: T, b: T | number): T;
  div(a: T, b: T | number): T;
  neg(x: T): T;
  exp(x: T): T;
  log(x: T): T;
  sqrt(x: T): T;
  sigmoid(x: T): T;
  relu(x: T): T;
  matmul(a: T, b: T): T;
  sum(x: T, axis?: number): T;
  mean(x: T, axis?: number): T;
  reshape(x: T, shape: Shape): T;
  permute(x: T, axes: readonly number[]): T;
  at(x: T, i: number): T;
  argmax(x: T, axis?: number): Int32Array;
}

let installed: unknown = null;

export function installOperations<T>(operations: TensorOperations<T>): void {
  installed = operations;
}

/** The backward pass, apart: init() hands it over, and a page that only runs networks does without. */
export type BackwardPass<T> = (root: T, grad?: T) => void;

let backwardPass: unknown = null;

export function installBackward<T>(backward: BackwardPass<T>): void {
  backwardPass = backward;
}

/** @throws StateError where only initInference() was called */
export function installedBackward<T>(): BackwardPass<T> {
  if (backwardPass === null) throw trainingRefused("backward");
  return backwardPass as BackwardPass<T>;
}

/** @throws StateError if ops/install.ts was not imported */
export function installedOperations<T>(): TensorOperations<T> {
  if (installed === null) throw new StateError('tensor operations are not loaded; import from "atif".');
  return installed as TensorOperations<T>;
}
