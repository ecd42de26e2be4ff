/** Normalisation of each row by its own statistics. Pages without it do without. */

import { record } from "../autograd/node.js";
import { ShapeError } from "../errors.js";
import { formatShape, sizeOf, type Shape } from "../shapes.js";
import { checkSameBackend, present } from "../tensor/same-backend.js";
import { Tensor } from "../tensor/tensor.js";
import { layerNormRowsOf } from "./layer-norm-rows.js";

/**
 * y = (x - mean) / sqrt(variance + eps) * weight + bias, with mean and variance (of the population) over the last axes. With
 * n = (x - mean) r, r = 1 / sqrt(variance + eps) and h = g weight:  dx = r (h - mean of h - n mean of h n),
 * dweight = sum of g n and dbias = sum of g over the rows. Statistics are sums in float64.
 *
 * @param x [..., shape]
 * @param shape of the last axes, which make a row
 * @param weight, bias of that shape, or null
 * @returns the shape of x
 * @throws ShapeError unless x ends in the shape
 * @source J. L. Ba, J. R. Kiros, G. E. Hinton, "Layer Normalization", arXiv:1607.06450
 */
export function layerNorm(
  x: Tensor,
  shape: Shape,
  weight: Tensor | null,
  bias: Tensor | null,
  eps: number,
): Tensor {
  const backend = checkSameBackend("layerNorm", x, ...present(weight), ...present(bias));
  const M = sizeOf(shape);
  const ending = x.shape.slice(x.rank - shape.length);
  if (formatShape(ending) !== formatShape(shape) || M === 0) {
    throw new ShapeError(
      `layerNorm: x is ${formatShape(x.shape)}; expected [..., ${shape.join(", ")}], of at least one element each.`,
    );
  }
  const rows = x.size / M;
  const [y, normal, rates] = [x.shape, x.shape, [rows]].map((each) => Tensor.empty(each, backend));
  // Without them, 1 and 0: a branch for each element takes longer.
  const [w, b] = [weight ?? Tensor.full([M], 1, backend), bias ?? Tensor.full([M], 0, backend)];
  const { normalise, inputGradient, columnSums } = layerNormRowsOf(backend);
  normalise({ x: x.data, w: w.data, b: b.data, eps }, { y: y.data, n: normal.data, rates: rates.data });
  const inputs = [x, ...present(weight), ...present(bias)];
  record("layerNorm", inputs, [y], [normal, rates, w], ([g], { needs, tensor }) => {
    if (g === null) return [];
    const of = { g: g.data, n: tensor(0).data, rates: tensor(1).data, w: tensor(2).data };
    const [forWeight, forBias] = [weight === null ? -1 : 1, bias === null ? -1 : inputs.length - 1];
    const gradients: (Tensor | null)[] = inputs.map(() => null);
    const made = (shapeOf: Shape, compute: (to: Float32Array) => void): Tensor => {
      const gradient = Tensor.empty(shapeOf, g.backend);
      compute(gradient.data);
      return gradient;
    };
    if (needs[0]) gradients[0] = made(x.shape, (to) => inputGradient(to, of));
    if (forWeight > 0 && needs[forWeight])
      gradients[forWeight] = made(shape, (to) => columnSums(to, of.g, of.n));
    if (forBias > 0 && needs[forBias]) gradients[forBias] = made(shape, (to) => columnSums(to, of.g, null));
    return gradients;
  });
  for (const each of [normal, rates, ...(weight === null ? [w] : []), ...(bias === null ? [b] : [])])
    each.dispose();
  return y;
}
