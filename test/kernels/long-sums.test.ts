/** Sums of many terms and long sequences in the compiled kernels, against float64. */

import { describe, expect, it } from "vitest";
import { createWasmBackend } from "../../src/kernels/wasm/backend.js";
import { referenceKernels } from "../../src/kernels/reference/kernels.js";
import { Generator } from "../../src/random/generator.js";

const { kernels, heap } = await createWasmBackend(1);

function place(data: ArrayLike<number>): Float32Array {
  const array = heap.float32(data.length);
  array.set(data);
  return array;
}

function zeros(length: number): Float32Array {
  return place(new Float32Array(length));
}

function normals(random: Generator, n: number, deviation: number, mean: number): Float32Array {
  return place(Float32Array.from({ length: n }, () => mean + deviation * random.normal()));
}

/** |actual - expected| in units of |expected| */
function relativeError(actual: number, expected: number): number {
  return Math.abs(actual - expected) / Math.abs(expected);
}

describe("batchNormStatistics", () => {
  // mean / deviation is 10,000: one pass in float32 would leave no digit of the variance
  it.each([
    [200_000, 1],
    [200_000, 3],
    [1000, 127],
    [7, 4099],
  ])("[%i, %i] far from 0 agrees with float64 to 1e-5", (rows, C) => {
    const x = normals(new Generator(1), rows * C, 0.1, 1000);
    const mean = zeros(C);
    const variance = zeros(C);
    kernels.batchNormStatistics(mean, variance, x, rows, C);
    for (let c = 0; c < C; c += Math.max(1, Math.floor(C / 40))) {
      let total = 0;
      for (let r = 0; r < rows; r++) total += x[r * C + c];
      let squares = 0;
      for (let r = 0; r < rows; r++) squares += (x[r * C + c] - total / rows) ** 2;
      expect(mean[c]).toBe(Math.fround(total / rows));
      expect(relativeError(variance[c], squares / rows)).toBeLessThan(1e-5);
    }
    [x, mean, variance].forEach((array) => heap.free(array));
  });

  it("of equal numbers is that number and exactly 0", () => {
    const x = place(new Float32Array(100_003).fill(0.1));
    const mean = zeros(1);
    const variance = zeros(1);
    kernels.batchNormStatistics(mean, variance, x, x.length, 1);
    expect([mean[0], variance[0]]).toEqual([Math.fround(0.1), 0]);
    [x, mean, variance].forEach((array) => heap.free(array));
  });
});

describe("batchNormBackward", () => {
  it("sums 200,000 rows of one channel to 1e-6 of float64", () => {
    const rows = 200_000;
    const random = new Generator(2);
    const x = normals(random, rows, 2, 3);
    const dy = normals(random, rows, 1, 0.1);
    const [mean, variance] = [place([3]), place([4])];
    const [dx, dgamma, dbeta, gamma] = [zeros(rows), zeros(1), zeros(1), place([1])];
    kernels.batchNormBackward(dx, dgamma, dbeta, dy, x, mean, variance, gamma, rows, 1, 0);
    let beta = 0;
    let product = 0;
    for (let r = 0; r < rows; r++) {
      beta += dy[r];
      product += (dy[r] * (x[r] - 3)) / 2;
    }
    expect(relativeError(dbeta[0], beta)).toBeLessThan(1e-6);
    expect(Math.abs(dgamma[0] - product)).toBeLessThan(1e-6 * Math.sqrt(rows));
    [x, dy, mean, variance, dx, dgamma, dbeta, gamma].forEach((array) => heap.free(array));
  });
});

describe("sum", () => {
  it.each([
    [1, 1_000_003, 1],
    [1, 100_003, 10],
    [1, 20_011, 64],
    [3, 5003, 5],
  ])("[%i, %i, %i] is the float64 sum, rounded once", (outer, axis, inner) => {
    const x = normals(new Generator(3), outer * axis * inner, 1, 0.3);
    const y = zeros(outer * inner);
    kernels.sum(y, x, outer, axis, inner);
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        let total = 0;
        for (let a = 0; a < axis; a++) total += x[(o * axis + a) * inner + i];
        expect(relativeError(y[o * inner + i], total)).toBeLessThan(2 ** -24 * 1.001);
      }
    }
    [x, y].forEach((array) => heap.free(array));
  });
});

/** lambda and dtheta of one neuron in float64, from the q of the float32 forward pass (DESIGN.md "Numerics contract"). */
function backwardOf(
  gy: Float32Array,
  x: Float32Array,
  theta: number,
  T: number,
  n: number,
  i: number,
): { dx: number; dtheta: number } {
  const q: number[] = [];
  let v = 0;
  for (let t = 0; t < T; t++) {
    const u = Math.fround(v + x[t * n + i]);
    q.push(Math.fround(u - theta));
    v = q[t] >= 0 ? q[t] : u;
  }
  let lambda = 0;
  let dtheta = 0;
  for (let t = T - 1; t >= 0; t--) {
    const s = 1 / (1 + Math.exp(-q[t]));
    const tg = theta * s * (1 - s);
    const through = gy[t * n + i] - lambda;
    dtheta += through * ((q[t] >= 0 ? 1 : 0) - tg);
    lambda += through * tg;
  }
  return { dx: lambda, dtheta };
}

describe("atifBackward", () => {
  it("sums dtheta over 4 x 250,007 neurons to 1e-5 of float64", () => {
    const [T, n] = [4, 250_007];
    const random = new Generator(4);
    const x = normals(random, T * n, 0.5, 0.4);
    const gy = normals(random, T * n, 1, 0.05);
    const theta = place([0.875]);
    const [dx, dv, dtheta] = [zeros(T * n), zeros(n), zeros(1)];
    kernels.atifBackward(dx, dv, dtheta, gy, x, null, theta, T, n, 1, true, false, false);
    let expected = 0;
    for (let i = 0; i < n; i++) {
      const single = backwardOf(gy, x, theta[0], T, n, i);
      expected += single.dtheta;
      if (i % 97 === 0) expect(Math.abs(dx[i] - single.dx)).toBeLessThan(1e-6 * (1 + Math.abs(single.dx)));
    }
    expect(relativeError(dtheta[0], expected)).toBeLessThan(1e-5);
    [x, gy, theta, dx, dv, dtheta].forEach((array) => heap.free(array));
  });

  // 32 steps are recomputed at a time, more of them the longer the sequence, and 4 neurons at a time from 2^20 steps on
  it.each([
    [33, 70],
    [3001, 5],
    [70_001, 3],
    [1_100_003, 1],
  ])("goes back through %i steps of %i neurons as the reference does", (T, n) => {
    const random = new Generator(5);
    const x = normals(random, T * n, 0.6, 0.3);
    const gy = normals(random, T * n, 1, 0);
    const v0 = normals(random, n, 0.5, 0);
    const theta = place([0.9]);
    const [dx, dv, dtheta] = [zeros(T * n), zeros(n), zeros(1)];
    kernels.atifBackward(dx, dv, dtheta, gy, x, v0, theta, T, n, 2, true, false, false);
    const expected = { dx: new Float32Array(T * n), dv: new Float32Array(n), dtheta: new Float32Array(1) };
    referenceKernels.atifBackward(
      expected.dx, expected.dv, expected.dtheta, gy, x, v0, theta, T, n, 2, true, false, false,
    ); // prettier-ignore
    let worst = 0;
    for (let i = 0; i < T * n; i++) worst = Math.max(worst, Math.abs(dx[i] - expected.dx[i]));
    expect(worst).toBeLessThan(1e-5);
    for (let i = 0; i < n; i++) expect(dv[i]).toBe(dx[i]);
    expect(Math.abs(dtheta[0] - expected.dtheta[0])).toBeLessThan(1e-4 * Math.sqrt(T * n));
    [x, gy, v0, theta, dx, dv, dtheta].forEach((array) => heap.free(array));
  });
});

describe("lifBackward", () => {
  it.each([
    [33, 70],
    [3001, 5],
    [1_100_003, 1],
  ])("goes back through %i steps of %i neurons as the reference does", (T, n) => {
    const random = new Generator(6);
    const x = normals(random, T * n, 0.6, 0.5);
    const gy = normals(random, T * n, 1, 0);
    const leak = place([0.5]);
    const [dx, dv, dleak] = [zeros(T * n), zeros(n), zeros(1)];
    kernels.lifBackward(dx, dv, dleak, gy, x, null, leak, T, n, 3, 1, 0, false, 2, false);
    const expected = { dx: new Float32Array(T * n), dv: new Float32Array(n), dleak: new Float32Array(1) };
    referenceKernels.lifBackward(
      expected.dx, expected.dv, expected.dleak, gy, x, null, leak, T, n, 3, 1, 0, false, 2, false,
    ); // prettier-ignore
    let worst = 0;
    for (let i = 0; i < T * n; i++) worst = Math.max(worst, Math.abs(dx[i] - expected.dx[i]));
    expect(worst).toBeLessThan(1e-5);
    expect(Math.abs(dleak[0] - expected.dleak[0])).toBeLessThan(1e-4 * Math.sqrt(T * n));
    [x, gy, leak, dx, dv, dleak].forEach((array) => heap.free(array));
  });
});
