/** Tensors one after another along an axis. It is no method of Tensor, so that pages without it do without. */

import { record } from "../autograd/node.js";
import { checkInteger, isList } from "../checks.js";
import { ShapeError } from "../errors.js";
import { formatShape, sameShape } from "../shapes.js";
import { show } from "../show.js";
import { checkSameBackend } from "../tensor/same-backend.js";
import { Tensor } from "../tensor/tensor.js";
import { alongAxis } from "./along-axis.js";
import { copyPart } from "./parts.js";

/**
 * y = the tensors joined along an axis that they have, as torch.cat; stack() makes a new one. dx of each is its part of g.
 *
 * @param tensors [.., L1, ..], [.., L2, ..] …, of one shape but for the axis
 * @param axis default 0; -1 is the last one: channels
 * @returns [.., L1 + L2 + …, ..]
 * @throws ShapeError unless all have one shape but for the axis; RangeError if there is no such axis
 */
export function cat(tensors: readonly Tensor[], axis = 0): Tensor {
  if (!isList(tensors) || tensors.length === 0) {
    throw new ShapeError(
      `cat: got ${isList(tensors) ? "no tensors" : show(tensors)}; expected an array of at least one tensor.`,
    );
  }
  const backend = checkSameBackend("cat", ...tensors);
  const { shape } = tensors[0];
  const at = alongAxis("cat", shape, checkInteger("cat: axis", axis, -shape.length)).axis;
  tensors.forEach((tensor, i) => {
    const fits = tensor.rank === shape.length && sameShape(tensor.shape.with(at, 0), shape.with(at, 0));
    if (fits) return;
    throw new ShapeError(
      `cat: tensor ${i} has shape ${formatShape(tensor.shape)}; expected ${formatShape(shape)}, as tensor 0, ` +
        `but for axis ${at}. Reshape one of them.`,
    );
  });
  const lengths = tensors.map((tensor) => tensor.shape[at]);
  const starts = lengths.map((_, i) => lengths.slice(0, i).reduce((sum, length) => sum + length, 0));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const y = Tensor.empty(shape.with(at, total), backend);
  tensors.forEach((tensor, i) => copyPart(y, tensor, at, starts[i], "write"));
  record("cat", tensors, [y], [], ([g], { needs }) =>
    tensors.map((tensor, i) => {
      if (g === null || !needs[i]) return null;
      const part = Tensor.empty(tensor.shape, g.backend);
      copyPart(g, part, at, starts[i], "read");
      return part;
    }),
  );
  return y;
}
