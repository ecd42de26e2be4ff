/** A constant input is quantised to T + 1 levels: levels, spike trains, and the error, against closed forms. */

import { beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import { IFNode } from "../../src/neurons/if-node.js";
import { describeBackends } from "../backends.js";
import { drive, layer } from "./drive.js";

/** n + 1 values from low to high; all exact if the bounds are and n is a power of 2. */
function grid(low: number, high: number, n: number): Float32Array {
  return Float32Array.from({ length: n + 1 }, (_, i) => low + ((high - low) * i) / n);
}

/** Middles of n equal cells of [low, high]: a midpoint rule. */
function midpoints(low: number, high: number, n: number): Float32Array {
  return Float32Array.from({ length: n }, (_, i) => low + ((high - low) * (i + 0.5)) / n);
}

/** Mean output of each neuron over T steps of a constant input, from v0 = phase * theta. */
function meanOutputs(theta: number, T: number, x: Float32Array, phase = 0): Float64Array {
  const v0 = new Float32Array(x.length).fill(phase * theta);
  const { counts } = drive(layer(theta), { x, T, v0, constant: true });
  return Float64Array.from(counts, (count) => (count * Math.fround(theta)) / T);
}

function totient(n: number): number {
  let count = 0;
  for (let k = 1; k <= n; k++) if (greatestCommonDivisor(k, n) === 1) count++;
  return count;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

const sum = (values: Iterable<number>): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};

function distinctTrains(T: number, x: Float32Array, v0: number): number {
  const driven = drive(layer(1), { x, T, v0: new Float32Array(x.length).fill(v0), constant: true });
  return new Set(Array.from(x, (_, i) => driven.train(i))).size;
}

describeBackends("quantization", (backend) => {
  beforeAll(() => init({ backend }));

  describe("levels", () => {
    it.each([1, 2, 3, 4, 7, 8, 16])(
      "T = %i: the outputs are k theta / T for k = 0..T, and all occur",
      (T) => {
        const theta = 0.75;
        const outputs = meanOutputs(theta, T, grid(-theta, 2 * theta, 1024));
        const levels = [...new Set(outputs)].sort((a, b) => a - b);
        expect(levels).toEqual(Array.from({ length: T + 1 }, (_, k) => (k * theta) / T));
      },
    );

    it.each([1, 2, 4, 8])("T = %i: from rest the staircase truncates; from theta / 2 it rounds", (T) => {
      const x = grid(-0.5, 1.5, 1024);
      const clamped = (level: number): number => Math.min(T, Math.max(0, level)) / T;
      expect([...meanOutputs(1, T, x)]).toEqual(Array.from(x, (value) => clamped(Math.floor(T * value))));
      expect([...meanOutputs(1, T, x, 0.5)]).toEqual(
        Array.from(x, (value) => clamped(Math.floor(T * value + 0.5))),
      );
    });

    it.each([
      [4, 7, 10],
      [8, 23, 32],
      [16, 81, 112],
    ])("T = %i: %i distinct trains from rest and %i from theta / 2", (T, fromRest, fromHalf) => {
      const steps = Array.from({ length: T }, (_, i) => i + 1);
      expect(1 + sum(steps.map(totient))).toBe(fromRest);
      expect(1 + sum(steps.map((t) => totient(2 * t)))).toBe(fromHalf);
      // finer than the smallest gap between two fractions k / t
      const x = grid(-1, 2, 3 * 4096);
      expect(distinctTrains(T, x, 0)).toBe(fromRest);
      expect(distinctTrains(T, x, 0.5)).toBe(fromHalf);
    });

    it.each([
      [4, [0, 1, 2, 4]],
      [16, [0, 1, 2, 3, 4, 5, 8, 16]],
    ])(
      "T = %i: a hard reset reaches the counts %j only, and loses what a soft reset keeps",
      (T, reachable) => {
        const hard = new IFNode({ vReset: 0, stepMode: "m" });
        const { counts } = drive(hard, { x: grid(-1, 2, 3 * 1024), T, constant: true });
        expect([...new Set(counts)].sort((a, b) => a - b)).toEqual(reachable);
        const soft = new IFNode({ vReset: null, stepMode: "m" });
        expect(drive(hard, { x: [0.75], T: 4, constant: true }).train(0)).toBe("0101");
        expect(drive(soft, { x: [0.75], T: 4, constant: true }).train(0)).toBe("0111");
      },
    );
  });

  describe("error for x uniform in [0, theta]", () => {
    const x = midpoints(0, 1, 2 ** 14);

    it.each([1, 2, 4, 8, 16, 32])(
      "T = %i: bias (1/2 - phi) Delta, MSE Delta^2 (1/3 - phi + phi^2), SQNR",
      (T) => {
        const Delta = 1 / T;
        for (const phi of [0, 0.25, 0.5]) {
          const y = meanOutputs(1, T, x, phi);
          const errors = Array.from(x, (value, i) => value - y[i]);
          const bias = sum(errors) / x.length;
          const mse = sum(errors.map((e) => e * e)) / x.length;
          const variance = mse - bias * bias;
          expect(Math.abs(bias - (0.5 - phi) * Delta)).toBeLessThan(1e-3 * Delta);
          expect(mse / (Delta ** 2 * (1 / 3 - phi + phi ** 2))).toBeCloseTo(1, 3);
          expect(variance / (Delta ** 2 / 12)).toBeCloseTo(1, 3);
          expect(Math.max(...errors)).toBeLessThan((1 - phi) * Delta);
          expect(Math.min(...errors)).toBeGreaterThanOrEqual(-phi * Delta);
          const sqnr = 10 * Math.log10(sum(x.map((value) => value * value)) / x.length / mse);
          if (phi === 0) expect(sqnr).toBeCloseTo(20 * Math.log10(T), 2);
          if (phi === 0.5) expect(sqnr).toBeCloseTo(20 * Math.log10(T) + 6.02, 2);
        }
      },
    );
  });

  describe("error for x uniform in [0, A], clipped at theta", () => {
    const mseOf = (x: Float32Array, y: Float64Array): number =>
      sum(Array.from(x, (value, i) => (value - y[i]) ** 2)) / x.length;

    it.each([
      [1, 0],
      [4, 0],
      [8, 0],
      [1, 0.5],
      [4, 0.5],
      [8, 0.5],
    ])("T = %i, phi = %f: theta* = A T / (T + sqrt(3 c)) is best", (T, phi) => {
      const A = 2;
      const x = midpoints(0, A, 2 ** 14);
      const c = 1 / 3 - phi + phi * phi;
      const best = (A * T) / (T + Math.sqrt(3 * c));
      expect(best).toBeCloseTo(phi === 0 ? (A * T) / (T + 1) : (2 * A * T) / (2 * T + 1), 12);
      const mse = (theta: number): number => mseOf(x, meanOutputs(theta, T, x, phi));
      const closed = (theta: number): number => ((c * theta ** 3) / T ** 2 + (A - theta) ** 3 / 3) / A;
      for (const factor of [0.7, 0.97, 1, 1.03]) {
        expect(mse(factor * best) / closed(factor * best)).toBeCloseTo(1, 2);
      }
      expect(closed(best)).toBeCloseTo(A ** 2 / (3 * ((phi === 0 ? T : 2 * T) + 1) ** 2), 12);
      expect(mse(best)).toBeLessThan(mse(0.97 * best));
      expect(mse(best)).toBeLessThan(mse(1.03 * best));
    });
  });

  describe("error for a half-normal x", () => {
    const n = backend === "wasm" ? 2 ** 15 : 2 ** 13;
    const x = midpoints(0, 8, n);
    /** Probability of each cell under |N(0, 1)|. */
    const weight = Float64Array.from(x, (value) => (16 / n) * Math.exp(-value * value * 0.5)).map(
      (w) => w / Math.sqrt(2 * Math.PI),
    );
    const mean = (values: ArrayLike<number>): number => {
      let total = 0;
      for (let i = 0; i < n; i++) total += weight[i] * values[i];
      return total;
    };
    const figures = (theta: number, T: number, phi: number): { mse: number; rate: number } => {
      const y = meanOutputs(theta, T, x, phi);
      return {
        mse: mean(y.map((value, i) => (x[i] - value) ** 2)),
        // of x ~ N(0, 1): the negative half never fires
        rate: mean(y) / theta / 2,
      };
    };

    // T, phi, theta*, MSE*, dB, spikes per step, MSE at theta = 1
    const table: [number, number, number, number, number, number, number][] = [
      [1, 0, 0.8779, 0.339944, 4.69, 0.19, 0.349428],
      [2, 0, 1.29, 0.177956, 7.5, 0.179, 0.20418],
      [4, 0, 1.731, 0.077745, 11.09, 0.1662, 0.164487],
      [8, 0, 2.1618, 0.029498, 15.3, 0.1528, 0.154184],
      [16, 0, 2.5655, 0.010141, 19.94, 0.1397, 0.151562],
      [1, 0.5, 1.224, 0.190174, 7.21, 0.2703, 0.208814],
      [2, 0.5, 1.686, 0.082178, 10.85, 0.2199, 0.164977],
      [4, 0.5, 2.1353, 0.030696, 15.13, 0.1821, 0.15424],
      [8, 0.5, 2.5512, 0.010405, 19.83, 0.1551, 0.151569],
      [16, 0.5, 2.933, 0.003313, 24.8, 0.1357, 0.150902],
    ];
    if (backend === "wasm") {
      table.push(
        [64, 0, 3.2895, 0.001003, 29.99, 0.1174, 0.150735],
        [64, 0.5, 3.6147, 0.0003, 35.23, 0.1103, 0.150693],
      );
    }

    it.each(table)(
      "T = %i, phi = %f: theta* = %f, MSE %f, %f dB, rate %f",
      (T, phi, best, mse, dB, rate, atOne) => {
        const found = figures(best, T, phi);
        // half a unit in the last printed digit, and half a percent
        const expectFigure = (actual: number, expected: number, unit: number): void =>
          expect(Math.abs(actual - expected)).toBeLessThan(unit / 2 + 5e-3 * expected);
        expectFigure(found.mse, mse, 1e-6);
        expectFigure(found.rate, rate, 1e-4);
        expect(Math.abs(10 * Math.log10(1 / found.mse) - dB)).toBeLessThan(0.025);
        expectFigure(figures(1, T, phi).mse, atOne, 1e-6);
        // the bottom of the bowl lies within 2 % of theta*
        expect(found.mse).toBeLessThan(figures(0.96 * best, T, phi).mse);
        expect(found.mse).toBeLessThan(figures(1.04 * best, T, phi).mse);
      },
    );

    it.each([
      // T, theta*, learned with the full gradient and with a detached reset (learning.test.ts), errors in units of MSE*
      [1, 0.8779, 1.129, 1.11, 1.129, 1.11],
      [4, 1.731, 1.89, 1.03, 1.569, 1.04],
      [8, 2.1618, 2.179, 1.0, 1.539, 1.76],
    ])(
      "T = %i: of theta* %f; learned %f costs %f, with a detached reset %f costs %f",
      (T, best, kept, keptCost, detached, detachedCost) => {
        const cost = (theta: number): number => figures(theta, T, 0).mse / figures(best, T, 0).mse;
        expect(Math.abs(cost(kept) - keptCost)).toBeLessThan(0.01);
        expect(Math.abs(cost(detached) - detachedCost)).toBeLessThan(0.01);
      },
    );

    it("rate: E[N] / T = 1/T sum over k of P(x >= (k - phi) theta / T), .2928 at the usual first theta of .9", () => {
      const T = 4;
      for (const phi of [0, 0.5]) {
        const edges = Array.from({ length: T }, (_, k) => ((k + 1 - phi) * 0.9) / T);
        const expected = sum(edges.map((edge) => mean(x.map((value) => (value >= edge ? 1 : 0))))) / T / 2;
        expect(figures(0.9, T, phi).rate).toBeCloseTo(expected, 4);
        if (phi === 0) expect(expected).toBeCloseTo(0.2928, 3);
      }
    });

    it("with a fixed theta of 1 more time steps buy nothing: the error stays above E (x - 1)^2, x > 1", () => {
      const floor = mean(x.map((value) => Math.max(0, value - 1) ** 2));
      expect(floor).toBeCloseTo(0.15068, 4);
      const mses = [1, 4, 16].map((T) => figures(1, T, 0).mse);
      expect(mses[2]).toBeGreaterThan(floor);
      expect(mses[2] / floor).toBeLessThan(1.01);
    });
  });
});
