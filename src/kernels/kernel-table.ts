/**
 * Every kernel of the contract: how many arguments it takes, and whether running a network needs it or only training one.
 * A kernel that stands in no list or in both, or has a wrong number, does not compile. kernels/build.mjs reads the lists.
 */

import type { KernelName, Kernels } from "./contract.js";

type ArgumentCounts<Names extends KernelName> = {
  readonly [Name in Names]: Parameters<Kernels[Name]>["length"];
};

/** What computes gradients, takes statistics of a batch or moves parameters: initInference() does without. */
export const trainingKernels = {
  addScaled: 4,
  exponentialAverage: 5,
  sigmoidSurrogateBackward: 5,
  conv2dInputGrad: 15,
  conv2dWeightGrad: 15,
  packedConv2dWeightGrad: 15,
  packedLinearWeightGrad: 7,
  maxPool2dBackward: 9,
  avgPool2dBackward: 12,
  batchNormStatistics: 5,
  batchNormBackward: 11,
  batchNormEvalBackward: 11,
  crossEntropyBackward: 6,
  atifBackward: 13,
  lifBackward: 15,
  packedMaxPool2dBackward: 13,
  packedAtifPoolBackward: 20,
  sgdStep: 10,
  adamStep: 13,
} as const satisfies Partial<ArgumentCounts<KernelName>>;

/** What running a network takes, and measuring how well it does. */
export const forwardKernels: ArgumentCounts<Exclude<KernelName, keyof typeof trainingKernels>> = {
  fill: 3,
  add: 4,
  subtract: 4,
  multiply: 4,
  divide: 4,
  copyStrided: 3,
  negate: 3,
  exp: 3,
  log: 3,
  sqrt: 3,
  sigmoid: 3,
  relu: 3,
  heaviside: 3,
  sum: 5,
  argmax: 4,
  countNonZero: 3,
  gemm: 9,
  conv2dForward: 16,
  packedConv2dForward: 18,
  packedConv2dAtifPoolForward: 24,
  packedLinearForward: 8,
  maxPool2dForward: 13,
  avgPool2dForward: 12,
  batchNormForward: 9,
  crossEntropyForward: 6,
  atifForward: 10,
  lifForward: 11,
  unpackSpikes: 5,
  packSpikes: 4,
  countSpikes: 3,
  repackSpikes: 5,
  packedMaxPool2dForward: 12,
  packedAtifForward: 12,
  packedAtifPoolForward: 15,
};
