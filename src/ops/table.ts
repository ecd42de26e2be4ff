/**
 * The differentiable operations by name. A new one is one file, one row here, and its samples in
 * test/ops/gradients.test.ts, which does not compile without them.
 */

import { add, div, mul, sub } from "./arithmetic.js";
import { batchNorm } from "./batch-norm.js";
import { cat } from "./cat.js";
import { convTranspose2d } from "./conv-transpose.js";
import { conv1d, conv2d } from "./convolution.js";
import { crossEntropy } from "./cross-entropy.js";
import { max, maximum, min, minimum } from "./extremes.js";
import { abs, clamp, exp2, tanh } from "./functions.js";
import { layerNorm } from "./layer-norm.js";
import { linear, matmul } from "./matmul.js";
import { slice, split } from "./parts.js";
import { permute } from "./permute.js";
import { avgPool1d, avgPool2d, maxPool1d, maxPool2d } from "./pooling.js";
import { pow } from "./pow.js";
import { mean, sum } from "./reduce.js";
import { reshape } from "./reshape.js";
import { at, repeat, stack } from "./slice.js";
import { logSoftmax, softmax } from "./softmax.js";
import { exp, log, neg, relu, sigmoid, sqrt } from "./unary.js";
import { upsampleNearest } from "./upsample.js";
import { variance } from "./variance.js";
import { where } from "./where.js";

export const operationTable = {
  add, sub, mul, div,
  neg, exp, log, sqrt, sigmoid, relu,
  matmul, linear,
  abs, tanh, exp2, clamp, pow, where,
  sum, mean, variance, max, min, maximum, minimum,
  reshape, permute, at, stack, repeat, cat, slice, split,
  conv1d, conv2d, convTranspose2d, upsampleNearest,
  maxPool1d, maxPool2d, avgPool1d, avgPool2d,
  batchNorm, layerNorm, crossEntropy, softmax, logSoftmax,
}; // prettier-ignore

export type OperationName = keyof typeof operationTable;
