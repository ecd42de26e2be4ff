import { describe, expect, it } from "vitest";
import { Dataset } from "../../../src/datasets/dataset.js";
import { loadDigits } from "../../../src/datasets/digits.js";
import type { DatasetSets } from "../../../src/datasets/preprocessing/preprocessing.js";
import { createPreprocessing, preprocessings } from "../../../src/datasets/preprocessing/table.js";
import { Generator } from "../../../src/random/generator.js";

function set(
  name: string,
  rows: readonly (readonly number[])[],
  sampleShape: readonly number[],
  labels?: number[],
): Dataset {
  return new Dataset({
    name,
    x: Float32Array.from(rows.flat()),
    labels: labels ?? rows.map(() => 0),
    sampleShape,
  });
}
function run(
  name: string,
  params: unknown,
  sets: DatasetSets,
  warnings: string[] = [],
  seed = 0,
): DatasetSets {
  const context = {
    generator: new Generator(seed),
    warn: (sentence: string) => void warnings.push(sentence),
  };
  return createPreprocessing(name, params).apply(sets, context);
}

describe("Normalize of data sets", () => {
  const train = set("train", [[0, 10], [2, 30], [4, 50], [6, 30]], [2]); // prettier-ignore
  const test = set("test", [[3, 70]], [2]);

  it("z-score: mean 0 and population deviation 1 per feature, the test set by the training statistics", () => {
    const sets = run("Normalize", {}, { train, test });
    const [s, t] = [Math.sqrt(5), Math.sqrt(200)];
    expect([...sets.train.x]).toEqual([-3 / s, -20 / t, -1 / s, 0, 1 / s, 20 / t, 3 / s, 0].map(Math.fround));
    expect([...(sets.test?.x ?? [])]).toEqual([0, 40 / t].map(Math.fround));
    expect([...train.x.subarray(0, 2)]).toEqual([0, 10]);
  });

  it("min-max: 0 to 1 in the training set", () => {
    const sets = run("Normalize", { method: "min-max", debug: true }, { train, test, valid: test });
    expect([...sets.train.x]).toEqual([0, 0, 1 / 3, 0.5, 2 / 3, 1, 1, 0.5].map(Math.fround));
    expect([...(sets.test?.x ?? [])]).toEqual([0.5, 1.5]);
    expect([...(sets.valid?.x ?? [])]).toEqual([0.5, 1.5]);
  });

  it("measures over the given axes: per channel of images, per row, per column, over all", () => {
    // one image [2, 2, 2]: channel 0 is 1 3 5 7, channel 1 is 2 4 6 8; rows are 1 2 3 4 and 5 6 7 8, columns 1 2 5 6 and 3 4 7 8
    const image = { train: set("i", [[1, 2, 3, 4, 5, 6, 7, 8]], [2, 2, 2]) };
    const minMax = (axis: unknown): number[] => [
      ...run("Normalize", { method: "min-max", axis }, image).train.x,
    ];
    const of = (numbers: number[], by: number): number[] => numbers.map((v) => Math.fround(v / by));
    expect(minMax([0, 1, 2])).toEqual(of([0, 0, 2, 2, 4, 4, 6, 6], 6));
    expect(minMax([0, 2, 3])).toEqual(of([0, 1, 2, 3, 0, 1, 2, 3], 3));
    expect(minMax([0, 1, 3])).toEqual(of([0, 1, 0, 1, 4, 5, 4, 5], 5));
    expect(minMax([0, -3, -2, -1])).toEqual(of([0, 1, 2, 3, 4, 5, 6, 7], 7));
    expect(minMax([0, 3])).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
  });

  it("makes a constant feature 0 and warns; the reference makes it NaN", () => {
    const warnings: string[] = [];
    const constant = { train: set("c", [[0.1, 1], [0.1, 3], [0.1, 5]], [2]), test: set("t", [[0.35, 3]], [2]) }; // prettier-ignore
    for (const method of ["z-score", "min-max"]) {
      const sets = run("Normalize", { method }, constant, warnings);
      expect([sets.train.x[0], sets.train.x[2], sets.train.x[4]]).toEqual([0, 0, 0]);
      expect(sets.test?.x[0]).toBeCloseTo(0.25, 6);
    }
    expect(warnings).toEqual(
      new Array(2).fill(
        "Normalize: 1 of 2 features are constant in the training set; they are centred and divided by 1. " +
          "(The reference divides by 0, which gives NaN.)",
      ),
    );
  });

  it("divides bytes by their divisor first, and normalizes the digits", async () => {
    const digits = await loadDigits();
    const warnings: string[] = [];
    const { train: x } = run("Normalize", {}, { ...digits }, warnings);
    expect(warnings[0]).toMatch(/^Normalize: 3 of 64 features are constant/);
    expect([x.x instanceof Float32Array, x.divisor, x.classes, x.sampleShape]).toEqual([
      true,
      1,
      10,
      [8, 8, 1],
    ]);
    const column = Array.from({ length: x.length }, (_, i) => x.x[i * 64 + 20]);
    expect(column.reduce((a, b) => a + b, 0) / x.length).toBeCloseTo(0, 6);
    expect(column.reduce((a, b) => a + b * b, 0) / x.length).toBeCloseTo(1, 5);
    const scaled = run("Normalize", { method: "min-max", axis: [0, 1, 2, 3] }, { ...digits });
    expect([...scaled.train.x]).toEqual([...digits.train.toFloat32()]); // 0 to 1 already
  });

  it("refuses axes that are not there, statistics per sample, and sets that differ", () => {
    expect(() => run("Normalize", { axis: 2 }, { train })).toThrow(
      "Normalize: axis holds 2; expected -2 to 1, the samples being [N, 2].",
    );
    expect(() => run("Normalize", { axis: [1] }, { train })).toThrow(
      "Normalize: axis is [1]; expected 0, the samples, among them: what is measured on those of training is used for all.",
    );
    expect(() => run("Normalize", {}, { train, test: set("t", [[1]], [1]) })).toThrow(
      'Normalize: samples of the set "test" are [1] but those of the training set [2]; expected the same shape.',
    );
  });
});

describe("Class2BinMatrix", () => {
  const train = set("a", [[1], [2], [3]], [1], [0, 1, 2]);
  const test = set("b", [[4]], [1], [4]);

  it("leaves samples that change over time as they are", () => {
    const train = set("train", [[0, 1], [2, 3]], [2, 1], [0, 1]).with({ time: true }); // prettier-ignore
    expect(run("Class2BinMatrix", {}, { train }).train.time).toBe(true);
  });

  it("gives all sets the same number of classes: the given, or the most there are", () => {
    const given = run("Class2BinMatrix", { classes: 7 }, { train, test });
    expect([given.train.classes, given.test?.classes]).toEqual([7, 7]);
    const found = run("Class2BinMatrix", {}, { train, test });
    expect([found.train.classes, found.test?.classes, found.valid]).toEqual([5, 5, undefined]);
    expect([[...found.train.labels], found.train.x]).toEqual([[0, 1, 2], train.x]);
  });

  it("keeps the scale of bytes, and class names that fit", () => {
    const named = new Dataset({
      name: "n",
      x: Uint8Array.of(8),
      labels: [1],
      sampleShape: [1],
      divisor: 16,
      classNames: ["a", "b"],
    });
    const kept = run("Class2BinMatrix", {}, { train: named }).train;
    expect([kept.divisor, kept.classNames]).toEqual([16, ["a", "b"]]);
    expect(run("Class2BinMatrix", { classes: 3 }, { train: named }).train.classNames).toBeUndefined();
  });

  it("refuses labels that do not fit", () => {
    expect(() => run("Class2BinMatrix", { classes: 4 }, { train, test })).toThrow(
      'Dataset "b": the label of sample 0 is 4; expected 0 to 3 for 4 classes.',
    );
  });
});

describe("DatasetSplitter", () => {
  const train = set("all", Array.from({ length: 40 }, (_, i) => [i]), [1]); // prettier-ignore

  it("moves a part into a new set, by seed", () => {
    const sets = run("DatasetSplitter", { dest: "valid", ratio: 0.25 }, { train, test: train });
    expect([sets.train.length, sets.valid?.length, sets.test?.length]).toEqual([30, 10, 40]);
    expect([...sets.train.x, ...(sets.valid?.x ?? [])].sort((a, b) => a - b)).toEqual([...train.x]);
    const again = run("DatasetSplitter", { dest: "valid", ratio: 0.25 }, { train });
    expect(again.valid?.x).toEqual(sets.valid?.x);
    expect(run("DatasetSplitter", { dest: "valid", ratio: 0.25 }, { train }, [], 1).valid?.x).not.toEqual(
      sets.valid?.x,
    );
    const defaults = run("DatasetSplitter", {}, { train });
    expect([defaults.train.length, defaults.test?.length]).toEqual([36, 4]);
  });

  it("refuses a source that is missing, a destination that is not, and empty parts", () => {
    expect(() => run("DatasetSplitter", { source: "valid" }, { train })).toThrow(
      'DatasetSplitter: there is no set "valid" to split; the sets are train.',
    );
    expect(() => run("DatasetSplitter", {}, { train, test: train })).toThrow(
      'DatasetSplitter: the set "test" has 40 samples already and would be lost; expected a dest that is not there yet. For a validation set use dest = "valid".',
    );
    expect(() => run("DatasetSplitter", { ratio: 0.001 }, { train })).toThrow(
      "split: fraction 0.001 of 40 samples is 0; expected both parts to get a sample.",
    );
  });
});

describe("Reshape2DTo1D", () => {
  it("lays the rows of images one after another, values untouched", () => {
    const images = {
      train: set("i", [[1, 2, 3, 4, 5, 6]], [1, 3, 2]),
      test: set("i", [[1, 2, 3, 4, 5, 6]], [3, 1, 2]),
    };
    const sets = run("Reshape2DTo1D", {}, images);
    expect([sets.train.sampleShape, sets.test?.sampleShape]).toEqual([[3, 2], [3, 2]]); // prettier-ignore
    expect(sets.train.batch([0])).toMatchObject({ x: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [1, 3, 2] });
  });

  it("refuses what are not images", () => {
    expect(() => run("Reshape2DTo1D", {}, { train: set("s", [[1, 2]], [2, 1]) })).toThrow(
      'Reshape2DTo1D: samples of the set "train" are [2, 1]; expected [H, W, C].',
    );
  });
});

describe("createPreprocessing", () => {
  it("makes each of the table by its name", () => {
    for (const name of Object.keys(preprocessings)) {
      const params = name === "Split2TimeSteps" ? { chunks: 2 } : {};
      expect(createPreprocessing(name, params).name).toBe(name);
    }
  });

  it.each<[string, unknown, string, string]>([
    [
      "Normalise",
      {},
      "ConfigError",
      'preprocessing: unknown kind "Normalise"; expected one of Class2BinMatrix, Normalize, DatasetSplitter, DatasetLimit, Reshape2DTo1D, Split2TimeSteps. Did you mean "Normalize"?',
    ],
    [
      "toString",
      {},
      "ConfigError",
      'preprocessing: unknown kind "toString"; expected one of Class2BinMatrix, Normalize, DatasetSplitter, DatasetLimit, Reshape2DTo1D, Split2TimeSteps.',
    ],
    [
      "Normalize",
      { axes: 0 },
      "TypeError",
      'Normalize: unknown option "axes"; known options are method, axis, debug. Did you mean "axis"?',
    ],
    [
      "Normalize",
      { method: "zscore" },
      "RangeError",
      'Normalize: method is "zscore"; expected one of "z-score", "min-max". Did you mean "z-score"?',
    ],
    [
      "Normalize",
      { axis: "0" },
      "TypeError",
      'Normalize: axis is "0"; expected a number. Write it without quotes.',
    ],
    ["Normalize", { axis: [0, 1.5] }, "RangeError", "Normalize: axis[1] is 1.5; expected a whole number."],
    [
      "Class2BinMatrix",
      { classes: 0 },
      "RangeError",
      "Class2BinMatrix: classes is 0; expected a whole number of at least 1.",
    ],
    [
      "DatasetSplitter",
      { dest: "validation" },
      "RangeError",
      'DatasetSplitter: dest is "validation"; expected one of "train", "valid", "test". Did you mean "valid"?',
    ],
    [
      "DatasetSplitter",
      { ratio: 2 },
      "RangeError",
      "DatasetSplitter: ratio is 2; expected a number above 0 and below 1.",
    ],
    ["Reshape2DTo1D", { size: 2 }, "TypeError", 'Reshape2DTo1D: unknown option "size"; it takes none.'],
  ])("refuses %s %j", (kind, params, name, message) => {
    expect(() => createPreprocessing(kind, params)).toThrow(expect.objectContaining({ name, message }));
  });
});

describe("DatasetLimit", () => {
  const of = (name: string, count: number): Dataset =>
    set(
      name,
      Array.from({ length: count }, (_, i) => [i]),
      [1],
    );

  it("draws samples of each set that has more, in their order", () => {
    const { train, test } = run(
      "DatasetLimit",
      { samples: 5 },
      { train: of("train", 40), test: of("test", 3) },
    );
    expect([train.length, test?.length]).toEqual([5, 3]);
    const drawn = [...train.x];
    expect(drawn).toEqual([...drawn].sort((a, b) => a - b));
    expect(new Set(drawn).size).toBe(5);
    expect([...run("DatasetLimit", { samples: 5 }, { train: of("train", 40) }).train.x]).toEqual(drawn);
    expect([...run("DatasetLimit", { samples: 5 }, { train: of("train", 40) }, [], 1).train.x]).not.toEqual(
      drawn,
    );
  });
});
