/** Gradients of every operation against finite differences, in float32: relative error below 3e-3. */

import { readdirSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { gradcheck } from "../../src/autograd/gradcheck.js";
import { init } from "../../src/kernels/select.js";
import { batchNorm, batchStatistics } from "../../src/ops/batch-norm.js";
import { cat } from "../../src/ops/cat.js";
import { conv1d, conv2d } from "../../src/ops/convolution.js";
import { convTranspose2d } from "../../src/ops/conv-transpose.js";
import { crossEntropy } from "../../src/ops/cross-entropy.js";
import { max, maximum, min, minimum } from "../../src/ops/extremes.js";
import { abs, clamp, exp2, tanh } from "../../src/ops/functions.js";
import "../../src/ops/install.js";
import { layerNorm } from "../../src/ops/layer-norm.js";
import { linear } from "../../src/ops/matmul.js";
import { slice, split } from "../../src/ops/parts.js";
import { avgPool1d, avgPool2d, maxPool1d, maxPool2d } from "../../src/ops/pooling.js";
import { pow } from "../../src/ops/pow.js";
import { repeat, stack } from "../../src/ops/slice.js";
import { logSoftmax, softmax } from "../../src/ops/softmax.js";
import { operationTable, type OperationName } from "../../src/ops/table.js";
import { upsampleNearest } from "../../src/ops/upsample.js";
import { variance } from "../../src/ops/variance.js";
import { where } from "../../src/ops/where.js";
import "../../src/layers/rare/kinds.js";
import { Generator } from "../../src/random/generator.js";
import { sizeOf } from "../../src/shapes.js";
import { tensor, type Tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";

const TOLERANCE = 3e-3;

interface Sample {
  readonly name: string;
  readonly inputs: () => Tensor[];
  readonly fn: (...inputs: Tensor[]) => Tensor;
  readonly step?: number;
}

let random = new Generator(0);

/** A leaf of normal values. */
function leaf(...shape: number[]): Tensor {
  const values = Array.from({ length: sizeOf(shape) }, () => random.normal());
  return tensor(values, shape, { requiresGrad: true });
}

/** A leaf of values from low to high. */
function uniform(low: number, high: number, ...shape: number[]): Tensor {
  const values = Array.from({ length: sizeOf(shape) }, () => random.uniform(low, high));
  return tensor(values, shape, { requiresGrad: true });
}

/** A leaf of values a tenth apart, in random order, none near 0: no step of a finite difference reorders them. */
function apart(...shape: number[]): Tensor {
  const size = sizeOf(shape);
  const values = Array.from({ length: size }, (_, i) => 0.05 + 0.1 * (i - Math.floor(size / 2)));
  return tensor(random.shuffle(values), shape, { requiresGrad: true });
}

function constant(t: Tensor): Tensor {
  t.requiresGrad = false;
  return t;
}

const sample = (name: string, inputs: () => Tensor[], fn: Sample["fn"], step?: number): Sample => ({
  name,
  inputs,
  fn,
  ...(step === undefined ? {} : { step }),
});

/** The shapes that broadcasting must sum a gradient back over. */
const broadcasts: [string, number[], number[]][] = [
  ["equal shapes", [2, 3], [2, 3]],
  ["a row", [2, 3], [3]],
  ["a column", [2, 3], [2, 1]],
  ["both ways", [2, 1, 3], [4, 1]],
  ["a scalar on the left", [], [2, 2]],
  ["one element", [2, 2], [1]],
  ["one element of more axes", [3], [1, 1, 1]],
  ["outer product", [3, 1], [1, 4]],
];

const broadcastSamples = (
  apply: (a: Tensor, b: Tensor) => Tensor,
  second: (...shape: number[]) => Tensor = leaf,
): Sample[] => [
  ...broadcasts.map(([name, a, b]) =>
    sample(name, () => [leaf(...a), second(...b)], (x, y) => apply(x, y)),
  ),
  sample("left alone", () => [leaf(2, 3), constant(second(3))], (x, y) => apply(x, y)),
  sample("right alone", () => [constant(leaf(2, 3)), second(3)], (x, y) => apply(x, y)),
]; // prettier-ignore

const unary = (fn: Sample["fn"], input: () => Tensor = () => leaf(2, 3), step?: number): Sample[] => [
  sample("[2, 3]", () => [input()], fn, step),
];

const samples: { readonly [K in OperationName]: readonly Sample[] } = {
  add: [...broadcastSamples((a, b) => a.add(b)), ...unary((x) => x.add(2.5))],
  sub: [...broadcastSamples((a, b) => a.sub(b)), ...unary((x) => x.sub(2.5))],
  mul: [
    ...broadcastSamples((a, b) => a.mul(b)),
    ...unary((x) => x.mul(-2.5)),
    sample("a square", () => [leaf(5)], (x) => x.mul(x)),
  ],
  div: [
    ...broadcastSamples((a, b) => a.div(b), (...shape) => uniform(1, 2, ...shape)),
    ...unary((x) => x.div(-2.5)),
    sample("by itself", () => [uniform(1, 2, 4)], (x) => x.div(x.mul(x))),
  ],
  softmax: unary((x) => softmax(x)),
  logSoftmax: unary((x) => logSoftmax(x)),
  neg: unary((x) => x.neg()),
  exp: unary((x) => x.exp()),
  log: unary((x) => x.log(), () => uniform(0.5, 3, 2, 3)),
  sqrt: unary((x) => x.sqrt(), () => uniform(0.5, 3, 2, 3)),
  sigmoid: unary((x) => x.sigmoid()),
  relu: unary((x) => x.relu(), () => apart(3, 4)),
  abs: unary((x) => abs(x), () => apart(3, 4)),
  tanh: unary((x) => tanh(x)),
  exp2: unary((x) => exp2(x)),
  clamp: [
    ...unary((x) => clamp(x, { min: -0.2, max: 0.3 }), () => apart(3, 4)),
    ...unary((x) => clamp(x, { max: 0.1 }), () => apart(3, 4)),
  ],
  pow: [
    ...broadcastSamples((a, b) => pow(a.mul(a).add(0.5), b)),
    ...unary((x) => pow(x, 3)),
    ...unary((x) => pow(x, -1.5), () => uniform(0.5, 2, 5)),
    ...unary((x) => pow(x, 0).add(x)),
  ],
  where: [
    ...broadcastSamples((a, b) => where(tensor([1, 0], [2, 1, 1, 1]), a, b)),
    sample("the condition is broadcast, or the rest", () => [leaf(3), leaf(2, 1)], (a, b) => where(tensor([1, 0, 1], [3]), a, b)),
    sample("numbers", () => [leaf(2, 2)], (a) => where(tensor([1, 0, 0, 2], [2, 2]), a, 3).add(where(tensor([0], []), 2, a))),
  ],
  max: [
    sample("all", () => [apart(2, 3)], (x) => max(x)),
    ...[0, 1, -1].map((axis) => sample(`axis ${axis}`, () => [apart(2, 3, 2)], (x) => max(x, axis))),
  ],
  min: [
    sample("all", () => [apart(2, 3)], (x) => min(x)),
    ...[0, 1, -1].map((axis) => sample(`axis ${axis}`, () => [apart(2, 3, 2)], (x) => min(x, axis))),
  ],
  maximum: [
    sample("two", () => [apart(3, 4), constant(apart(4))], (a, b) => maximum(a, b.mul(1.3))),
    sample("both broadcast", () => [apart(3, 1), apart(1, 4)], (a, b) => maximum(a, b.mul(1.3))),
    sample("a number", () => [apart(5)], (a) => maximum(a, 0.1)),
  ],
  minimum: [
    sample("both broadcast", () => [apart(3, 1), apart(1, 4)], (a, b) => minimum(a, b.mul(1.3))),
    sample("a number", () => [apart(5)], (a) => minimum(a, 0.1)),
  ],
  variance: [
    sample("all", () => [leaf(2, 3)], (x) => variance(x)),
    sample("of the population", () => [leaf(2, 3)], (x) => variance(x, undefined, { correction: 0 })),
    ...[0, 1, -1].map((axis) => sample(`axis ${axis}`, () => [leaf(2, 3, 2)], (x) => variance(x, axis))),
  ],
  cat: [
    sample("axis 0", () => [leaf(2, 3), leaf(1, 3)], (a, b) => cat([a, b])),
    sample("channels, one twice", () => [leaf(2, 2, 3), leaf(2, 2, 1)], (a, b) => cat([a, b, a], -1)),
    sample("some alone", () => [constant(leaf(2, 2)), leaf(2, 1)], (a, b) => cat([a, b], 1)),
  ],
  slice: [
    sample("in the middle", () => [leaf(4, 3)], (x) => slice(x, 1, 3)),
    sample("from the end, of channels", () => [leaf(2, 5)], (x) => slice(x, -3, -1, -1)),
    sample("two that overlap", () => [leaf(5)], (x) => slice(x, 0, 3).mul(slice(x, 1, 4))),
  ],
  split: [
    sample("equal parts and a rest", () => [leaf(5, 2)], (x) => split(x, 2).map((part, i) => part.mul(i + 1).sum()).reduce((a, b) => a.mul(b))),
    sample("of channels, joined the other way", () => [leaf(2, 5)], (x) => cat(split(x, [2, 3], -1).reverse(), -1)),
    sample("one of them", () => [leaf(5)], (x) => split(x, [2, 3])[1]),
  ],
  matmul: [
    sample("[2, 3] [3, 4]", () => [leaf(2, 3), leaf(3, 4)], (a, b) => a.matmul(b)),
    sample("left alone", () => [leaf(2, 3), constant(leaf(3, 4))], (a, b) => a.matmul(b)),
    sample("right alone", () => [constant(leaf(2, 3)), leaf(3, 4)], (a, b) => a.matmul(b)),
    sample("a vector as a row", () => [leaf(1, 5), leaf(5, 1)], (a, b) => a.matmul(b)),
    sample("a matrix by itself", () => [leaf(3, 3)], (a) => a.matmul(a)),
  ],
  linear: [
    sample("[5, 3] and a bias", () => [leaf(5, 3), leaf(3, 2), leaf(2)], (x, w, b) => linear(x, w, b)),
    sample("without a bias", () => [leaf(5, 3), leaf(3, 2)], (x, w) => linear(x, w, null)),
    sample("[T, N, in]", () => [leaf(2, 3, 4), leaf(4, 2), leaf(2)], (x, w, b) => linear(x, w, b)),
    sample("one row without an axis", () => [leaf(4), leaf(4, 2), leaf(2)], (x, w, b) => linear(x, w, b)),
    sample("weights alone", () => [constant(leaf(5, 3)), leaf(3, 2), leaf(2)], (x, w, b) => linear(x, w, b)),
    sample("the bias alone", () => [constant(leaf(5, 3)), constant(leaf(3, 2)), leaf(2)], (x, w, b) => linear(x, w, b)),
  ],
  sum: [
    sample("all", () => [leaf(2, 3, 2)], (x) => x.sum()),
    sample("a scalar", () => [leaf()], (x) => x.sum()),
    ...[0, 1, 2, -1].map((axis) => sample(`axis ${axis}`, () => [leaf(2, 3, 2)], (x) => x.sum(axis))),
  ],
  mean: [
    sample("all", () => [leaf(2, 3, 2)], (x) => x.mean()),
    ...[0, 1, -1].map((axis) => sample(`axis ${axis}`, () => [leaf(2, 3, 2)], (x) => x.mean(axis))),
  ],
  reshape: [
    sample("[2, 6] to [3, 4]", () => [leaf(2, 6)], (x) => x.reshape([3, -1])),
    sample("used twice", () => [leaf(6)], (x) => x.reshape([2, 3]).mul(x.reshape([2, 3]))),
  ],
  permute: [
    sample("transpose", () => [leaf(2, 3)], (x) => x.permute([1, 0])),
    sample("three axes", () => [leaf(2, 3, 4)], (x) => x.permute([2, 0, 1])),
    sample("four axes, twice", () => [leaf(2, 3, 2, 2)], (x) => x.permute([3, 1, 0, 2]).permute([1, 3, 2, 0])),
  ],
  at: [
    sample("one slice", () => [leaf(3, 4)], (x) => x.at(1)),
    sample("from the end", () => [leaf(3, 4)], (x) => x.at(-1)),
    sample("of a vector", () => [leaf(3)], (x) => x.at(2)),
    sample("slices that meet again", () => [leaf(3, 4)], (x) => x.at(0).mul(x.at(2)).add(x.at(0))),
    sample("a slice of a slice", () => [leaf(2, 3, 4)], (x) => x.at(1).at(2)),
  ],
  stack: [
    sample("three", () => [leaf(2, 2), leaf(2, 2), leaf(2, 2)], (...all) => stack(all)),
    sample("one twice", () => [leaf(3), leaf(3)], (a, b) => stack([a, b, a])),
    sample("scalars", () => [leaf(), leaf()], (a, b) => stack([a, b])),
    sample("some alone", () => [constant(leaf(3)), leaf(3)], (a, b) => stack([a, b])),
  ],
  repeat: [sample("4 times", () => [leaf(2, 3)], (x) => repeat(x, 4)), sample("once", () => [leaf(2)], (x) => repeat(x, 1))],
  conv1d: [
    sample("plain", () => [leaf(2, 6, 3), leaf(3, 3, 2), leaf(2)], (x, w, b) => conv1d(x, w, b)),
    sample("stride 2, padding 1", () => [leaf(2, 7, 2), leaf(3, 2, 4)], (x, w) => conv1d(x, w, null, { stride: 2, padding: 1 })),
    sample("dilated", () => [leaf(1, 9, 2), leaf(3, 2, 2)], (x, w) => conv1d(x, w, null, { dilation: 3, stride: 2, padding: 2 })),
    sample("depthwise", () => [leaf(1, 5, 4), leaf(3, 1, 4)], (x, w) => conv1d(x, w, null, { groups: 4, padding: 1 })),
  ],
  conv2d: [
    sample("plain", () => [leaf(2, 4, 5, 2), leaf(3, 2, 2, 3), leaf(3)], (x, w, b) => conv2d(x, w, b)),
    sample("same padding", () => [leaf(1, 4, 4, 3), leaf(3, 3, 3, 2)], (x, w) => conv2d(x, w, null, { padding: 1 })),
    sample("stride 2", () => [leaf(1, 5, 6, 2), leaf(3, 3, 2, 2)], (x, w) => conv2d(x, w, null, { stride: 2, padding: 1 })),
    sample("two strides, two paddings", () => [leaf(1, 5, 4, 1), leaf(2, 3, 1, 2)], (x, w) => conv2d(x, w, null, { stride: [1, 2], padding: [0, 2] })),
    sample("two groups", () => [leaf(1, 4, 4, 4), leaf(2, 2, 2, 6)], (x, w) => conv2d(x, w, null, { groups: 2 })),
    sample("depthwise", () => [leaf(2, 4, 4, 3), leaf(3, 3, 1, 3), leaf(3)], (x, w, b) => conv2d(x, w, b, { groups: 3, padding: 1 })),
    sample("depthwise, two outputs a channel", () => [leaf(1, 4, 4, 2), leaf(2, 2, 1, 4)], (x, w) => conv2d(x, w, null, { groups: 2, stride: 2 })),
    sample("dilated", () => [leaf(1, 6, 5, 2), leaf(3, 2, 2, 3), leaf(3)], (x, w, b) => conv2d(x, w, b, { dilation: [2, 3], padding: 1 })),
    sample("dilated, with strides and groups", () => [leaf(2, 7, 8, 2), leaf(2, 2, 1, 4)], (x, w) => conv2d(x, w, null, { dilation: [4, 3], stride: [2, 3], groups: 2, padding: [0, 2] })),
    sample("1 x 1", () => [leaf(2, 2, 2, 3), leaf(1, 1, 3, 4)], (x, w) => conv2d(x, w, null)),
    sample("weights alone", () => [constant(leaf(1, 4, 4, 2)), leaf(3, 3, 2, 2), leaf(2)], (x, w, b) => conv2d(x, w, b)),
    sample("input alone", () => [leaf(1, 4, 4, 2), constant(leaf(3, 3, 2, 2))], (x, w) => conv2d(x, w, null)),
  ],
  convTranspose2d: [
    sample("plain", () => [leaf(2, 3, 2, 2), leaf(2, 3, 3, 2), leaf(3)], (x, w, b) => convTranspose2d(x, w, b)),
    sample("stride, padding and more", () => [leaf(1, 3, 3, 2), leaf(3, 3, 1, 2)], (x, w) => convTranspose2d(x, w, null, { stride: [2, 3], padding: 1, outputPadding: [1, 2] })),
    sample("groups", () => [leaf(1, 2, 3, 4), leaf(2, 2, 1, 4)], (x, w) => convTranspose2d(x, w, null, { groups: 2, stride: 2 })),
    sample("dilated", () => [leaf(1, 3, 2, 2), leaf(2, 3, 1, 2), leaf(1)], (x, w, b) => convTranspose2d(x, w, b, { dilation: [3, 2], stride: [2, 1] })),
  ],
  layerNorm: [
    sample("[3]", () => [leaf(2, 2, 3), leaf(3), leaf(3)], (x, w, b) => layerNorm(x, [3], w, b, 1e-5)),
    sample("two axes, without numbers", () => [leaf(2, 2, 3)], (x) => layerNorm(x, [2, 3], null, null, 1e-2)),
    sample("weights alone", () => [constant(leaf(4, 3)), leaf(3)], (x, w) => layerNorm(x, [3], w, null, 1e-5)),
    sample("a bias alone", () => [leaf(4, 3), leaf(3)], (x, b) => layerNorm(x, [3], null, b, 1e-5)),
  ],
  upsampleNearest: [sample("[2, 3]", () => [leaf(2, 2, 3, 2)], (x) => upsampleNearest(x, [2, 3]))],
  maxPool1d: [
    sample("2", () => [apart(2, 6, 2)], (x) => maxPool1d(x, 2)),
    sample("3, stride 1, padding 1", () => [apart(1, 5, 2)], (x) => maxPool1d(x, 3, { stride: 1, padding: 1 })),
  ],
  maxPool2d: [
    sample("2", () => [apart(2, 4, 4, 2)], (x) => maxPool2d(x, 2)),
    sample("a rest that is dropped", () => [apart(1, 5, 3, 2)], (x) => maxPool2d(x, 2)),
    sample("overlapping", () => [apart(1, 5, 5, 1)], (x) => maxPool2d(x, 3, { stride: 1 })),
    sample("[3, 2], stride [2, 1], padding [1, 0]", () => [apart(1, 6, 4, 2)], (x) => maxPool2d(x, [3, 2], { stride: [2, 1], padding: [1, 0] })),
  ],
  avgPool1d: [
    sample("2", () => [leaf(2, 6, 2)], (x) => avgPool1d(x, 2)),
    sample("3, stride 1, padding 1", () => [leaf(1, 5, 2)], (x) => avgPool1d(x, 3, { stride: 1, padding: 1 })),
  ],
  avgPool2d: [
    sample("2", () => [leaf(2, 4, 4, 2)], (x) => avgPool2d(x, 2)),
    sample("a rest that is dropped", () => [leaf(1, 5, 3, 2)], (x) => avgPool2d(x, 2)),
    sample("[3, 2], stride [2, 1], padding [1, 1]", () => [leaf(1, 6, 4, 2)], (x) => avgPool2d(x, [3, 2], { stride: [2, 1], padding: [1, 1] })),
  ],
  batchNorm: [
    sample("training: through the statistics", () => [leaf(6, 3), leaf(3), leaf(3)], (x, gamma, beta) =>
      batchNorm(x, batchStatistics(x), gamma, beta, 1e-5, true)),
    sample("training, [N, H, W, C]", () => [leaf(2, 2, 3, 2), leaf(2), leaf(2)], (x, gamma, beta) =>
      batchNorm(x, batchStatistics(x), gamma, beta, 1e-3, true)),
    sample("evaluation: constant statistics", () => [leaf(4, 3), leaf(3), leaf(3)], (x, gamma, beta) =>
      batchNorm(x, { mean: tensor([0.1, -0.2, 0.3], [3]), variance: tensor([0.5, 1.5, 1], [3]) }, gamma, beta, 1e-5, false)),
  ],
  crossEntropy: [
    sample("4 rows of 3", () => [leaf(4, 3)], (x) => crossEntropy(x, [0, 2, 1, 2])),
    sample("one row, scaled", () => [leaf(1, 5)], (x) => crossEntropy(x, Int32Array.of(3)).mul(2)),
    sample("a mean over time first", () => [leaf(3, 2, 4)], (x) => crossEntropy(x.mean(0), [1, 3])),
  ],
}; // prettier-ignore

/** What src/ops exports beside the table: not differentiable, or part of another operation. */
const otherExports = [
  "alongAxis", "argmax", "asTensor", "batchNormAffine", "batchStatistics", "broadcastTo", "commonShape", "conv2dAffine",
  "copyPart", "countNonZero", "dilatedConvolution", "dilatedPlan", "dropHeight", "eachOf", "flat", "heaviside", "installDilation",
  "layerNormRowsOf", "mapOf", "phasesOf", "sigmoidSurrogateGradient", "sumTo", "transposedLength",
  "withPlan",
]; // prettier-ignore

describeBackends("gradients by finite differences", (backend) => {
  beforeAll(() => init({ backend }));

  for (const operation of Object.keys(operationTable) as OperationName[]) {
    describe(operation, () => {
      it.each(samples[operation].map((each) => [each.name, each] as const))(
        "%s",
        (_, { inputs, fn, step }) => {
          random = new Generator(17);
          const { ok, worst } = gradcheck(fn, inputs(), {
            tolerance: TOLERANCE,
            ...(step === undefined ? {} : { step }),
          });
          expect(ok, JSON.stringify(worst)).toBe(true);
          // something was compared
          expect(worst.input).toBeGreaterThanOrEqual(0);
        },
      );
    });
  }
});

describe("the table of operations", () => {
  it("lists every operation that src/ops exports", async () => {
    const folder = new URL("../../src/ops/", import.meta.url);
    const files = readdirSync(folder).filter((file) => file.endsWith(".ts") && file !== "table.ts");
    const exported = new Set<string>();
    for (const file of files) {
      const module = (await import(new URL(file, folder).href)) as Record<string, unknown>;
      for (const [name, value] of Object.entries(module)) if (typeof value === "function") exported.add(name);
    }
    expect([...exported].sort()).toEqual([...Object.keys(operationTable), ...otherExports].sort());
  });
});
