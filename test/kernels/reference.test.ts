/** The reference kernels against values worked out by hand. The contract suite binds the other backends to them. */

import { describe, expect, it } from "vitest";
import { referenceKernels as k } from "../../src/kernels/reference/kernels.js";

const f = (...values: number[]): Float32Array => Float32Array.from(values);
const ints = (...values: number[]): Int32Array => Int32Array.from(values);
/** An array that a kernel is to overwrite. */
const blank = (n: number): Float32Array => new Float32Array(n).fill(NaN);

describe("elementwise", () => {
  it("fill, negate, sqrt", () => {
    const y = blank(3);
    k.fill(y, 2.5, 2);
    expect(y).toEqual(f(2.5, 2.5, NaN));
    k.negate(y, f(0, -0, Infinity), 3);
    expect(y).toEqual(f(-0, 0, -Infinity));
    k.sqrt(y, f(4, 2.25, -1), 3);
    expect(y).toEqual(f(2, 1.5, NaN));
  });

  it("relu gives +0 for -0 and keeps NaN; heaviside fires on both zeros and not on NaN", () => {
    const x = f(-1, -0, 0, 2, NaN, -Infinity);
    const y = blank(6);
    k.relu(y, x, 6);
    expect(y).toEqual(f(0, 0, 0, 2, NaN, 0));
    k.heaviside(y, x, 6);
    expect(y).toEqual(f(0, 1, 1, 1, 0, 0));
  });

  it("addScaled rounds the product before it adds", () => {
    const y = f(1, -1, 2 ** 24);
    // (1 + 2^-12)^2 = 1 + 2^-11 + 2^-24 rounds to 1 + 2^-11; a fused multiply-add would keep 2^-24
    k.addScaled(y, f(3, 1 + 2 ** -12, 0), 1 + 2 ** -12, 3);
    expect(y).toEqual(f(4 + 3 * 2 ** -12, 2 ** -11, 2 ** 24));
  });

  it("exponentialAverage", () => {
    const y = f(10);
    k.exponentialAverage(y, f(4), 0.25, 2, 1); // 0.75 * 10 + 0.25 * (4 * 2)
    expect(y).toEqual(f(9.5));
  });

  it("exponentialAverage rounds 1 - momentum once, from float64", () => {
    const y = f(1);
    k.exponentialAverage(y, f(0), 0.001, 1, 1);
    expect(y[0]).toBe(Math.fround(0.999)); // 1 - fround(0.001) would give 0.99900001287…
  });

  it("sigmoid and its surrogate gradient", () => {
    const y = blank(3);
    k.sigmoid(y, f(0, Infinity, -Infinity), 3);
    expect(y).toEqual(f(0.5, 1, 0));
    k.sigmoidSurrogateBackward(y, f(1, -2, 0), f(0, 0, 5), 4, 3); // s = 1/2: g * 1/4 * 4
    expect(y).toEqual(f(1, -2, 0));
    k.sigmoidSurrogateBackward(y, f(1, 1, 1), f(0.3, -0.2, 0), 4, 2); // observed in the PyTorch reference
    expect(y[0]).toBeCloseTo(0.7116, 4);
    expect(y[1]).toBeCloseTo(0.8556, 4);
  });
});

describe("broadcasting", () => {
  const a = f(1, 2, 3, 4, 5, 6); // [2, 3]

  it("of a row, a column and a scalar", () => {
    const y = blank(6);
    k.add(y, a, f(10, 20, 30), ints(2, 2, 3, 3, 1, 0, 1));
    expect(y).toEqual(f(11, 22, 33, 14, 25, 36));
    k.subtract(y, a, f(10, 20), ints(2, 2, 3, 3, 1, 1, 0));
    expect(y).toEqual(f(-9, -8, -7, -16, -15, -14));
    k.multiply(y, a, f(-2), ints(2, 2, 3, 3, 1, 0, 0));
    expect(y).toEqual(f(-2, -4, -6, -8, -10, -12));
    k.divide(y, f(12), a, ints(1, 6, 0, 1));
    expect(y).toEqual(f(12, 6, 4, 3, Math.fround(2.4), 2));
  });

  it("of both: a column and a row make a table", () => {
    const y = blank(6);
    k.multiply(y, f(1, 10), f(2, 3, 4), ints(2, 2, 3, 1, 0, 0, 1));
    expect(y).toEqual(f(2, 3, 4, 20, 30, 40));
  });

  it("copies a transpose and a slice", () => {
    const y = blank(6);
    k.copyStrided(y, a, ints(2, 3, 2, 1, 3));
    expect(y).toEqual(f(1, 4, 2, 5, 3, 6));
    const corner = blank(4);
    k.copyStrided(corner, a.subarray(1), ints(2, 2, 2, 3, 1));
    expect(corner).toEqual(f(2, 3, 5, 6));
  });
});

describe("reductions", () => {
  it("sum over the middle axis; over nothing it is 0", () => {
    const y = blank(4);
    k.sum(y, f(1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60), 2, 3, 2);
    expect(y).toEqual(f(9, 12, 90, 120));
    k.sum(y, f(), 2, 0, 2);
    expect(y).toEqual(f(0, 0, 0, 0));
  });

  it("argmax takes the first of equals, and NaN for the largest", () => {
    const index = ints(-1, -1, -1, -1, -1);
    k.argmax(index, f(1, 3, 3, NaN, 5, 9, 1, NaN, NaN, -0, 0, -1, -Infinity, -Infinity, -Infinity), 5, 3);
    expect(index).toEqual(ints(1, 0, 1, 0, 0));
  });

  it("countNonZero counts NaN and subnormals, and neither zero", () => {
    const count = ints(-1);
    k.countNonZero(count, f(0, -0, NaN, 1e-45, 2), 5);
    expect(count).toEqual(ints(3));
  });
});

describe("gemm", () => {
  // [1 2; 3 4] [5 6 7; 8 9 10] = [21 24 27; 47 54 61]
  const product = f(21, 24, 27, 47, 54, 61);
  const [a, aT] = [f(1, 2, 3, 4), f(1, 3, 2, 4)];
  const [b, bT] = [f(5, 6, 7, 8, 9, 10), f(5, 8, 6, 9, 7, 10)];

  it.each([
    ["NN", a, b, false, false],
    ["TN", aT, b, true, false],
    ["NT", a, bT, false, true],
    ["TT", aT, bT, true, true],
  ] as const)("%s", (_, left, right, transposeA, transposeB) => {
    const c = blank(6);
    k.gemm(c, left, right, 2, 3, 2, transposeA, transposeB, false);
    expect(c).toEqual(product);
  });

  it("accumulates, and with k = 0 leaves c or clears it", () => {
    const c = f(100, 100, 100, 100, 100, 100);
    k.gemm(c, a, b, 2, 3, 2, false, false, true);
    expect(c).toEqual(product.map((value) => value + 100));
    k.gemm(c, f(), f(), 2, 3, 0, false, false, true);
    expect(c[0]).toBe(121);
    k.gemm(c, f(), f(), 2, 3, 0, false, false, false);
    expect(c).toEqual(f(0, 0, 0, 0, 0, 0));
  });
});

describe("conv2d", () => {
  const x = f(1, 2, 3, 4, 5, 6, 7, 8, 9); // 3x3, one channel
  const w = f(1, 2, 3, 4); // 2x2

  it("forward, input gradient and weight gradient of 2x2 over 3x3", () => {
    const y = blank(4);
    k.conv2dForward(y, x, w, f(0.5), 1, 3, 3, 1, 1, 2, 2, 1, 1, 0, 0, 1);
    expect(y).toEqual(f(37.5, 47.5, 67.5, 77.5));
    const dx = blank(9);
    k.conv2dInputGrad(dx, f(1, 1, 1, 1), w, 1, 3, 3, 1, 1, 2, 2, 1, 1, 0, 0, 1);
    expect(dx).toEqual(f(1, 3, 2, 4, 10, 6, 3, 7, 4));
    const dw = blank(4);
    k.conv2dWeightGrad(dw, f(1, 1, 1, 1), x, 1, 3, 3, 1, 1, 2, 2, 1, 1, 0, 0, 1);
    expect(dw).toEqual(f(12, 16, 24, 28));
  });

  it("pads with zeros and strides: [0 1 2] [2 3 4] [4 5 0] with weights 1, 10, 100", () => {
    const y = blank(3);
    k.conv2dForward(y, f(1, 2, 3, 4, 5), f(1, 10, 100), null, 1, 1, 5, 1, 1, 1, 3, 1, 2, 0, 1, 1);
    expect(y).toEqual(f(210, 432, 54));
    const dx = blank(5);
    k.conv2dInputGrad(dx, f(1, 2, 3), f(1, 10, 100), 1, 1, 5, 1, 1, 1, 3, 1, 2, 0, 1, 1);
    expect(dx).toEqual(f(10, 102, 20, 203, 30));
    const dw = blank(3);
    k.conv2dWeightGrad(dw, f(1, 2, 3), f(1, 2, 3, 4, 5), 1, 1, 5, 1, 1, 1, 3, 1, 2, 0, 1, 1);
    expect(dw).toEqual(f(16, 22, 10)); // 2*2 + 3*4, 1 + 2*3 + 3*5, 2 + 2*4
  });

  it("mixes channels [Cin, Cout], and keeps groups apart", () => {
    const y = blank(3);
    k.conv2dForward(y, f(1, 10), f(1, 2, 3, 4, 5, 6), null, 1, 1, 1, 2, 3, 1, 1, 1, 1, 0, 0, 1);
    expect(y).toEqual(f(41, 52, 63));
    const depthwise = blank(4); // two channels with two outputs each
    k.conv2dForward(depthwise, f(1, 10), f(1, 2, 3, 4), null, 1, 1, 1, 2, 4, 1, 1, 1, 1, 0, 0, 2);
    expect(depthwise).toEqual(f(1, 2, 30, 40));
    const dx = blank(2);
    k.conv2dInputGrad(dx, f(1, 1, 1, 1), f(1, 2, 3, 4), 1, 1, 1, 2, 4, 1, 1, 1, 1, 0, 0, 2);
    expect(dx).toEqual(f(3, 7));
    const dw = blank(4);
    k.conv2dWeightGrad(dw, f(1, 2, 3, 4), f(1, 10), 1, 1, 1, 2, 4, 1, 1, 1, 1, 0, 0, 2);
    expect(dw).toEqual(f(1, 2, 30, 40));
  });
});

describe("pooling", () => {
  it("max of 2x2: value, index h * W + w, and the gradient to the chosen input", () => {
    const y = blank(2);
    const index = ints(-9, -9);
    k.maxPool2dForward(y, index, f(1, 5, 2, 2, 3, 4, 2, 8), 1, 2, 4, 1, 2, 2, 2, 2, 0, 0);
    expect(y).toEqual(f(5, 8));
    expect(index).toEqual(ints(1, 7));
    const dx = blank(8);
    k.maxPool2dBackward(dx, f(10, 20), index, 1, 2, 4, 1, 1, 2);
    expect(dx).toEqual(f(0, 10, 0, 0, 0, 0, 0, 20));
  });

  it("max takes the first of equals, never the padding, and NaN over numbers", () => {
    const y = blank(2);
    const index = ints(-9, -9);
    k.maxPool2dForward(y, index, f(-3, -1), 1, 1, 2, 1, 1, 3, 1, 1, 0, 1);
    expect(y).toEqual(f(-1, -1));
    expect(index).toEqual(ints(1, 1));
    const dx = blank(2);
    k.maxPool2dBackward(dx, f(1, 10), index, 1, 1, 2, 1, 1, 2);
    expect(dx).toEqual(f(0, 11));
    k.maxPool2dForward(y, index, f(7, 7, 7, 1, NaN, 9), 1, 1, 6, 1, 1, 3, 1, 3, 0, 0);
    expect(y).toEqual(f(7, NaN));
    expect(index).toEqual(ints(0, 4));
    k.maxPool2dForward(y, index, f(-Infinity, -Infinity), 1, 1, 2, 1, 1, 2, 1, 2, 0, 0);
    expect([y[0], index[0]]).toEqual([-Infinity, 0]);
  });

  it("drops what does not fill a window", () => {
    const y = blank(3);
    const index = ints(-9, -9, -9);
    k.maxPool2dForward(y, index, f(1, 2, 3, 4, 99), 1, 1, 5, 1, 1, 2, 1, 2, 0, 0);
    expect(y).toEqual(f(2, 4, NaN));
    const none = blank(1); // floor((1 - 2) / 2) + 1 = 0 windows
    k.avgPool2dForward(none, f(5), 1, 1, 1, 1, 1, 2, 1, 2, 0, 0);
    expect(none).toEqual(f(NaN));
  });

  it("average counts the padding as 0", () => {
    const y = blank(4);
    k.avgPool2dForward(y, f(4), 1, 1, 1, 1, 2, 2, 1, 1, 1, 1);
    expect(y).toEqual(f(1, 1, 1, 1));
    const dx = blank(1);
    k.avgPool2dBackward(dx, f(1, 2, 3, 6), 1, 1, 1, 1, 2, 2, 1, 1, 1, 1);
    expect(dx).toEqual(f(3));
  });

  it("average over channels kept apart", () => {
    const y = blank(2);
    k.avgPool2dForward(y, f(1, 10, 3, 30), 1, 1, 2, 2, 1, 2, 1, 2, 0, 0);
    expect(y).toEqual(f(2, 20));
    const dx = blank(4);
    k.avgPool2dBackward(dx, f(2, 8), 1, 1, 2, 2, 1, 2, 1, 2, 0, 0);
    expect(dx).toEqual(f(1, 4, 1, 4));
  });
});

describe("batch norm", () => {
  const x = f(1, 10, 1, 20, 3, 30, 3, 40); // [4, 2]

  it("mean and biased variance of each channel", () => {
    const [mean, variance] = [blank(2), blank(2)];
    k.batchNormStatistics(mean, variance, x, 4, 2);
    expect(mean).toEqual(f(2, 25));
    expect(variance).toEqual(f(1, 125));
  });

  it("is exact far from 0, where the mean of squares is not", () => {
    const [mean, variance] = [blank(1), blank(1)];
    k.batchNormStatistics(mean, variance, f(65535, 65537), 2, 1);
    expect([mean[0], variance[0]]).toEqual([65536, 1]);
  });

  it("forward: (x - mean) / sqrt(variance + eps) gamma + beta", () => {
    const y = blank(4);
    // deviations 2 and 4: exact in binary
    k.batchNormForward(y, f(5, 1, 1, 9), f(1, 1), f(3.75, 15.75), f(4, 8), f(-1, 0), 2, 2, 0.25);
    expect(y).toEqual(f(7, 0, -1, 16));
  });

  it("backward with and without the gradient of the statistics", () => {
    // one channel 1 1 3 3: mean 2, deviation 1, normal -1 -1 1 1; dbeta = 1, dgamma = -1
    const args = [f(1, 0, 0, 0), f(1, 1, 3, 3), f(2), f(1), f(2), 4, 1, 0] as const;
    const [dx, dgamma, dbeta] = [blank(4), blank(1), blank(1)];
    k.batchNormBackward(dx, dgamma, dbeta, ...args);
    expect(dx).toEqual(f(1, -1, 0, 0));
    expect([dgamma[0], dbeta[0]]).toEqual([-1, 1]);
    k.batchNormEvalBackward(dx, dgamma, dbeta, ...args);
    expect(dx).toEqual(f(2, 0, 0, 0));
    expect([dgamma[0], dbeta[0]]).toEqual([-1, 1]);
  });
});

describe("cross-entropy", () => {
  it("of logits 0 0 and 0 ln 3", () => {
    const loss = blank(1);
    const probability = blank(4);
    k.crossEntropyForward(loss, probability, f(0, 0, 0, Math.log(3)), ints(1, 0), 2, 2);
    expect(loss[0]).toBeCloseTo((Math.LN2 + Math.log(4)) / 2, 6);
    [0.5, 0.5, 0.25, 0.75].forEach((p, i) => expect(probability[i]).toBeCloseTo(p, 6));
    const dx = blank(4);
    k.crossEntropyBackward(dx, f(2), f(0.5, 0.5, 0.25, 0.75), ints(1, 0), 2, 2);
    expect(dx).toEqual(f(0.5, -0.5, -0.75, 0.75));
  });

  it("does not overflow", () => {
    const loss = blank(1);
    k.crossEntropyForward(loss, blank(2), f(1e30, 0), ints(0), 1, 2);
    expect(loss[0]).toBe(0);
    k.crossEntropyForward(loss, blank(2), f(1000, 0), ints(1), 1, 2);
    expect(loss[0]).toBe(1000);
  });
});

describe("optimizers", () => {
  it("SGD: decay, momentum, dampening, Nesterov", () => {
    const p = f(1);
    k.sgdStep(p, null, f(0.5), 1, 0.5, 0, 0, 0.5, false, true); // 1 - 0.5 (0.5 + 0.5)
    expect(p[0]).toBe(0.5);
    const buffer = blank(1);
    p[0] = 1;
    k.sgdStep(p, buffer, f(0.5), 1, 0.5, 0.5, 0.5, 0.5, false, true); // first: the buffer is g = 1
    expect([p[0], buffer[0]]).toEqual([0.5, 1]);
    k.sgdStep(p, buffer, f(0.5), 1, 0.5, 0.5, 0.5, 0.5, false, false); // g = 0.75; buffer 0.5 + 0.375
    expect([p[0], buffer[0]]).toEqual([0.0625, 0.875]);
    [p[0], buffer[0]] = [0.5, 1];
    k.sgdStep(p, buffer, f(0.5), 1, 0.5, 0.5, 0, 0.5, true, false); // buffer 0.5 + 0.75; step 0.75 + 0.625
    expect([p[0], buffer[0]]).toEqual([-0.1875, 1.25]);
  });

  it("Adam: L2 and decoupled decay", () => {
    // g = 2: m = 1, v = 1, denominator 1 / 0.5, step (0.25 / 0.5) 1 / 2
    const adam = (p: number, g: number, decay: number, decoupled: boolean): number[] => {
      const [P, m, v] = [f(p), f(0), f(0)];
      k.adamStep(P, m, v, f(g), 1, 0.25, 0.5, 0.75, 0, decay, decoupled, 0.5, 0.25);
      return [P[0], m[0], v[0]];
    };
    expect(adam(1, 2, 0, false)).toEqual([0.75, 1, 1]);
    expect(adam(1, 1, 1, false)).toEqual([0.75, 1, 1]);
    expect(adam(1, 2, 0.5, true)).toEqual([0.625, 1, 1]); // 1 (1 - 0.25 * 0.5) - 0.25
  });

  it("Adam takes 1 - beta2 from float64", () => {
    const v = f(0);
    k.adamStep(f(0), f(0), v, f(1), 1, 1e-3, 0.9, 0.999, 1e-8, 0, false, 0.1, 0.001);
    expect(v[0]).toBe(Math.fround(0.001)); // float32 1 - 0.999 is 0.00100004673
  });
});
