/** Initial weights: U(-1/sqrt(fanIn), 1/sqrt(fanIn)), as PyTorch draws them for linear and convolution layers. */

import { Parameter } from "../module/parameter.js";
import { defaultGenerator } from "../random/generator.js";
import type { Shape } from "../shapes.js";
import { Tensor } from "../tensor/tensor.js";

/** @source K. He et al., "Delving Deep into Rectifiers", ICCV 2015, with a = sqrt(5) */
export function uniformParameter(shape: Shape, fanIn: number): Parameter {
  const bound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0;
  const values = Tensor.empty(shape);
  const { data } = values;
  const generator = defaultGenerator();
  for (let i = 0; i < data.length; i++) data[i] = generator.uniform(-bound, bound);
  return new Parameter(values);
}
