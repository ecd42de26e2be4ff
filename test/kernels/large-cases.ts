/** One call of every kernel that makes many chunks (kernels/c/parallel.h), for what must not depend on threads. */

import type { KernelName } from "../../src/kernels/contract.js";
import { packedWords } from "../../src/kernels/reference/packed-spikes.js";
import { referenceKernels } from "../../src/kernels/reference/kernels.js";
import type { Generator } from "../../src/random/generator.js";
import type { Arrays } from "../contract/arguments.js";
import { type Case, type FloatArgument, type IntArgument } from "../contract/arguments.js";
import { normals, spikes, uniforms } from "../contract/values.js";

type Make<Name extends KernelName> = (random: Generator, arrays: Arrays) => Case<Name>["args"];

/** Elements of a flat array: ten chunks and a part. */
const N = 340_001;

type Unary = "negate" | "exp" | "log" | "sqrt" | "sigmoid" | "relu" | "heaviside";
const unary: Make<Unary> = (random, arrays) => [
  arrays.output("y", N),
  arrays.input("x", uniforms(random, N, -3, 9)),
  N,
];

/** [400, 850] and a row that repeats. */
const binary: Make<"add"> = (random, arrays) => [
  arrays.output("y", 400 * 850),
  arrays.input("a", normals(random, 400 * 850)),
  arrays.input("b", normals(random, 850)),
  arrays.indices("plan", [2, 400, 850, 850, 1, 0, 1]),
];

/** 3 x 3 over images [24, 28, 28, 16], to 32 channels. */
const IMAGES = [24, 28, 28, 16] as const;
const SIZES = [...IMAGES, 32, 3, 3, 1, 1, 1, 1] as const;
const PIXELS = 24 * 28 * 28;

function convolution(
  random: Generator,
  arrays: Arrays,
): { x: FloatArgument; dy: FloatArgument; w: FloatArgument } {
  return {
    x: arrays.input("x", normals(random, PIXELS * 16)),
    dy: arrays.input("dy", normals(random, PIXELS * 32)),
    w: arrays.input("w", normals(random, 9 * 16 * 32)),
  };
}

function packed(random: Generator, arrays: Arrays, rows: number, C: number): IntArgument {
  const bits = new Int32Array(rows * packedWords(C));
  referenceKernels.packSpikes(bits, spikes(random, rows * C), rows, C);
  return arrays.indices("bits", bits);
}

/** Windows of 2 x 2. */
const POOL = [...IMAGES, 2, 2, 2, 2, 0, 0] as const;
const POOLED = 24 * 14 * 14 * 16;

const ROWS = 20_000;
const CHANNELS = 32;

function normalisation(random: Generator, arrays: Arrays, inputs: readonly string[]): FloatArgument[] {
  return inputs.map((name) => {
    const n = name === "x" || name === "dy" ? ROWS * CHANNELS : CHANNELS;
    return arrays.input(name, name === "variance" ? uniforms(random, n, 0.5, 2) : normals(random, n));
  });
}

function normalisationGrad(random: Generator, arrays: Arrays): Case<"batchNormBackward">["args"] {
  const [dy, x, mean, variance, gamma] = normalisation(random, arrays, [
    "dy",
    "x",
    "mean",
    "variance",
    "gamma",
  ]);
  const outputs = [
    arrays.output("dx", ROWS * CHANNELS),
    arrays.output("dgamma", CHANNELS),
    arrays.output("dbeta", CHANNELS),
  ] as const;
  return [...outputs, dy, x, mean, variance, gamma, ROWS, CHANNELS, 1e-5];
}

function labels(arrays: Arrays): IntArgument {
  return arrays.indices(
    "labels",
    Array.from({ length: ROWS }, (_, i) => i % 10),
  );
}

/** Neurons and steps. */
const T = 4;
const n = 90_001;

function neurons(
  random: Generator,
  arrays: Arrays,
): { [Name in "v" | "x" | "gy" | "dv" | "one"]: FloatArgument } {
  return {
    v: arrays.inPlace("v", normals(random, n)),
    x: arrays.input("x", normals(random, T * n)),
    gy: arrays.input("gy", normals(random, T * n)),
    dv: arrays.inPlace("dv", normals(random, n)),
    one: arrays.input("parameter", Float32Array.of(0.9)),
  };
}

export const largeCases: { readonly [Name in KernelName]: Make<Name> } = {
  fill: (_, arrays) => [arrays.output("y", N), 0.1, N],
  add: binary,
  subtract: binary,
  multiply: binary,
  divide: binary,
  copyStrided: (random, arrays) => [
    arrays.output("y", 400 * 850),
    arrays.input("x", normals(random, 400 * 850)),
    arrays.indices("plan", [2, 850, 400, 1, 850]),
  ],
  addScaled: (random, arrays) => [
    arrays.inPlace("y", normals(random, N)),
    arrays.input("x", normals(random, N)),
    0.3,
    N,
  ],
  exponentialAverage: (random, arrays) => [
    arrays.inPlace("y", normals(random, N)),
    arrays.input("x", normals(random, N)),
    0.1,
    0.3,
    N,
  ],
  negate: unary,
  exp: unary,
  log: unary,
  sqrt: unary,
  sigmoid: unary,
  relu: unary,
  heaviside: unary,
  sigmoidSurrogateBackward: (random, arrays) => [
    arrays.output("dx", N),
    arrays.input("g", normals(random, N)),
    arrays.input("x", normals(random, N)),
    2,
    N,
  ],
  sum: (random, arrays) => [
    arrays.output("y", 3 * 20),
    arrays.input("x", normals(random, 3 * 20_000 * 20)),
    ...([3, 20_000, 20] as const),
  ],
  argmax: (random, arrays) => [
    arrays.indexOutput("index", ROWS),
    arrays.input("x", normals(random, ROWS * 17)),
    ROWS,
    17,
  ],
  countNonZero: (random, arrays) => [arrays.indexOutput("count", 1), arrays.input("x", spikes(random, N)), N],
  gemm: (random, arrays) => [
    arrays.output("c", 300 * 260),
    arrays.input("a", normals(random, 300 * 700)),
    arrays.input("b", normals(random, 700 * 260)),
    ...([300, 260, 700, false, false, false] as const),
  ],
  conv2dForward: (random, arrays) => {
    const { x, w } = convolution(random, arrays);
    return [arrays.output("y", PIXELS * 32), x, w, null, ...SIZES, 1];
  },
  conv2dInputGrad: (random, arrays) => {
    const { dy, w } = convolution(random, arrays);
    return [arrays.output("dx", PIXELS * 16), dy, w, ...SIZES, 1];
  },
  conv2dWeightGrad: (random, arrays) => {
    const { dy, x } = convolution(random, arrays);
    return [arrays.output("dw", 9 * 16 * 32), dy, x, ...SIZES, 1];
  },
  packedConv2dForward: (random, arrays) => {
    const { w } = convolution(random, arrays);
    const bits = packed(random, arrays, PIXELS, 16);
    return [arrays.output("y", PIXELS * 32), bits, w, null, null, null, 0.9, ...SIZES];
  },
  packedConv2dWeightGrad: (random, arrays) => {
    const { dy } = convolution(random, arrays);
    return [arrays.output("dw", 9 * 16 * 32), dy, packed(random, arrays, PIXELS, 16), 0.9, ...SIZES];
  },
  packedLinearForward: (random, arrays) => [
    arrays.output("y", 700 * 130),
    packed(random, arrays, 700, 500),
    arrays.input("w", normals(random, 500 * 130)),
    null,
    ...([0.9, 700, 500, 130] as const),
  ],
  packedLinearWeightGrad: (random, arrays) => [
    arrays.output("dw", 500 * 130),
    arrays.input("dy", normals(random, 700 * 130)),
    packed(random, arrays, 700, 500),
    ...([0.9, 700, 500, 130] as const),
  ],
  maxPool2dForward: (random, arrays) => [
    arrays.output("y", POOLED),
    arrays.indexOutput("index", POOLED),
    arrays.input("x", normals(random, PIXELS * 16)),
    ...POOL,
  ],
  maxPool2dBackward: (random, arrays) => [
    arrays.output("dx", PIXELS * 16),
    arrays.input("dy", normals(random, POOLED)),
    arrays.indices(
      "index",
      Array.from({ length: POOLED }, () => random.integer(28 * 28)),
    ),
    ...([...IMAGES, 14, 14] as const),
  ],
  avgPool2dForward: (random, arrays) => [
    arrays.output("y", POOLED),
    arrays.input("x", normals(random, PIXELS * 16)),
    ...POOL,
  ],
  avgPool2dBackward: (random, arrays) => [
    arrays.output("dx", PIXELS * 16),
    arrays.input("dy", normals(random, POOLED)),
    ...POOL,
  ],
  batchNormStatistics: (random, arrays) => {
    const [x] = normalisation(random, arrays, ["x"]);
    return [arrays.output("mean", CHANNELS), arrays.output("variance", CHANNELS), x, ROWS, CHANNELS];
  },
  batchNormForward: (random, arrays) => {
    const names = ["x", "mean", "variance", "gamma", "beta"];
    const [x, mean, variance, gamma, beta] = normalisation(random, arrays, names);
    return [arrays.output("y", ROWS * CHANNELS), x, mean, variance, gamma, beta, ROWS, CHANNELS, 1e-5];
  },
  batchNormBackward: normalisationGrad,
  batchNormEvalBackward: normalisationGrad,
  crossEntropyForward: (random, arrays) => [
    arrays.output("loss", 1),
    arrays.output("probability", ROWS * 10),
    arrays.input("logits", normals(random, ROWS * 10, 3)),
    labels(arrays),
    ROWS,
    10,
  ],
  crossEntropyBackward: (random, arrays) => [
    arrays.output("dx", ROWS * 10),
    arrays.input("g", Float32Array.of(0.7)),
    arrays.input("probability", uniforms(random, ROWS * 10, 0, 1)),
    labels(arrays),
    ROWS,
    10,
  ],
  atifForward: (random, arrays) => {
    const { x, one } = neurons(random, arrays);
    const outputs = [arrays.output("y", T * n), arrays.output("v", n), arrays.output("vSeq", T * n)] as const;
    return [...outputs, x, arrays.input("v0", normals(random, n)), one, T, n, true, false];
  },
  atifBackward: (random, arrays) => {
    const { dv, gy, x, one } = neurons(random, arrays);
    const outputs = [arrays.output("dx", T * n), dv, arrays.output("dtheta", 1)] as const;
    return [...outputs, gy, x, null, one, T, n, 2, true, false, false];
  },
  lifForward: (random, arrays) => {
    const { v, x, one } = neurons(random, arrays);
    return [arrays.output("y", T * n), v, arrays.output("vSeq", T * n), x, one, T, n, 3, 1, 0, true];
  },
  lifBackward: (random, arrays) => {
    const { dv, gy, x, one } = neurons(random, arrays);
    const outputs = [arrays.output("dx", T * n), dv, arrays.output("dleak", 1)] as const;
    return [...outputs, gy, x, null, one, T, n, 3, 1, 0, true, 2, false];
  },
  unpackSpikes: (random, arrays) => [
    arrays.output("y", ROWS * 17),
    packed(random, arrays, ROWS, 17),
    0.9,
    ROWS,
    17,
  ],
  packSpikes: (random, arrays) => [
    arrays.indexOutput("bits", ROWS),
    arrays.input("x", spikes(random, ROWS * 17)),
    ROWS,
    17,
  ],
  countSpikes: (random, arrays) => [
    arrays.indexOutput("count", 1),
    arrays.indices(
      "bits",
      Array.from({ length: N }, () => random.uint32() | 0),
    ),
    N,
  ],
  repackSpikes: (random, arrays) => [
    arrays.indexOutput("out", 400 * packedWords(100 * 17)),
    packed(random, arrays, 400 * 100, 17),
    ...([400, 100, 17] as const),
  ],
  packedMaxPool2dForward: (random, arrays) => [
    arrays.indexOutput("out", 24 * 14 * 14),
    packed(random, arrays, PIXELS, 16),
    ...POOL,
  ],
  packedMaxPool2dBackward: (random, arrays) => [
    arrays.output("dx", PIXELS * 16),
    arrays.input("dy", normals(random, POOLED)),
    packed(random, arrays, PIXELS, 16),
    ...POOL,
  ],
  packedAtifForward: (random, arrays) => {
    const [rows, C] = [4_000, 21];
    return [
      arrays.indexOutput("bits", T * rows),
      arrays.output("v", rows * C),
      arrays.output("vSeq", T * rows * C),
      arrays.input("x", normals(random, T * rows * C)),
      arrays.input("v0", normals(random, rows * C)),
      arrays.input("scale", normals(random, C)),
      arrays.input("shift", normals(random, C)),
      arrays.input("theta", Float32Array.of(0.9)),
      ...([T, rows, C, false] as const),
    ];
  },
  packedConv2dAtifPoolForward: (random, arrays) => [
    arrays.indexOutput("out", 3 * 8 * 14 * 14 * 2),
    arrays.output("v", 8 * 28 * 28 * 41),
    packed(random, arrays, 24 * 28 * 28, 16),
    arrays.input("w", normals(random, 9 * 16 * 41)),
    null,
    arrays.input("normScale", normals(random, 41)),
    arrays.input("normShift", normals(random, 41)),
    null,
    arrays.input("theta", Float32Array.of(0.9)),
    ...([0.9, 3, 8, 28, 28, 16, 41, 3, 3, 1, 1, 1, 1, 2, 2] as const),
  ],
  packedAtifPoolForward: (random, arrays) => [
    arrays.indexOutput("bits", 4 * 6 * 14 * 14 * 2),
    arrays.output("v", 6 * 28 * 28 * 41),
    arrays.input("x", normals(random, 4 * 6 * 28 * 28 * 41)),
    arrays.input("normScale", normals(random, 41)),
    arrays.input("normShift", normals(random, 41)),
    null,
    arrays.input("theta", Float32Array.of(0.9)),
    ...([4, 6, 28, 28, 41, 2, 2, false] as const),
  ],
  packedAtifPoolBackward: (random, arrays) => [
    arrays.output("dx", 4 * 6 * 28 * 28 * 21),
    arrays.inPlace("dv", normals(random, 6 * 28 * 28 * 21)),
    arrays.output("dtheta", 1),
    arrays.input("gy", normals(random, 4 * 6 * 14 * 14 * 21)),
    arrays.input("x", normals(random, 4 * 6 * 28 * 28 * 21)),
    null,
    arrays.input("theta", Float32Array.of(0.9)),
    ...([4, 6, 28, 28, 21, 2, 2, 2, 2, 2, true, false, false] as const),
  ],
  sgdStep: (random, arrays) => [
    arrays.inPlace("p", normals(random, N)),
    arrays.inPlace("buffer", normals(random, N)),
    arrays.input("g", normals(random, N)),
    ...([N, 0.1, 0.9, 0, 1e-4, true, false] as const),
  ],
  adamStep: (random, arrays) => [
    arrays.inPlace("p", normals(random, N)),
    arrays.inPlace("m", normals(random, N)),
    arrays.inPlace("v", uniforms(random, N, 0, 1)),
    arrays.input("g", normals(random, N)),
    ...([N, 0.1, 0.9, 0.999, 1e-8, 1e-4, true, 0.3, 0.02] as const),
  ],
};
