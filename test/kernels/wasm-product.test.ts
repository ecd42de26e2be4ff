/** The block sizes of kernels/c/product.h and the branches of gemm.c: shapes on both sides of every cut. */

import { describe, expect, it } from "vitest";
import { createReferenceBackend } from "../../src/kernels/reference/backend.js";
import { createWasmBackend } from "../../src/kernels/wasm/backend.js";
import { Generator } from "../../src/random/generator.js";

const { kernels, heap } = await createWasmBackend(1);
const reference = await createReferenceBackend(1);
const generator = new Generator(17);

function random(length: number): Float32Array {
  const array = heap.float32(length);
  for (let i = 0; i < length; i++) array[i] = generator.uniform(-1, 1);
  return array;
}

/** `length` floats between two that must not be written. */
function guarded(length: number): { whole: Float32Array; inner: Float32Array } {
  const whole = random(length + 2);
  whole[0] = 12345;
  whole[length + 1] = 54321;
  return { whole, inner: whole.subarray(1, length + 1) };
}

function expectGuards(whole: Float32Array): void {
  expect([whole[0], whole.at(-1)]).toEqual([12345, 54321]);
}

/** Sums of `depth` products of numbers in [-1, 1), in another order; one product more or less is off by far more. */
function expectClose(got: Float32Array, expected: Float32Array | Float64Array, depth: number): void {
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(got[i] - expected[i]);
    if (!(difference <= worst)) worst = difference;
  }
  expect(worst).toBeLessThanOrEqual(2 ** -24 * depth + 4e-6);
}

function checkGemm(m: number, n: number, k: number, transposeA: boolean, transposeB: boolean): void {
  const [a, b] = [random(m * k), random(k * n)];
  const { whole, inner: c } = guarded(m * n);
  const before = Float64Array.from(c);
  const product = new Float64Array(m * n);
  for (let i = 0; i < m; i++)
    for (let p = 0; p < k; p++) {
      const left = transposeA ? a[p * m + i] : a[i * k + p];
      for (let j = 0; j < n; j++) product[i * n + j] += left * (transposeB ? b[j * k + p] : b[p * n + j]);
    }
  kernels.gemm(c, a, b, m, n, k, transposeA, transposeB, false);
  expectClose(c, product, k);
  for (let i = 0; i < m * n; i++) c[i] = before[i];
  kernels.gemm(c, a, b, m, n, k, transposeA, transposeB, true);
  expectClose(
    c,
    product.map((value, i) => value + before[i]),
    k,
  );
  expectGuards(whole);
  for (const array of [a, b, whole]) heap.free(array);
}

const transposes = [
  [false, false],
  [false, true],
  [true, false],
  [true, true],
] as const;

describe.each(transposes)("gemm, transposeA %s, transposeB %s", (transposeA, transposeB) => {
  it.each([
    [1, 1, 1, "a single product"],
    [1, 37, 50, "a row"],
    [37, 1, 50, "a column"],
    [3, 70, 33, "few rows"],
    [4, 8, 5, "one tile"],
    [5, 9, 7, "a tile and a bit"],
    [7, 12, 3, "a narrow last panel"],
    [6, 13, 3, "a padded last panel"],
    [64, 128, 256, "one block"],
    [65, 129, 257, "a block and one more, each way"],
    [63, 127, 511, "a block less one"],
    [130, 20, 576, "three blocks of depth"],
    [9, 8, 2048, "a depth in two parts"],
    [11, 17, 4111, "a depth in parts that are not equal"],
    [20, 33, 0, "no depth"],
    [0, 5, 4, "no rows"],
    [5, 0, 4, "no columns"],
  ])("%i x %i x %i: %s", (m, n, k) => checkGemm(m, n, k, transposeA, transposeB));
});

describe("gemm beyond what is packed at once", () => {
  it("cuts a depth of 40000 for 32 columns", () => checkGemm(9, 32, 40_000, true, false));
  it("cuts 4100 columns", () => checkGemm(5, 4100, 260, false, false));
});

// prettier-ignore
type Sizes = [
  N: number, H: number, W: number, Cin: number, Cout: number,
  KH: number, KW: number, SH: number, SW: number, PH: number, PW: number, groups: number,
];

describe("convolutions over many blocks", () => {
  it.each([
    { name: "more channels than a block", sizes: [2, 9, 7, 70, 140, 3, 3, 1, 1, 1, 1, 1] },
    { name: "stride, padding beyond the kernel", sizes: [1, 11, 13, 5, 9, 3, 2, 2, 3, 4, 3, 1] },
    { name: "a stride longer than the kernel", sizes: [2, 9, 10, 3, 4, 2, 1, 3, 4, 0, 0, 1] },
    { name: "1 x 1, read in place", sizes: [2, 9, 9, 70, 33, 1, 1, 1, 1, 0, 0, 1] },
    { name: "1 x 1 with a stride", sizes: [2, 9, 9, 12, 10, 1, 1, 2, 2, 0, 0, 1] },
    { name: "one input channel", sizes: [8, 20, 20, 1, 16, 3, 3, 1, 1, 1, 1, 1] },
    { name: "one dimension", sizes: [4, 1, 200, 6, 12, 1, 5, 1, 1, 0, 2, 1] },
    { name: "groups of four channels", sizes: [3, 8, 8, 12, 24, 3, 3, 1, 1, 1, 1, 3] },
    { name: "groups of three channels", sizes: [3, 7, 8, 6, 10, 3, 3, 2, 1, 1, 1, 2] },
    { name: "depthwise, whole registers", sizes: [3, 9, 9, 32, 32, 3, 3, 1, 1, 1, 1, 32] },
    { name: "depthwise, 23 channels, stride", sizes: [3, 10, 9, 23, 23, 3, 2, 2, 3, 1, 0, 23] },
    { name: "depthwise with two outputs per input", sizes: [2, 6, 6, 5, 10, 3, 3, 1, 1, 1, 1, 5] },
    { name: "an input smaller than the kernel", sizes: [2, 2, 2, 3, 4, 5, 5, 1, 1, 0, 0, 1] },
    { name: "depthwise, an input smaller than the kernel", sizes: [2, 2, 2, 4, 4, 5, 5, 1, 1, 1, 0, 4] },
    { name: "no images", sizes: [0, 5, 5, 3, 4, 3, 3, 1, 1, 1, 1, 1] },
    { name: "depthwise, no images", sizes: [0, 5, 5, 4, 4, 3, 3, 1, 1, 1, 1, 4] },
  ] satisfies { name: string; sizes: Sizes }[])("$name", ({ sizes }: { sizes: Sizes }) => {
    const [N, H, W, Cin, Cout, KH, KW, SH, SW, PH, PW, groups] = sizes;
    const size = (input: number, kernel: number, stride: number, padding: number): number =>
      Math.max(0, Math.floor((input + 2 * padding - kernel) / stride) + 1);
    const positions = N * size(H, KH, SH, PH) * size(W, KW, SW, PW);
    const taps = KH * KW;
    const x = random(N * H * W * Cin);
    const w = random((taps * Cin * Cout) / groups);
    const dy = random(positions * Cout);
    const bias = random(Cout);
    const [y, dx, dw] = [dy, x, w].map((like) => guarded(like.length));
    const expected = [dy, x, w].map((like) => new Float32Array(like.length));

    kernels.conv2dForward(y.inner, x, w, bias, ...sizes);
    reference.kernels.conv2dForward(expected[0], x, w, bias, ...sizes);
    expectClose(y.inner, expected[0], (taps * Cin) / groups);
    kernels.conv2dForward(y.inner, x, w, null, ...sizes);
    reference.kernels.conv2dForward(expected[0], x, w, null, ...sizes);
    expectClose(y.inner, expected[0], (taps * Cin) / groups);

    kernels.conv2dInputGrad(dx.inner, dy, w, ...sizes);
    reference.kernels.conv2dInputGrad(expected[1], dy, w, ...sizes);
    expectClose(dx.inner, expected[1], (taps * Cout) / groups);

    kernels.conv2dWeightGrad(dw.inner, dy, x, ...sizes);
    reference.kernels.conv2dWeightGrad(expected[2], dy, x, ...sizes);
    expectClose(dw.inner, expected[2], positions);

    for (const { whole } of [y, dx, dw]) expectGuards(whole);
    for (const array of [x, w, dy, bias, y.whole, dx.whole, dw.whole]) heap.free(array);
  });
});
