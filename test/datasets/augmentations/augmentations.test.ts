import { describe, expect, it } from "vitest";
import type { Batch } from "../../../src/datasets/batch.js";
import { Crop } from "../../../src/datasets/augmentations/crop.js";
import { GaussianNoise } from "../../../src/datasets/augmentations/gaussian-noise.js";
import { HorizontalFlip } from "../../../src/datasets/augmentations/horizontal-flip.js";
import { IntToFloat32 } from "../../../src/datasets/augmentations/int-to-float32.js";
import { Mixup } from "../../../src/datasets/augmentations/mixup.js";
import { Normalize } from "../../../src/datasets/augmentations/normalize.js";
import { Dataset } from "../../../src/datasets/dataset.js";
import { Generator } from "../../../src/random/generator.js";

/** x = 1, 2, 3, …; label of sample i is i. */
function batch(shape: readonly number[], extra: Partial<Batch> = {}): Batch {
  const size = shape.reduce((a, b) => a * b, 1);
  return {
    x: Float32Array.from({ length: size }, (_, i) => i + 1),
    shape,
    labels: Int32Array.from({ length: shape[0] }, (_, i) => i),
    ...extra,
  };
}
const g = (seed = 0): Generator => new Generator(seed);
const mean = (x: ArrayLike<number>): number => Array.from(x).reduce((a, b) => a + b, 0) / x.length;

describe("IntToFloat32", () => {
  const bytes = new Dataset({
    name: "b",
    x: Uint8Array.of(0, 51, 100, 255),
    labels: [0],
    sampleShape: [4],
    divisor: 1,
  });

  it("divides bytes by 255 with scale, once", () => {
    const scaled = new IntToFloat32({ scale: true }).apply(bytes.batch([0]), g());
    expect([...scaled.x]).toEqual([0, 51, 100, 255].map((v) => Math.fround(v / 255)));
    expect(scaled).not.toHaveProperty("integerMax");
    expect(() => new IntToFloat32({ scale: true }).apply(scaled, g())).toThrow(
      new RangeError(
        "IntToFloat32: the batch holds float samples, scaled when it was made; scale needs integers. " +
          "Give the data set the divisor 1, or leave IntToFloat32 out.",
      ),
    );
  });

  it("only casts without scale", () => {
    const cast = new IntToFloat32({ scale: false }).apply(bytes.batch([0]), g());
    expect(cast).toEqual({
      x: Float32Array.of(0, 51, 100, 255),
      shape: [1, 4],
      labels: Int32Array.of(0),
      preprocessing: [{ kind: "IntToFloat32", options: { scale: false } }],
    });
  });
});

describe("Normalize", () => {
  it("uses one mean and std per channel, the last axis", () => {
    const y = new Normalize({ mean: [1, 2], std: [2, 4] }).apply(batch([1, 1, 3, 2]), g());
    expect([...y.x]).toEqual([0, 0, 1, 0.5, 2, 1]);
  });

  it("uses one number for all channels, or for one of the two", () => {
    expect([...new Normalize({ mean: 1, std: 2 }).apply(batch([1, 3]), g()).x]).toEqual([0, 0.5, 1]);
    expect([...new Normalize({ mean: [1], std: [1, 2, 4] }).apply(batch([1, 3]), g()).x]).toEqual([
      0, 0.5, 0.5,
    ]);
  });

  it("rounds the difference and the quotient to float32", () => {
    const x = Float32Array.of(0.7, 1e8);
    const y = new Normalize({ mean: 0.1307, std: 0.3081 }).apply(
      { x, shape: [1, 2], labels: Int32Array.of(0) },
      g(),
    );
    const f = Math.fround;
    expect([...y.x]).toEqual([...x].map((v) => f(f(v - f(0.1307)) / f(0.3081))));
  });

  it("refuses a batch with other channels", () => {
    expect(() => new Normalize({ mean: [1, 2], std: 1 }).apply(batch([2, 4, 4, 3]), g())).toThrow(
      "Normalize: mean has 2 numbers but the batch [2, 4, 4, 3] has 3 channels; expected one number or 3.",
    );
  });
});

describe("HorizontalFlip", () => {
  const flip = new HorizontalFlip({ p: 1 });

  it("mirrors the width of images, keeping channels in order", () => {
    const y = flip.apply(batch([2, 1, 3, 2]), g());
    expect([...y.x]).toEqual([5, 6, 3, 4, 1, 2, 11, 12, 9, 10, 7, 8]);
    expect(y.shape).toEqual([2, 1, 3, 2]);
  });

  it("does not mix rows", () => {
    expect([...flip.apply(batch([1, 2, 2, 1]), g()).x]).toEqual([2, 1, 4, 3]);
  });

  it("mirrors sequences, and every frame with time in the data", () => {
    expect([...flip.apply(batch([2, 3, 1]), g()).x]).toEqual([3, 2, 1, 6, 5, 4]);
    expect([...flip.apply(batch([1, 2, 1, 3, 1]), g()).x]).toEqual([3, 2, 1, 6, 5, 4]);
  });

  it("flips the whole batch or nothing, with probability p", () => {
    const generator = g(11);
    const some = new HorizontalFlip({ p: 0.3 });
    const given = batch([2, 1, 2, 1]);
    let flipped = 0;
    for (let i = 0; i < 2000; i++) {
      const [first, , third] = some.apply(given, generator).x;
      expect([first, third]).toEqual(first === 1 ? [1, 3] : [2, 4]);
      if (first === 2) flipped++;
    }
    expect(Math.abs(flipped - 600)).toBeLessThan(82); // 4 standard deviations
    const never = new HorizontalFlip({ p: 0 });
    for (let i = 0; i < 100; i++) expect(never.apply(given, generator).x[0]).toBe(1);
    expect(new HorizontalFlip().p).toBe(0.5);
  });

  it("keeps bytes bytes", () => {
    expect(flip.apply(batch([1, 2, 1], { integerMax: 255 }), g()).integerMax).toBe(255);
  });

  it("refuses flat features", () => {
    expect(() => flip.apply(batch([2, 4]), g())).toThrow(
      "HorizontalFlip: the batch is [2, 4]; expected [N, H, W, C] or [N, S, C]. Flat features have no left and right.",
    );
  });
});

describe("Crop", () => {
  /** What crops of this batch come out as, over many draws. */
  const draws = (crop: Crop, given: Batch): Set<string> => {
    const generator = g(5);
    return new Set(Array.from({ length: 300 }, () => JSON.stringify([...crop.apply(given, generator).x])));
  };

  const windows = [
    [1, 2, 4, 5],
    [2, 3, 5, 6],
    [4, 5, 7, 8],
    [5, 6, 8, 9],
  ];
  const second = (window: readonly number[]): number[] => window.map((value) => value + 9);

  it("gives every window of the image and no other, one for each sample", () => {
    expect(draws(new Crop({ size: 2 }), batch([2, 3, 3, 1]))).toEqual(
      new Set(windows.flatMap((a) => windows.map((b) => JSON.stringify([...a, ...second(b)])))),
    );
  });

  it("gives the same window at all time steps of a sample", () => {
    const given = { ...batch([1, 2, 3, 3, 1]), time: true };
    expect(draws(new Crop({ size: 2 }), given)).toEqual(
      new Set(windows.map((a) => JSON.stringify([...a, ...second(a)]))),
    );
  });

  it("reads size as [height, width] and keeps channels together", () => {
    const y = new Crop({ size: [1, 2] }).apply(batch([1, 1, 2, 3]), g());
    expect([y.shape, [...y.x]]).toEqual([
      [1, 1, 2, 3],
      [1, 2, 3, 4, 5, 6],
    ]);
    expect(new Crop({ size: [2, 3] }).apply(batch([4, 5, 5, 2]), g()).shape).toEqual([4, 2, 3, 2]);
  });

  it("reads a padding of two as [left and right, top and bottom], filled with zeros", () => {
    const one = batch([1, 1, 1, 1]);
    expect(draws(new Crop({ size: 1, padding: [1, 0] }), one)).toEqual(new Set(["[0]", "[1]"]));
    expect([...new Crop({ size: [1, 3], padding: [1, 0] }).apply(one, g()).x]).toEqual([0, 1, 0]);
    expect([...new Crop({ size: [3, 1], padding: [0, 1] }).apply(one, g()).x]).toEqual([0, 1, 0]);
    expect([...new Crop({ size: 3, padding: 1 }).apply(one, g()).x]).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 0]);
  });

  it("reads a padding of four as [left, top, right, bottom]", () => {
    const crop = new Crop({ size: [4, 5], padding: [1, 0, 2, 2] });
    expect([...crop.apply(batch([1, 2, 2, 1]), g()).x]).toEqual([
      0, 1, 2, 0, 0, 0, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ]);
  });

  it("may fall into the padding wholly", () => {
    expect(draws(new Crop({ size: 1, padding: 3 }), batch([1, 1, 1, 1]))).toEqual(new Set(["[0]", "[1]"]));
  });

  it("cuts every frame alike with time in the data", () => {
    const y = new Crop({ size: 1 }).apply(batch([1, 3, 2, 2, 1]), g(1));
    expect(y.shape).toEqual([1, 3, 1, 1, 1]);
    expect([y.x[1] - y.x[0], y.x[2] - y.x[1]]).toEqual([4, 4]);
  });

  it("refuses a window that does not fit, and what are not images", () => {
    expect(() => new Crop({ size: [4, 3], padding: [0, 1] }).apply(batch([1, 2, 2, 1]), g())).toThrow(
      "Crop: size [4, 3] does not fit into images of [2, 2] with padding [0, 1, 0, 1]; expected at most [4, 2].",
    );
    expect(() => new Crop({ size: 1 }).apply(batch([1, 2, 2]), g())).toThrow(
      "Crop: the batch is [1, 2, 2]; expected images, [N, H, W, C].",
    );
  });
});

describe("GaussianNoise", () => {
  it("adds noise of mean 0 and deviation sigma, another to each element", () => {
    const x = new Float32Array(40001).fill(2); // odd: the last normal has no partner
    const given = { x, shape: [1, 40001], labels: Int32Array.of(0) };
    const noise = new GaussianNoise({ sigma: 0.5 }).apply(given, g(3)).x.map((value) => (value - 2) / 0.5);
    expect(Math.abs(mean(noise))).toBeLessThan(0.02); // 4 standard errors
    expect(Math.abs(mean(noise.map((v) => v * v)) - 1)).toBeLessThan(0.03);
    expect(Math.abs(mean(noise.map((v) => v ** 4)) - 3)).toBeLessThan(0.3);
    const within = mean(Array.from(noise, (v) => (Math.abs(v) < 1 ? 1 : 0)));
    expect(Math.abs(within - 0.6827)).toBeLessThan(0.01);
    // the two normals of a pair are independent
    const pairs = Array.from({ length: 20000 }, (_, i) => noise[2 * i] * noise[2 * i + 1]);
    expect(Math.abs(mean(pairs))).toBeLessThan(0.03);
    expect(new Set(noise).size).toBeGreaterThan(39000);
    expect(noise[40000]).not.toBe(0);
    expect(x.every((value) => value === 2)).toBe(true);
  });

  it("has sigma 0.375 by default, and none at 0", () => {
    expect(new GaussianNoise().sigma).toBe(0.375);
    expect([...new GaussianNoise({ sigma: 0 }).apply(batch([1, 3]), g()).x]).toEqual([1, 2, 3]);
  });
});

describe("Mixup", () => {
  it("mixes samples and gives both labels and lambda", () => {
    for (let seed = 0; seed < 50; seed++) {
      const given = batch([4, 3]);
      const { x, labels, mixed, shape } = new Mixup({ alpha: 1 }).apply(given, g(seed));
      if (mixed === undefined) throw new Error("Mixup gave no mixed labels");
      const { lambda } = mixed;
      expect([...mixed.labels].sort()).toEqual([0, 1, 2, 3]);
      expect([[...labels], shape]).toEqual([
        [0, 1, 2, 3],
        [4, 3],
      ]);
      const f = Math.fround;
      expect([...x]).toEqual(
        [...given.x].map((own, i) => {
          const other = given.x[mixed.labels[Math.floor(i / 3)] * 3 + (i % 3)];
          return f(f(lambda * own) + f(f(1 - lambda) * other));
        }),
      );
      expect(lambda).toBe(f(lambda));
    }
  });

  it("mixes whole samples with time in the data", () => {
    const { x, mixed } = new Mixup().apply(batch([2, 3, 1, 1, 1]), g(1));
    expect(mixed?.labels).toHaveLength(2);
    expect([x[1] - x[0], x[2] - x[1]].map((d) => Math.abs(d - 1) < 1e-5)).toEqual([true, true]);
  });

  it("permutes evenly", () => {
    const generator = g(9);
    const counts = new Map<string, number>();
    for (let i = 0; i < 3000; i++) {
      const key = String(new Mixup().apply(batch([3, 1]), generator).mixed?.labels);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 500)).toBeLessThan(82);
  });

  it("refuses a batch that is mixed, and evaluate", () => {
    const once = new Mixup().apply(batch([2, 1]), g());
    expect(() => new Mixup().apply(once, g())).toThrow(
      "Mixup: the batch is mixed already; expected one Mixup, once.",
    );
    expect(() => new Mixup({ evaluate: true })).toThrow(
      "Mixup: evaluate is true; expected false, since a mixed sample has no label to test against.",
    );
  });
});

describe("every augmentation", () => {
  const all = [
    new IntToFloat32({ scale: true }),
    new Normalize({ mean: 3, std: 2 }),
    new HorizontalFlip(),
    new Crop({ size: 3, padding: 1 }),
    new GaussianNoise(),
    new Mixup(),
  ];

  it.each(all)("$name gives the same bits by seed and leaves the batch as it was", (augmentation) => {
    const given = batch([4, 4, 4, 2], { integerMax: 255 });
    const kept = structuredClone(given);
    for (let seed = 0; seed < 10; seed++) {
      expect(augmentation.apply(given, g(seed))).toEqual(augmentation.apply(given, g(seed)));
    }
    expect(given).toEqual(kept);
  });

  it.each(all.slice(2))("$name differs by seed", (augmentation) => {
    const given = batch([4, 4, 4, 2]);
    const results = Array.from({ length: 20 }, (_, seed) => String(augmentation.apply(given, g(seed)).x));
    expect(new Set(results).size).toBeGreaterThan(1);
  });

  it.each(all)("$name refuses a batch that does not fit itself", (augmentation) => {
    const torn = { ...batch([2, 4, 4, 1]), shape: [2, 4, 4, 2] };
    expect(() => augmentation.apply(torn, g())).toThrow(
      `${augmentation.name}: the batch has the shape [2, 4, 4, 2] with 32 values and 2 labels; ` +
        "expected [N, …] with as many values as the shape says and N labels.",
    );
    const unlabelled = { ...batch([2, 4, 4, 1]), labels: Int32Array.of(0) };
    expect(() => augmentation.apply(unlabelled, g())).toThrow(/with 32 values and 1 labels;/);
  });
});
