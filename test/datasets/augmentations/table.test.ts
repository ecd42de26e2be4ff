import { describe, expect, it } from "vitest";
import { Augmentation } from "../../../src/datasets/augmentations/augmentation.js";
import { AugmentationPipeline } from "../../../src/datasets/augmentations/pipeline.js";
import { augmentations, createAugmentation } from "../../../src/datasets/augmentations/table.js";
import { GaussianNoise } from "../../../src/datasets/augmentations/gaussian-noise.js";
import { HorizontalFlip } from "../../../src/datasets/augmentations/horizontal-flip.js";
import { Mixup } from "../../../src/datasets/augmentations/mixup.js";
import { Normalize } from "../../../src/datasets/augmentations/normalize.js";
import type { Batch } from "../../../src/datasets/batch.js";
import { Generator } from "../../../src/random/generator.js";

const batch: Batch = { x: Float32Array.of(1, 2, 3, 4), shape: [2, 2, 1], labels: Int32Array.of(0, 1) };

describe("createAugmentation", () => {
  it("makes each of the table by its name", () => {
    const params: Record<string, unknown> = {
      IntToFloat32: { scale: false },
      Normalize: { mean: 0, std: 1 },
      Crop: { size: 2 },
      ResizedCrop: { size: 2 },
      RateEncoder: { timesteps: 2 },
      LatencyEncoder: { timesteps: 2 },
      RepeatEncoder: { timesteps: 2 },
    };
    for (const name of Object.keys(augmentations)) {
      const made = createAugmentation(name, params[name]);
      expect(made.constructor.name).toBe(name);
      const isPreparation = name === "IntToFloat32" || name === "Normalize";
      const isEverywhere = isPreparation || name.endsWith("Encoder");
      expect([made.name, made.before, made.after, made.evaluate]).toEqual([name, false, true, isEverywhere]);
      expect([made.preparesSamples, made.step?.kind ?? null]).toEqual([
        isPreparation,
        isPreparation ? name : null,
      ]);
    }
  });

  const flags = "before, after, evaluate";
  it.each<[string, unknown, string, string]>([
    [
      "Mixupp",
      {},
      "ConfigError",
      'data_augmentation: unknown kind "Mixupp"; expected one of IntToFloat32, Normalize, HorizontalFlip, Crop, GaussianNoise, Amplitude, Cutout1D, ExponentialNoise, ResizedCrop, Rotation2D, TimeShifting, TimeWarping, RateEncoder, LatencyEncoder, DeltaEncoder, RepeatEncoder, Mixup. Did you mean "Mixup"?',
    ],
    [
      "constructor",
      {},
      "ConfigError",
      'data_augmentation: unknown kind "constructor"; expected one of IntToFloat32, Normalize, HorizontalFlip, Crop, GaussianNoise, Amplitude, Cutout1D, ExponentialNoise, ResizedCrop, Rotation2D, TimeShifting, TimeWarping, RateEncoder, LatencyEncoder, DeltaEncoder, RepeatEncoder, Mixup.',
    ],
    [
      "Mixup",
      { alfa: 1 },
      "TypeError",
      `Mixup: unknown option "alfa"; known options are alpha, ${flags}. Did you mean "alpha"?`,
    ],
    ["Mixup", [1], "TypeError", "Mixup: options are [1]; expected an object like { alpha: … }."],
    ["Mixup", null, "TypeError", "Mixup: no options were given; expected an object like { alpha: … }."],
    ["Mixup", { alpha: 0 }, "RangeError", "Mixup: alpha is 0; expected a number above 0."],
    [
      "Mixup",
      { alpha: NaN },
      "RangeError",
      "Mixup: alpha is NaN; expected a finite number. Look at the computation that gave it.",
    ],
    ["Mixup", { before: 1 }, "TypeError", "Mixup: before is 1; expected true or false."],
    ["Mixup", { after: "no" }, "TypeError", 'Mixup: after is "no"; expected true or false.'],
    [
      "GaussianNoise",
      { sigma: -1 },
      "RangeError",
      "GaussianNoise: sigma is -1; expected a number of at least 0.",
    ],
    [
      "GaussianNoise",
      { sigma: "1" },
      "TypeError",
      'GaussianNoise: sigma is "1"; expected a number. Write it without quotes.',
    ],
    ["HorizontalFlip", { p: 1.5 }, "RangeError", "HorizontalFlip: p is 1.5; expected a number from 0 to 1."],
    ["IntToFloat32", {}, "TypeError", "IntToFloat32: scale is undefined; expected true or false."],
    ["IntToFloat32", undefined, "TypeError", "IntToFloat32: scale is undefined; expected true or false."],
    ["IntToFloat32", { scale: 1 }, "TypeError", "IntToFloat32: scale is 1; expected true or false."],
    [
      "Normalize",
      {},
      "TypeError",
      "Normalize: mean is undefined; expected a number. Give one: it has no default.",
    ],
    [
      "Normalize",
      { mean: 0 },
      "TypeError",
      "Normalize: std is undefined; expected a number. Give one: it has no default.",
    ],
    [
      "Normalize",
      { mean: [], std: 1 },
      "RangeError",
      "Normalize: mean has 0 entries; expected at least 1 entry.",
    ],
    ["Normalize", { mean: [0, "a"], std: 1 }, "TypeError", 'Normalize: mean[1] is "a"; expected a number.'],
    [
      "Normalize",
      { mean: 0, std: [1, 0] },
      "RangeError",
      "Normalize: std[1] is 0; expected a number above 0.",
    ],
    [
      "Normalize",
      { mean: 0, std: 1e-60 },
      "RangeError",
      "Normalize: std is 1e-60; expected a number that float32 can hold, 1.4e-45 to 3.4e38 in size. Use other units.",
    ],
    [
      "Normalize",
      { mean: 1e39, std: 1 },
      "RangeError",
      "Normalize: mean is 1e+39; expected a number that float32 can hold, 1.4e-45 to 3.4e38 in size. Use other units.",
    ],
    [
      "Normalize",
      { mean: [1, 2], std: [1, 2, 3] },
      "RangeError",
      "Normalize: std has 3 entries and mean has 2; expected one of each per channel.",
    ],
    ["Crop", {}, "TypeError", "Crop: size is undefined; expected a number. Give one: it has no default."],
    ["Crop", { size: 0 }, "RangeError", "Crop: size is 0; expected a whole number of at least 1."],
    ["Crop", { size: [1, 2, 3] }, "RangeError", "Crop: size has 3 entries; expected at most 2 entries."],
    ["Crop", { size: [] }, "RangeError", "Crop: size has 0 entries; expected at least 1 entry."],
    [
      "Crop",
      { size: 2, padding: -1 },
      "RangeError",
      "Crop: padding is -1; expected a whole number of at least 0.",
    ],
    [
      "Crop",
      { size: 2, padding: [1, 1, 1] },
      "RangeError",
      "Crop: padding is [1, 1, 1]; expected 1, 2 or 4 entries.",
    ],
  ])("refuses %s %j", (kind, params, name, message) => {
    expect(() => createAugmentation(kind, params)).toThrow(expect.objectContaining({ name, message }));
  });
});

describe("an augmentation", () => {
  it("stays as it was made", () => {
    const made = createAugmentation("Crop", { size: [2, 3], padding: 1 });
    expect(made).toMatchObject({ size: [2, 3], padding: [1, 1, 1, 1], evaluate: false });
    for (const name of ["size", "padding", "evaluate", "name"]) {
      expect(() => Object.assign(made, { [name]: 1 }), name).toThrow(TypeError);
    }
    expect(made).toMatchObject({ size: [2, 3], padding: [1, 1, 1, 1], evaluate: false });
  });
});

describe("AugmentationPipeline", () => {
  const shift = new Normalize({ mean: 1, std: 1 });
  const halve = new Normalize({ mean: 0, std: 2 });
  const run = (steps: readonly Augmentation[], training = true): number[] => [
    ...new AugmentationPipeline(steps).apply(batch, new Generator(0), training).x,
  ];

  it("runs in the given order", () => {
    expect(run([shift, halve])).toEqual([0, 0.5, 1, 1.5]);
    expect(run([halve, shift])).toEqual([-0.5, 0, 0.5, 1]);
    expect(run([])).toEqual([1, 2, 3, 4]);
  });

  it("runs all with before ahead of all with after, and twice what has both", () => {
    const early = new Normalize({ mean: 1, std: 1, before: true, after: false });
    expect(run([halve, early])).toEqual(run([shift, halve]));
    const both = new Normalize({ mean: 1, std: 1, before: true });
    expect(run([halve, both])).toEqual([-1, -0.5, 0, 0.5]);
    expect(run([new Normalize({ mean: 1, std: 1, after: false })])).toEqual([1, 2, 3, 4]);
  });

  it("runs outside training what says evaluate: by default what is always done alike", () => {
    const once = new Normalize({ mean: 1, std: 1, evaluate: false });
    expect(run([once, halve], false)).toEqual([0.5, 1, 1.5, 2]);
    expect(run([once, halve], true)).toEqual([0, 0.5, 1, 1.5]);
    expect(run([shift, halve], false)).toEqual([0, 0.5, 1, 1.5]);
    expect(run([new GaussianNoise({ sigma: 1 })], false)).toEqual([1, 2, 3, 4]);
  });

  it("says what it always does, and a batch what was done to it", () => {
    const noise = new GaussianNoise({ sigma: 1 });
    const once = new Normalize({ mean: 9, std: 1, evaluate: false });
    const pipeline = new AugmentationPipeline([halve, noise, once, shift]);
    const steps = [
      { kind: "Normalize", options: { mean: [0], std: [2] } },
      { kind: "Normalize", options: { mean: [1], std: [1] } },
    ];
    expect(pipeline.preprocessing).toEqual(steps);
    expect([pipeline.preparesSamples, pipeline.variesOutsideTraining]).toEqual([true, false]);
    for (const training of [true, false]) {
      expect(pipeline.apply(batch, new Generator(0), training).preprocessing).toEqual(steps);
    }
    const chance = new AugmentationPipeline([new GaussianNoise({ evaluate: true })]);
    expect([chance.preparesSamples, chance.variesOutsideTraining]).toEqual([false, true]);
    expect(chance.apply(batch, new Generator(0), false)).not.toHaveProperty("preprocessing");
  });

  it("does not take a class of somebody's own for what it extends", () => {
    class Mine extends Normalize {}
    expect(new Mine({ mean: 1, std: 1 }).step).toBeNull();
  });

  it("keeps the record through augmentations that give a batch without it", () => {
    class Bare extends Augmentation {
      constructor() {
        super("Bare", {});
      }
      protected override transform({ x, shape, labels }: Batch): Batch {
        return { x, shape, labels };
      }
    }
    const pipeline = new AugmentationPipeline([halve, new Bare(), new Mixup()]);
    expect(pipeline.apply(batch, new Generator(0), true).preprocessing).toEqual(pipeline.preprocessing);
  });

  it("draws nothing for what does not run", () => {
    const generator = new Generator(4);
    new AugmentationPipeline([new GaussianNoise(), new Mixup()]).apply(batch, generator, false);
    expect(generator.state).toEqual(new Generator(4).state);
  });

  it("ends with Mixup, if there is one", () => {
    const pipeline = new AugmentationPipeline([new HorizontalFlip(), new Mixup()]);
    expect(pipeline.mixesLabels).toBe(true);
    expect(pipeline.apply(batch, new Generator(0), true).mixed).toBeDefined();
    expect(pipeline.apply(batch, new Generator(0), false)).toBe(batch);
    expect(new AugmentationPipeline([shift]).mixesLabels).toBe(false);
    const order =
      "; expected it to run last and once. Order: all with before, then all with after, each as listed.";
    expect(() => new AugmentationPipeline([new Mixup(), shift])).toThrow(
      new RangeError(`augmentations: Mixup runs before Normalize${order}`),
    );
    expect(() => new AugmentationPipeline([shift, new Mixup({ before: true, after: false })])).toThrow(
      new RangeError(`augmentations: Mixup runs before Normalize${order}`),
    );
    expect(() => new AugmentationPipeline([new Mixup({ before: true })])).toThrow(
      new RangeError(`augmentations: Mixup runs before Mixup${order}`),
    );
  });
});
