/** Mean squared error. */

import { checkSameBackend } from "../tensor/same-backend.js";
import { ShapeError } from "../errors.js";
import { formatShape, sameShape } from "../shapes.js";
import type { Tensor } from "../tensor/tensor.js";

/** mean of (output - target)^2 over all elements; shape []. @throws ShapeError unless the shapes are equal */
export function mse(output: Tensor, target: Tensor): Tensor {
  checkSameBackend("mse", output, target);
  if (!sameShape(output.shape, target.shape)) {
    throw new ShapeError(
      `mse: output is ${formatShape(output.shape)} and target ${formatShape(target.shape)}; expected equal shapes.`,
    );
  }
  const difference = output.sub(target);
  return difference.mul(difference).mean();
}
