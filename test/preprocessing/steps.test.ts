import { describe, expect, it } from "vitest";
import type { Samples } from "../../src/preprocessing/samples.js";
import { describePreprocessing } from "../../src/preprocessing/describe.js";
import {
  applyPreprocessing,
  checkPreprocessing,
  readPreprocessing,
  samePreprocessing,
  shapeBefore,
  stepsLeft,
} from "../../src/preprocessing/table.js";

const read = (...steps: unknown[]): ReturnType<typeof readPreprocessing> => readPreprocessing("Net", steps);
const apply = (samples: Samples, ...steps: unknown[]): number[] => [
  ...applyPreprocessing(read(...steps), samples).x,
];
const pixels = (...x: number[]): Samples => ({ x: Float32Array.from(x), shape: [1, x.length] });

describe("steps by hand", () => {
  it("Normalize rounds to float32 after each operation", () => {
    const { x } = { x: Float32Array.of(0.1, 0.7, 0.3, 0.9) };
    const samples = { x, shape: [2, 1, 2] };
    expect(apply(samples, { kind: "Normalize", options: { mean: 0.5, std: 0.25 } })).toEqual(
      [...x].map((value) => Math.fround(Math.fround(value - 0.5) / 0.25)),
    );
    const perChannel = { kind: "Normalize", options: { mean: [0.1, 0.2], std: [0.3, 0.4] } };
    expect(apply(samples, perChannel)).toEqual(
      [...x].map((value, i) =>
        Math.fround(Math.fround(value - Math.fround([0.1, 0.2][i % 2])) / Math.fround([0.3, 0.4][i % 2])),
      ),
    );
  });

  it("NormalizeDataset rounds once, and shares statistics along axes of 1", () => {
    const samples = { x: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), shape: [2, 2, 2] };
    const options = { shape: [2, 2], offset: [1, 2, 3, 4], scale: [2, 4, 8, 3] };
    expect(apply(samples, { kind: "NormalizeDataset", options })).toEqual([
      0,
      0,
      0,
      0,
      2,
      1,
      0.5,
      Math.fround(4 / 3),
    ]);
    const shared = { shape: [1, 2], offset: [1, 2], scale: [0.1, 2] };
    expect(apply(samples, { kind: "NormalizeDataset", options: shared })).toEqual(
      [0, 0, 2, 2, 4, 4, 6, 6].map((v, i) => Math.fround(v / (i % 2 === 0 ? 0.1 : 2))),
    );
  });

  it("IntToFloat32 divides what is not divided yet, once", () => {
    const whole = { ...pixels(0, 51, 255), integerMax: 255 };
    const scale = { kind: "IntToFloat32", options: { scale: true } };
    expect(apply(whole, scale, scale)).toEqual([0, Math.fround(0.2), 1]);
    expect(apply(pixels(0, 0.2, 1.7), scale)).toEqual([0, 0.2, 1.7].map(Math.fround));
    expect(apply(whole, { kind: "IntToFloat32", options: { scale: false } })).toEqual([0, 51, 255]);
  });

  it("IntToFloat32 refuses what the network cannot have learned from", () => {
    expect(() => apply(pixels(0, 51, 1), { kind: "IntToFloat32", options: { scale: true } })).toThrow(
      new RangeError(
        "IntToFloat32: the samples are whole numbers, such as 51, but the network learned from pixels from 0 to 1; " +
          "expected such. Divide them by 255.",
      ),
    );
    expect(() => apply(pixels(0, 0.5, 1), { kind: "IntToFloat32", options: { scale: false } })).toThrow(
      new RangeError(
        "IntToFloat32: the samples lie from 0 to 1, but the network learned from pixels from 0 to 255; expected such. " +
          "Multiply them by 255, or give a data set of bytes.",
      ),
    );
  });

  it("Reshape2DTo1D keeps the values and the mark of whole numbers", () => {
    const step = { kind: "Reshape2DTo1D", options: { inputShape: [2, 3, 1] } };
    const samples = { x: new Float32Array(12), shape: [2, 2, 3, 1], integerMax: 255 };
    expect(applyPreprocessing(read(step), samples)).toEqual({ ...samples, shape: [2, 6, 1] });
    expect(() => applyPreprocessing(read(step), { ...samples, shape: [2, 3, 2, 1] })).toThrow(
      "Reshape2DTo1D: the samples are [3, 2, 1]; expected images of [2, 3, 1], which the network sees as sequences.",
    );
    expect(shapeBefore(read(step), [6, 1])).toEqual([2, 3, 1]);
  });

  it("leave the given samples as they are", () => {
    const samples = pixels(1, 2);
    apply(samples, { kind: "Normalize", options: { mean: 1, std: 2 } });
    expect([...samples.x]).toEqual([1, 2]);
  });
});

describe("readPreprocessing", () => {
  it("gives frozen lists of float32, without a minus zero, and the same step for a step", () => {
    const [step] = read({ kind: "Normalize", options: { mean: -0, std: 0.1 } });
    expect(step).toStrictEqual({ kind: "Normalize", options: { mean: [0], std: [Math.fround(0.1)] } });
    expect(read(step)[0]).toBe(step);
    expect(() => Object.assign(step.options, { std: [0] })).toThrow(TypeError);
    expect(() => Object.assign(Reflect.get(step.options, "std") as object, { 0: 0 })).toThrow(TypeError);
    const again: unknown = JSON.parse(JSON.stringify([step]));
    expect(samePreprocessing(readPreprocessing("Net", again), [step])).toBe(true);
  });

  const normalize = (options: unknown): unknown => [{ kind: "Normalize", options }];
  const statistics = (options: object): unknown => [
    { kind: "NormalizeDataset", options: { shape: [2], offset: [0, 0], scale: [1, 1], ...options } },
  ];
  it.each<[unknown, string, string]>([
    [5, "TypeError", "Net: preprocessing is 5; expected an array."],
    [[null], "TypeError", "Net: preprocessing[0]: no options were given; expected an object like { kind: … }."],
    [[{}], "RangeError", 'Net: preprocessing[0].kind is undefined; expected one of "IntToFloat32", "Normalize", "NormalizeDataset", "Reshape2DTo1D".'],
    [[{ kind: "Normalise", options: {} }], "RangeError", 'Net: preprocessing[0].kind is "Normalise"; expected one of "IntToFloat32", "Normalize", "NormalizeDataset", "Reshape2DTo1D". Did you mean "Normalize"?'],
    [[{ kind: "constructor", options: {} }], "RangeError", 'Net: preprocessing[0].kind is "constructor"; expected one of'],
    [[{ kind: "Normalize", params: {} }], "TypeError", 'unknown option "params"'],
    [normalize(undefined), "TypeError", "Net: preprocessing[0].options: no options were given; expected an object like { mean: … }."],
    [normalize({ mean: 0 }), "TypeError", "Net: preprocessing[0].options.std is undefined; expected a number."],
    [normalize({ mean: 0, std: 0 }), "RangeError", "Net: preprocessing[0].options.std is 0; expected a number above 0."],
    [normalize({ mean: 0, std: [1, -1] }), "RangeError", "Net: preprocessing[0].options.std[1] is -1; expected a number above 0."],
    [normalize({ mean: NaN, std: 1 }), "RangeError", "Net: preprocessing[0].options.mean is NaN; expected a finite number."],
    [normalize({ mean: 0, std: 1e-60 }), "RangeError", "Net: preprocessing[0].options.std is 1e-60; expected a number that float32 can hold"],
    [normalize({ mean: [1, 2], std: [1, 2, 3] }), "RangeError", "Net: preprocessing[0].options.std has 3 entries and mean has 2"],
    [normalize({ mean: [], std: [1] }), "RangeError", "Net: preprocessing[0].options.mean has 0 entries; expected at least 1 entry."],
    [normalize({ mean: 0, std: 1, evaluate: true }), "TypeError", 'unknown option "evaluate"'],
    [statistics({ offset: [0] }), "RangeError", "Net: preprocessing[0].options.offset has 1 number, but shape is [2]; expected 2."],
    [statistics({ scale: [1, 0] }), "RangeError", "Net: preprocessing[0].options.scale[1] is 0; expected a number above 0."],
    [statistics({ offset: [0, "1"] }), "TypeError", 'Net: preprocessing[0].options.offset[1] is "1"; expected a number.'],
    [[{ kind: "IntToFloat32", options: { scale: 255 } }], "TypeError", "Net: preprocessing[0].options.scale is 255; expected true or false."],
    [[{ kind: "Reshape2DTo1D", options: { inputShape: [4, 4] } }], "RangeError", "Net: preprocessing[0].options.inputShape has 2 entries; expected 3 entries."],
    [new Array(65).fill({ kind: "IntToFloat32", options: { scale: true } }), "RangeError", "Net: preprocessing has 65 entries; expected at most 64 entries."],
  ])("refuses %j", (steps, name, message) => {
    let thrown: unknown;
    try {
      readPreprocessing("Net", steps);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ name, message: expect.stringContaining(message) as string });
  }); // prettier-ignore

  it.each<[unknown[], readonly number[], string]>([
    [
      [{ kind: "Normalize", options: { mean: [0, 0, 0], std: 1 } }],
      [8, 8, 1],
      "Net: preprocessing[0].options.mean has 3 numbers, but samples of [8, 8, 1] have 1 channel; expected one number.",
    ],
    [
      [{ kind: "Normalize", options: { mean: 0, std: [1, 1] } }],
      [8, 8, 3],
      "Net: preprocessing[0].options.std has 2 numbers, but samples of [8, 8, 3] have 3 channels; expected one number, or 3.",
    ],
    [
      [{ kind: "NormalizeDataset", options: { shape: [4], offset: [0, 0, 0, 0], scale: [1, 1, 1, 1] } }],
      [2, 2, 1],
      "Net: preprocessing[0].options.shape is [4]; expected that of samples, [2, 2, 1], or 1 along axes that share statistics.",
    ],
    [
      [{ kind: "Reshape2DTo1D", options: { inputShape: [4, 4, 1] } }],
      [15, 1],
      "Net: preprocessing makes samples of [16, 1]; expected [15, 1], which the network takes.",
    ],
  ])("refuses what does not fit the network: %j", (steps, inputShape, message) => {
    expect(() => checkPreprocessing("Net", read(...steps), inputShape)).toThrow(new RangeError(message));
  });
});

describe("what was done", () => {
  const [a, b, c] = read(
    { kind: "IntToFloat32", options: { scale: true } },
    { kind: "Normalize", options: { mean: 0.5, std: 1 } },
    { kind: "Normalize", options: { mean: 0.4, std: 1 } },
  );

  it("is the beginning of what is asked for, or something else", () => {
    expect(stepsLeft([a, b], [])).toEqual([a, b]);
    expect(stepsLeft([a, b], [a])).toEqual([b]);
    expect(stepsLeft([a, b], [a, b])).toEqual([]);
    for (const other of [[b], [a, c], [a, b, c]]) expect(stepsLeft([a, b], other)).toBeNull();
  });

  it("is told in words", () => {
    expect(describePreprocessing([a, b])).toBe(
      "IntToFloat32 (pixels from 0 to 1), then Normalize (mean 0.5, std 1)",
    );
    expect(describePreprocessing([])).toBe("nothing");
  });
});
