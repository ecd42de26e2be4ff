import { describe, expect, it } from "vitest";
import { Amplitude } from "../../../src/datasets/augmentations/amplitude.js";
import type { Augmentation } from "../../../src/datasets/augmentations/augmentation.js";
import { Crop } from "../../../src/datasets/augmentations/crop.js";
import { Cutout1D } from "../../../src/datasets/augmentations/cutout-1d.js";
import { ExponentialNoise } from "../../../src/datasets/augmentations/exponential-noise.js";
import { HorizontalFlip } from "../../../src/datasets/augmentations/horizontal-flip.js";
import { Mixup } from "../../../src/datasets/augmentations/mixup.js";
import { resizeWeights } from "../../../src/datasets/augmentations/resize.js";
import { ResizedCrop } from "../../../src/datasets/augmentations/resized-crop.js";
import { Rotation2D } from "../../../src/datasets/augmentations/rotation-2d.js";
import { TimeShifting } from "../../../src/datasets/augmentations/time-shifting.js";
import { TimeWarping } from "../../../src/datasets/augmentations/time-warping.js";
import type { Batch } from "../../../src/datasets/batch.js";
import { Generator } from "../../../src/random/generator.js";

function batchOf(x: readonly number[], shape: readonly number[], time = false): Batch {
  const labels = Int32Array.from({ length: shape[0] }, (_, i) => i);
  return { x: Float32Array.from(x), shape, labels, ...(time ? { time } : {}) };
}

function counting(shape: readonly number[], time = false): Batch {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  return batchOf(
    Array.from({ length: size }, (_, i) => i + 1),
    shape,
    time,
  );
}

const apply = (step: Augmentation, batch: Batch, seed = 1): Batch => step.apply(batch, new Generator(seed));

describe("Amplitude", () => {
  it("multiplies all samples by one factor, of its distribution", () => {
    const fixed = apply(new Amplitude({ low: 3, high: 3 }), counting([2, 2]));
    expect([...fixed.x]).toEqual([3, 6, 9, 12]);
    const factors = Array.from({ length: 400 }, (_, seed) => {
      const { x } = apply(
        new Amplitude({ distribution: "normal", sigma: 0.5 }),
        batchOf([1, 2], [2, 1]),
        seed,
      );
      expect(x[1]).toBeCloseTo(2 * x[0], 5);
      return x[0];
    });
    const mean = factors.reduce((sum, f) => sum + f, 0) / 400;
    const variance = factors.reduce((sum, f) => sum + (f - mean) ** 2, 0) / 400;
    expect(mean).toBeCloseTo(1, 1);
    expect(Math.abs(Math.sqrt(variance) - 0.5)).toBeLessThan(0.06);
  });

  it("refuses low above high", () => {
    expect(() => new Amplitude({ low: 2 })).toThrow(/low is 2; expected at most high, which is 1/);
  });
});

describe("ExponentialNoise", () => {
  it("has the mean 1 / rate and is never negative", () => {
    const { x } = apply(
      new ExponentialNoise({ rate: 2 }),
      batchOf(new Array<number>(4000).fill(0), [4000, 1]),
    );
    expect(Math.min(...x)).toBeGreaterThanOrEqual(0);
    expect(x.reduce((sum, e) => sum + e, 0) / 4000).toBeCloseTo(0.5, 1);
    // P(e > 1) = exp(-2) = 0.135
    expect(x.filter((e) => e > 1).length / 4000).toBeCloseTo(Math.exp(-2), 1);
  });

  it("rounds the sums, halves to even", () => {
    const noiseless = 1e30;
    const x = [0.5, 1.5, -0.5, 1.25];
    const of = (roundMode: "floor" | "ceil" | "nearest" | "trunc") =>
      [...apply(new ExponentialNoise({ rate: noiseless, roundMode }), batchOf(x, [4, 1])).x].map(
        (y) => y + 0,
      );
    expect(of("floor")).toEqual([0, 1, -1, 1]);
    expect(of("ceil")).toEqual([1, 2, 0, 2]);
    expect(of("nearest")).toEqual([0, 2, 0, 1]);
    expect(of("trunc")).toEqual([0, 1, 0, 1]);
  });
});

describe("Cutout1D", () => {
  it("cuts one stretch, the same in every signal, and leaves the rest", () => {
    let longest = 0;
    for (let seed = 0; seed < 40; seed++) {
      const { x } = apply(new Cutout1D(), counting([2, 3, 8, 2], true), seed);
      const signals = Array.from({ length: 6 }, (_, i) => x.slice(i * 16, (i + 1) * 16));
      const cut = (signal: Float32Array): string => signal.map((value) => (value === 0 ? 0 : 1)).join("");
      const [first] = signals;
      for (const signal of signals) expect(cut(signal)).toBe(cut(first));
      expect(cut(first)).toMatch(/^(11)*(00)*(11)*$/);
      longest = Math.max(longest, first.filter((value) => value === 0).length);
      signals.forEach((signal, s) =>
        signal.forEach((value, i) => expect([0, s * 16 + i + 1]).toContain(value)),
      );
    }
    expect(longest).toBeGreaterThan(4);
  });

  it("cuts nothing with a deviation of 0", () => {
    expect([...apply(new Cutout1D({ lengthSigma: 0 }), counting([1, 4, 1])).x]).toEqual([1, 2, 3, 4]);
  });
});

describe("TimeShifting", () => {
  it("shifts all signals in a circle alike", () => {
    const shifts = new Set<number>();
    for (let seed = 0; seed < 60; seed++) {
      const { x } = apply(new TimeShifting(), counting([2, 4, 2]), seed);
      const by = (x.indexOf(1) / 2) % 4;
      shifts.add(by);
      const expected = [0, 1].flatMap((n) =>
        [0, 1, 2, 3].flatMap((i) => {
          const from = n * 8 + ((i - by + 4) % 4) * 2;
          return [from + 1, from + 2];
        }),
      );
      expect([...x]).toEqual(expected);
    }
    expect([...shifts].sort()).toEqual([0, 1, 2, 3]);
  });

  it("needs an order", () => {
    expect(() => apply(new TimeShifting(), counting([2, 4]))).toThrow(/Flat features have no order/);
  });
});

describe("TimeWarping", () => {
  it("leaves signals with a deviation of 0, and keeps constants", () => {
    expect([...apply(new TimeWarping({ sigma: 0 }), counting([1, 4, 1])).x]).toEqual([1, 2, 3, 4]);
    for (let seed = 0; seed < 20; seed++) {
      const { x, shape } = apply(new TimeWarping({ sigma: 0.5 }), batchOf([2, 2, 2, 2, 2], [1, 5, 1]), seed);
      expect([...x]).toEqual([2, 2, 2, 2, 2]);
      expect(shape).toEqual([1, 5, 1]);
    }
  });

  it("resizes by half-pixel centres", () => {
    const of = (before: number[], after: number, antialias = false) =>
      resizeWeights(before.length, after, "bilinear", antialias).map((taps) =>
        taps.reduce((sum, [from, weight]) => sum + weight * before[from], 0),
      );
    // by hand: places (i + 1/2) L / M - 1/2
    expect(of([1, 2], 4)).toEqual([1, 1.25, 1.75, 2]);
    expect(of([1, 2, 3, 4], 2)).toEqual([1.5, 3.5]);
    // triangle of width 2 about 1: weights 1/4, 3/4 of 1.5 … of pixels at 0.5, 1.5, 2.5: 0.75, 0.75, 0.25
    const [first] = of([1, 2, 3, 4], 2, true);
    expect(first).toBeCloseTo((0.75 * 1 + 0.75 * 2 + 0.25 * 3) / 1.75, 12);
    expect(resizeWeights(5, 2, "nearest", true)).toEqual([[[0, 1]], [[2, 1]]]);
  });
});

describe("ResizedCrop", () => {
  it("is the identity where the window is the image", () => {
    const whole = new ResizedCrop({ size: 4, scale: [1, 1], ratio: [1, 1] });
    const batch = counting([1, 2, 4, 4, 1], true);
    expect([...apply(whole, batch).x]).toEqual([...batch.x]);
  });

  it("keeps constants, and gives the size that is asked for, the same window in all frames", () => {
    const crop = new ResizedCrop({ size: [3, 2], interpolationMode: "nearest" });
    for (let seed = 0; seed < 20; seed++) {
      const { x, shape, time } = apply(crop, counting([1, 2, 6, 5, 1], true), seed);
      expect([shape, time]).toEqual([[1, 2, 3, 2, 1], true]);
      for (let i = 0; i < 6; i++) expect(x[6 + i]).toBe(x[i] + 30);
      expect(x[1]).toBeGreaterThanOrEqual(x[0]);
      expect(x[2] - x[0]).toBeGreaterThanOrEqual(0);
      expect((x[2] - x[0]) % 5).toBe(0);
    }
    const flat = batchOf(new Array<number>(36).fill(0.5), [1, 6, 6, 1]);
    apply(new ResizedCrop({ size: 3 }), flat).x.forEach((value) => expect(value).toBeCloseTo(0.5, 6));
  });

  it("refuses a scale in the wrong order", () => {
    expect(() => new ResizedCrop({ size: 3, scale: [1, 0.5] })).toThrow(/expected the smaller number first/);
  });
});

describe("Rotation2D", () => {
  it.each(["nearest", "bilinear"] as const)("turns to the left by a quarter, %s", (interpolationMode) => {
    const quarter = new Rotation2D({ angle: [90, 90], interpolationMode });
    const turned = apply(quarter, batchOf([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]));
    turned.x.forEach((value, i) => expect(value).toBeCloseTo([3, 6, 9, 2, 5, 8, 1, 4, 7][i], 5));
  });

  it("leaves corners empty at 45 degrees, and turns all frames alike", () => {
    const { x } = apply(
      new Rotation2D({ angle: [45, 45] }),
      batchOf(new Array<number>(50).fill(1), [1, 2, 5, 5, 1], true),
    );
    expect([x[0], x[12], x[25], x[37]]).toEqual([0, 1, 0, 1]);
    expect([...x.slice(0, 25)]).toEqual([...x.slice(25)]);
  });
});

describe("what is drawn for each sample", () => {
  const steps = [
    new Crop({ size: [4, 5], padding: 2 }),
    new ResizedCrop({ size: 4 }),
    new ResizedCrop({ size: [5, 3], interpolationMode: "nearest" }),
    new Rotation2D(),
    new Rotation2D({ interpolationMode: "bilinear" }),
  ];
  const [N, T, frame] = [3, 4, 6 * 7 * 2];
  const one = Array.from({ length: frame }, (_, i) => Math.sin(i) + 2);
  /** The same image everywhere. */
  const images = (count: number): number[] => Array.from({ length: count }, () => one).flat();
  const parts = ({ x }: Batch, count: number): string[] =>
    Array.from({ length: count }, (_, i) =>
      x.slice((i * x.length) / count, ((i + 1) * x.length) / count).join(),
    );

  it.each(steps)("$name differs between samples, not between the time steps of one", (step) => {
    const seeds = [0, 1, 2, 3, 4].map((seed) => {
      const still = parts(apply(step, batchOf(images(N), [N, 6, 7, 2]), seed), N);
      // As many draws, whatever time there is.
      const moving = parts(apply(step, batchOf(images(N * T), [N, T, 6, 7, 2], true), seed), N * T);
      expect(moving).toEqual(still.flatMap((image) => new Array<string>(T).fill(image)));
      return new Set(still).size;
    });
    // Two samples may draw the same now and then.
    expect(Math.min(...seeds)).toBeGreaterThan(1);
    expect(Math.max(...seeds)).toBe(N);
  });
});

describe("augmentations of samples with time", () => {
  it("mixes whole samples, and says whose labels", () => {
    const { x, shape, mixed, time } = apply(new Mixup(), counting([3, 2, 2], true), 3);
    expect([shape, time]).toEqual([[3, 2, 2], true]);
    const { lambda = 1, labels = new Int32Array(3) } = mixed ?? {};
    for (let n = 0; n < 3; n++)
      for (let i = 0; i < 4; i++)
        expect(x[n * 4 + i]).toBeCloseTo(
          lambda * (n * 4 + i + 1) + (1 - lambda) * (labels[n] * 4 + i + 1),
          4,
        );
  });

  it("does not take time for a width", () => {
    expect(() => apply(new HorizontalFlip({ p: 1 }), counting([1, 3, 2], true))).toThrow(/no left and right/);
    expect(() => apply(new Crop({ size: 2 }), counting([1, 3, 4, 2], true))).toThrow(/expected images/);
    expect([...apply(new HorizontalFlip({ p: 1 }), counting([1, 2, 2, 1], true)).x]).toEqual([2, 1, 4, 3]);
  });
});
