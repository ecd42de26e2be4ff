import { beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import { createModel, modelKinds, weightCount } from "../../src/models/table.js";
import { SCNN } from "../../src/models/scnn.js";
import { Generator } from "../../src/random/generator.js";
import { tinySCNN, tinySMLP } from "../training/tiny.js";

describe("createModel", () => {
  beforeAll(async () => {
    await init({ backend: "reference" });
  });

  it("makes a model from plain data, with every option as it was", () => {
    for (const model of [tinySMLP(), tinySCNN()]) {
      const architecture: unknown = JSON.parse(JSON.stringify(model.architecture));
      const made = createModel(architecture as typeof model.architecture);
      expect(made.constructor).toBe(model.constructor);
      expect(made.architecture).toEqual(model.architecture);
      expect(modelKinds).toContain(model.architecture.kind);
    }
    expect(createModel(tinySCNN().architecture)).toBeInstanceOf(SCNN);
  });

  it("refuses a kind that is not known, by name", () => {
    expect(() => createModel({ kind: "ResNet", options: {} })).toThrow(
      'model kind is "ResNet"; expected one of "SMLP", "SCNN",',
    );
    expect(() => weightCount({ kind: "constructor", options: {} })).toThrow('model kind is "constructor"');
  });
});

describe("weightCount", () => {
  beforeAll(async () => {
    await init({ backend: "reference" });
  });

  it("is the number of weights that the model has, for random architectures", () => {
    const generator = new Generator(5);
    const pick = <T>(...choices: T[]): T => choices[generator.integer(choices.length)];
    for (let i = 0; i < 60; i++) {
      const stages = generator.integer(3);
      const list = <T>(each: () => T): T[] => Array.from({ length: stages }, each);
      const dims = pick(1, 2);
      const pair = (...choices: number[]): number | number[] =>
        dims === 2 && generator.integer(2) === 0 ? [pick(...choices), pick(...choices)] : pick(...choices);
      const options = {
        inputShape: [...Array.from({ length: dims }, () => 32 + generator.integer(4)), pick(1, 2)],
        outputShape: [pick(2, 5)],
        filters: list(() => pick(1, 3, 4)),
        kernelSizes: list(() => pair(1, 2, 3)),
        paddings: list(() => pair(1, 2)),
        strides: list(() => pair(1, 2)),
        poolSizes: list(() => pick<number | number[]>(0, 2)),
        separables: list(() => pick(true, false)),
        fcUnits: Array.from({ length: generator.integer(3) }, () => pick(1, 7)),
        batchNorm: pick(true, false),
        prepool: pick(1, 2),
        gsp: pick(true, false, false),
        neuron: { kind: "ATIF" },
      };
      const architecture = { kind: "SCNN", options };
      const made = createModel(architecture);
      const weights = made.namedParameters().filter(([name]) => /(conv|fc)\w*\.weight$/.test(name));
      const expected = weights.reduce((sum, [, { size }]) => sum + size, 0);
      expect(weightCount(architecture), JSON.stringify(options)).toBe(expected);
    }
    const { architecture } = tinySMLP(1, [5, 7]);
    expect(weightCount(architecture)).toBe(16 * 5 + 5 * 7 + 7 * 3);
  });
});
