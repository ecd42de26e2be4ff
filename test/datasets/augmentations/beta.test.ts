import { describe, expect, it } from "vitest";
import { sampleBeta } from "../../../src/datasets/augmentations/beta.js";
import { Generator } from "../../../src/random/generator.js";

function sample(a: number, b: number, count = 20000): number[] {
  const generator = new Generator(17);
  return Array.from({ length: count }, () => sampleBeta(generator, a, b));
}
const mean = (x: readonly number[]): number => x.reduce((sum, v) => sum + v, 0) / x.length;

describe("sampleBeta", () => {
  it.each([
    [1, 1],
    [0.2, 0.2],
    [0.5, 0.5],
    [2, 2],
    [0.3, 1.7],
    [5, 1],
    [400, 400],
  ])("has the mean and variance of Beta(%f, %f)", (a, b) => {
    const x = sample(a, b);
    expect(x.every((v) => v >= 0 && v <= 1)).toBe(true);
    const variance = (a * b) / ((a + b) ** 2 * (a + b + 1));
    expect(Math.abs(mean(x) - a / (a + b))).toBeLessThan(4 * Math.sqrt(variance / x.length));
    const measured = mean(x.map((v) => (v - a / (a + b)) ** 2));
    expect(Math.abs(measured / variance - 1)).toBeLessThan(0.06);
  });

  it("has the distribution, not only the moments: uniform for 1, arcsine for 1/2", () => {
    const distance = (x: number[], cdf: (v: number) => number): number =>
      Math.max(...x.sort((p, q) => p - q).map((v, i) => Math.abs((i + 0.5) / x.length - cdf(v))));
    // Kolmogorov and Smirnov's 0.1 % bound at 20,000 samples is 0.0138.
    expect(distance(sample(1, 1), (v) => v)).toBeLessThan(0.0138);
    expect(distance(sample(0.5, 0.5), (v) => (2 / Math.PI) * Math.asin(Math.sqrt(v)))).toBeLessThan(0.0138);
    expect(distance(sample(2, 2), (v) => v * v * (3 - 2 * v))).toBeLessThan(0.0138);
    expect(distance(sample(1, 1), (v) => v * v)).toBeGreaterThan(0.2);
  });

  it("becomes a coin for the smallest parameters and one half for the largest, never NaN", () => {
    for (const tiny of [1e-3, 1e-10, 1e-300, Number.MIN_VALUE]) {
      const x = sample(tiny, tiny, 2000);
      expect(x.every((v) => v < 0.01 || v > 0.99 || tiny === 1e-3)).toBe(true);
      expect(Math.abs(mean(x) - 0.5)).toBeLessThan(0.05);
    }
    for (const v of sample(Number.MAX_VALUE, Number.MAX_VALUE, 10)) expect(v).toBeCloseTo(0.5, 6);
  });
});
