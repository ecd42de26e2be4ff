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
  let row = 0;
  for (; row + 4 <= rows; row += 4) normaliseFour(from, n, rates, row, M, eps);
  for (; row < rows; row++) normaliseOne(from, n, rates, row, M, eps);
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

function normaliseOne(
  x: Float32Array,
  n: Float32Array,
  rates: Float32Array,
  row: number,
  M: number,
  eps: number,
): void {
  const [start, end] = [row * M, row * M + M];
  let [sum, squares] = [0, 0];
  for (let i = start; i < end; i++) sum += x[i];
  const mean = sum / M;
  for (let i = start; i < end; i++) squares += (x[i] - mean) * (x[i] - mean);
  const rate = 1 / Math.sqrt(squares / M + eps);
  rates[row] = rate;
  for (let i = start; i < end; i++) n[i] = (x[i] - mean) * rate;
}

/** Each as by itself, to the bit: four sums go on while one of them waits for its last addition. */
function normaliseFour(
  x: Float32Array,
  n: Float32Array,
  rates: Float32Array,
  row: number,
  M: number,
  eps: number,
): void {
  const a = row * M;
  const [b, c, d] = [a + M, a + 2 * M, a + 3 * M];
  let sumA = 0;
  let sumB = 0;
  let sumC = 0;
  let sumD = 0;
  for (let i = 0; i < M; i++) {
    sumA += x[a + i];
    sumB += x[b + i];
    sumC += x[c + i];
    sumD += x[d + i];
  }
  const [meanA, meanB, meanC, meanD] = [sumA / M, sumB / M, sumC / M, sumD / M];
  sumA = sumB = sumC = sumD = 0;
  for (let i = 0; i < M; i++) {
    const [p, q, r, s] = [x[a + i] - meanA, x[b + i] - meanB, x[c + i] - meanC, x[d + i] - meanD];
    sumA += p * p;
    sumB += q * q;
    sumC += r * r;
    sumD += s * s;
  }
  const rateA = 1 / Math.sqrt(sumA / M + eps);
  const rateB = 1 / Math.sqrt(sumB / M + eps);
  const rateC = 1 / Math.sqrt(sumC / M + eps);
  const rateD = 1 / Math.sqrt(sumD / M + eps);
  rates[row] = rateA;
  rates[row + 1] = rateB;
  rates[row + 2] = rateC;
  rates[row + 3] = rateD;
  for (let i = 0; i < M; i++) {
    n[a + i] = (x[a + i] - meanA) * rateA;
    n[b + i] = (x[b + i] - meanB) * rateB;
    n[c + i] = (x[c + i] - meanC) * rateC;
    n[d + i] = (x[d + i] - meanD) * rateD;
  }
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
