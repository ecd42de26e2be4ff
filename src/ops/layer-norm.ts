/** Normalisation of each row by its own statistics. Pages without it do without. */

import { record } from "../autograd/node.js";
import { ShapeError } from "../errors.js";
import { formatShape, sizeOf, type Shape } from "../shapes.js";
import { checkSameBackend, present } from "../tensor/same-backend.js";
import { Tensor } from "../tensor/tensor.js";

/**
 * y = (x - mean) / sqrt(variance + eps) * weight + bias, with mean and variance (of the population) over the last axes. With
 * n = (x - mean) r, r = 1 / sqrt(variance + eps) and h = g weight:  dx = r (h - mean of h - n mean of h n),
 * dweight = sum of g n and dbias = sum of g over the rows. Statistics are kept in float64.
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
  const [y, rates, normal] = [
    Tensor.empty(x.shape, backend),
    new Float32Array(rows),
    Tensor.empty(x.shape, backend),
  ];
  const [from, n, to] = [x.data, normal.data, y.data];
  // Without them, 1 and 0: a branch for each element takes longer.
  const [w, b] = [weight?.data ?? new Float32Array(M).fill(1), bias?.data ?? new Float32Array(M)];
  for (let row = 0, start = 0; row < rows; row++, start += M) {
    let [sum, squares] = [0, 0];
    for (let i = start; i < start + M; i++) sum += from[i];
    const mean = sum / M;
    for (let i = start; i < start + M; i++) squares += (from[i] - mean) * (from[i] - mean);
    const rate = 1 / Math.sqrt(squares / M + eps);
    rates[row] = rate;
    for (let i = start; i < start + M; i++) n[i] = (from[i] - mean) * rate;
  }
  for (let start = 0; start < n.length; start += M) {
    for (let i = 0; i < M; i++) to[start + i] = n[start + i] * w[i] + b[i];
  }
  const inputs = [x, ...present(weight), ...present(bias)];
  record("layerNorm", inputs, [y], [normal, weight], ([g], { needs, tensor, optional }) => {
    if (g === null) return [];
    const slopes = { g: g.data, n: tensor(0).data, M };
    const [forWeight, forBias] = [weight === null ? -1 : 1, bias === null ? -1 : inputs.length - 1];
    const gradients: (Tensor | null)[] = inputs.map(() => null);
    if (needs[0]) {
      gradients[0] = Tensor.empty(x.shape, g.backend);
      inputGradient(gradients[0].data, slopes, optional(1)?.data ?? new Float32Array(M).fill(1), rates);
    }
    if (forWeight > 0 && needs[forWeight]) gradients[forWeight] = sums(shape, g, slopes, true);
    if (forBias > 0 && needs[forBias]) gradients[forBias] = sums(shape, g, slopes, false);
    return gradients;
  });
  normal.dispose();
  return y;
}

interface Slopes {
  readonly g: Float32Array;
  readonly n: Float32Array;
  readonly M: number;
}

function inputGradient(dx: Float32Array, { g, n, M }: Slopes, w: Float32Array, rates: Float32Array): void {
  for (let row = 0, start = 0; row < rates.length; row++, start += M) {
    let [sum, along] = [0, 0];
    for (let i = 0; i < M; i++) {
      const h = g[start + i] * w[i];
      sum += h;
      along += h * n[start + i];
    }
    const [mean, slope] = [sum / M, along / M];
    for (let i = 0; i < M; i++) {
      dx[start + i] = rates[row] * (g[start + i] * w[i] - mean - n[start + i] * slope);
    }
  }
}

/** Over the rows, of g n or of g. */
function sums(shape: Shape, like: Tensor, { g, n, M }: Slopes, byNormal: boolean): Tensor {
  const totals = new Float64Array(M);
  for (let start = 0; start < g.length; start += M) {
    if (byNormal) for (let i = 0; i < M; i++) totals[i] += g[start + i] * n[start + i];
    else for (let i = 0; i < M; i++) totals[i] += g[start + i];
  }
  const made = Tensor.empty(shape, like.backend);
  made.data.set(totals);
  return made;
}
