/** Parameters with gradients by script, for optimizers. */

import "../../src/ops/install.js";
import { Parameter, type ParameterOptions } from "../../src/module/parameter.js";
import type { Optimizer } from "../../src/optimizers/optimizer.js";
import { tensor } from "../../src/tensor/tensor.js";

export function leaf(values: readonly number[], options: ParameterOptions = {}): Parameter {
  return new Parameter(tensor(values), options);
}

/** One step with these gradients; null: the parameter has none. */
export function stepWith(optimizer: Optimizer, ...gradients: readonly (readonly number[] | null)[]): void {
  optimizer.params.forEach((param, i) => {
    const gradient = gradients[i];
    param.grad = gradient === null ? null : tensor(gradient);
  });
  optimizer.step();
}

export const start = [1, -2, 0.5, 3];

/** Gradients of five steps. */
export const gradients = [
  [0.5, -1, 0.25, 2],
  [0.1, 0.3, -0.7, 0],
  [-0.4, 0.2, 0.6, -1],
  [1.5, 0, 0.01, 0.3],
  [-0.2, -0.9, 0.33, 0.7],
];
