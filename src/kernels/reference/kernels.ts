/** The reference implementation of the contract: a kernel that is missing here does not compile. */

import type { Kernels } from "../contract.js";
import {
  fill,
  addScaled,
  exponentialAverage,
  negate,
  sqrt,
  relu,
  heaviside,
  sigmoidSurrogateBackward,
} from "./elementwise.js";
import { exp, log, sigmoid } from "./exp-log.js";
import { add, subtract, multiply, divide, copyStrided } from "./broadcasting.js";
import { sum, argmax, countNonZero } from "./reductions.js";
import { gemm } from "./gemm.js";
import { conv2dForward, conv2dInputGrad, conv2dWeightGrad } from "./conv2d.js";
import {
  packedConv2dForward,
  packedConv2dWeightGrad,
  packedLinearForward,
  packedLinearWeightGrad,
} from "./packed.js";
import { maxPool2dForward, maxPool2dBackward, avgPool2dForward, avgPool2dBackward } from "./pooling.js";
import {
  batchNormStatistics,
  batchNormForward,
  batchNormBackward,
  batchNormEvalBackward,
} from "./batch-norm.js";
import { crossEntropyForward, crossEntropyBackward } from "./cross-entropy.js";
import { atifForward, atifBackward } from "./atif.js";
import { lifForward, lifBackward } from "./lif.js";
import { unpackSpikes, packSpikes, countSpikes, repackSpikes } from "./packed-spikes.js";
import { packedMaxPool2dForward, packedMaxPool2dBackward } from "./packed-pooling.js";
import {
  packedAtifPoolForward,
  packedAtifPoolBackward,
  packedConv2dAtifPoolForward,
} from "./packed-atif-pool.js";
import { packedAtifForward } from "./packed-atif.js";
import { sgdStep, adamStep } from "./optimizers.js";

export const referenceKernels: Kernels = {
  fill,
  addScaled,
  exponentialAverage,
  negate,
  sqrt,
  relu,
  heaviside,
  sigmoidSurrogateBackward,
  exp,
  log,
  sigmoid,
  add,
  subtract,
  multiply,
  divide,
  copyStrided,
  sum,
  argmax,
  countNonZero,
  gemm,
  conv2dForward,
  conv2dInputGrad,
  conv2dWeightGrad,
  packedConv2dForward,
  packedConv2dAtifPoolForward,
  packedConv2dWeightGrad,
  packedLinearForward,
  packedLinearWeightGrad,
  maxPool2dForward,
  maxPool2dBackward,
  avgPool2dForward,
  avgPool2dBackward,
  batchNormStatistics,
  batchNormForward,
  batchNormBackward,
  batchNormEvalBackward,
  crossEntropyForward,
  crossEntropyBackward,
  atifForward,
  atifBackward,
  lifForward,
  lifBackward,
  unpackSpikes,
  packSpikes,
  countSpikes,
  repackSpikes,
  packedMaxPool2dForward,
  packedMaxPool2dBackward,
  packedAtifForward,
  packedAtifPoolForward,
  packedAtifPoolBackward,
  sgdStep,
  adamStep,
};
