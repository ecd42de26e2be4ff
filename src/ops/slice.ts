/** Slices along axis 0, and their inverse: stacking. */

import { record } from "../autograd/node.js";
import { checkInteger, isList } from "../checks.js";
import { show } from "../show.js";
import { ShapeError } from "../errors.js";
import { formatShape, sameShape, sizeOf } from "../shapes.js";
import { Tensor } from "../tensor/tensor.js";
import { checkSameBackend } from "../tensor/same-backend.js";

/** y = x[i]; shares memory with x. @throws RangeError if there is no such slice */
export function at(x: Tensor, i: number): Tensor {
  if (x.rank === 0)
    throw new ShapeError("at: the tensor has shape []; expected at least one axis. Use item().");
  if (!Number.isInteger(i) || i < -x.shape[0] || i >= x.shape[0]) {
    throw new RangeError(
      `at: slice ${show(i)} of a tensor of shape ${formatShape(x.shape)}; ` +
        (x.shape[0] === 0
          ? "it has no slices."
          : `expected 0 to ${x.shape[0] - 1}, or -${x.shape[0]} to -1 from the end.`),
    );
  }
  const shape = x.shape.slice(1);
  const start = (i < 0 ? i + x.shape[0] : i) * sizeOf(shape);
  const y = x.alias(shape, start);
  record("at", [x], [y], [], ([g]) => {
    if (g === null) return [];
    const dx = Tensor.full(x.shape, 0, g.backend);
    dx.data.set(g.data, start);
    return [dx];
  });
  return y;
}

/** y[i] = tensors[i]: a new axis 0. @throws ShapeError unless all have one shape */
export function stack(tensors: readonly Tensor[]): Tensor {
  if (!isList(tensors) || tensors.length === 0)
    throw new ShapeError(
      `stack: got ${isList(tensors) ? "no tensors" : show(tensors)}; expected an array of at least one tensor.`,
    );
  const backend = checkSameBackend("stack", ...tensors);
  const [{ shape }] = tensors;
  const size = sizeOf(shape);
  const y = Tensor.empty([tensors.length, ...shape], backend);
  tensors.forEach((tensor, i) => {
    if (!sameShape(tensor.shape, shape)) {
      throw new ShapeError(
        `stack: tensor ${i} has shape ${formatShape(tensor.shape)}; expected ${formatShape(shape)}, as tensor 0. Reshape one of them.`,
      );
    }
    y.data.set(tensor.data, i * size);
  });
  record("stack", tensors, [y], [], ([g], { needs }) =>
    tensors.map((_, i) => (g !== null && needs[i] ? at(g, i) : null)),
  );
  return y;
}

/** y[t] = x for t < T: the same current at every time step. dx = sum of g over t. */
export function repeat(x: Tensor, T: number): Tensor {
  checkSameBackend("repeat", x);
  checkInteger("repeat: T", T);
  const y = Tensor.empty([T, ...x.shape], x.backend);
  for (let t = 0; t < T; t++) y.data.set(x.data, t * x.size);
  record("repeat", [x], [y], [], ([g]) => [g === null ? null : g.sum(0)]);
  return y;
}
