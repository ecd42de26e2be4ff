import { beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import { createModel } from "../../src/models/table.js";
import type { PreprocessingSpec } from "../../src/preprocessing/table.js";
import { tensor } from "../../src/tensor/tensor.js";
import "../../src/ops/install.js";
import { tinySCNN, tinySMLP } from "../training/tiny.js";

beforeAll(() => init({ threads: 1 }));

const normalize = { kind: "Normalize", options: { mean: 0.5, std: 0.25 } };

describe("model.preprocessing", () => {
  it("is empty, is set as it is read, and is part of the architecture", () => {
    const model = tinySCNN();
    expect(model.preprocessing).toEqual([]);
    const options = { mean: [0.5], std: [0.25] };
    const steps = [{ kind: "Normalize", options }];
    model.preprocessing = steps;
    options.mean[0] = 9;
    steps.pop();
    expect(model.preprocessing).toEqual([{ kind: "Normalize", options: { mean: [0.5], std: [0.25] } }]);
    expect(() => (model.preprocessing as unknown[]).push(1)).toThrow(TypeError);
    expect(createModel(model.architecture).preprocessing).toEqual(model.preprocessing);
    expect(JSON.parse(JSON.stringify(model.architecture))).toEqual(model.architecture);
  });

  it("stays as it was if it is refused", () => {
    const model = tinySMLP();
    model.preprocessing = [normalize];
    const before = model.preprocessing;
    for (const wrong of [null, {}, "Normalize", [{ ...normalize, options: { mean: [1, 2], std: 1 } }]]) {
      expect(() => {
        model.preprocessing = wrong as readonly PreprocessingSpec[];
      }).toThrow(/^SMLP: preprocessing/);
      expect(model.preprocessing).toBe(before);
    }
  });
});

describe("model.prepare", () => {
  it("gives what run() takes, by hand", () => {
    const model = tinySMLP();
    model.preprocessing = [normalize];
    const x = tensor(new Float32Array(32).fill(0.75), [2, 4, 4, 1]);
    const prepared = model.prepare(x);
    expect(prepared.shape).toEqual([2, 4, 4, 1]);
    expect([...new Set(prepared.data)]).toEqual([1]);
    expect([...new Set(x.data)]).toEqual([0.75]);
  });

  it("gives x itself where nothing is done", () => {
    const x = tensor(new Float32Array(16), [1, 4, 4, 1]);
    expect(tinySMLP().prepare(x)).toBe(x);
  });

  it("takes images that were flattened where the network does", () => {
    const model = tinySMLP();
    const statistics = { shape: [4, 1, 1], offset: [0, 1, 2, 3], scale: [1, 1, 1, 2] };
    model.preprocessing = [{ kind: "NormalizeDataset", options: statistics }];
    const flat = model.prepare(tensor(new Float32Array(16).fill(4), [1, 16]));
    expect(flat.shape).toEqual([1, 16]);
    expect([0, 4, 8, 12].map((i) => flat.data[i])).toEqual([4, 3, 2, 0.5]);
    expect(model.run(flat).shape).toEqual([1, 3]);
  });

  it("refuses samples that do not fit the steps, and what is no tensor", () => {
    const model = tinySMLP();
    const statistics = { shape: [4, 4, 1], offset: new Array(16).fill(0), scale: new Array(16).fill(1) };
    model.preprocessing = [{ kind: "NormalizeDataset", options: statistics }];
    expect(() => model.prepare(tensor(new Float32Array(15), [1, 5, 3, 1]))).toThrow(
      "NormalizeDataset: the statistics are of samples [4, 4, 1], but the samples are [5, 3, 1]; expected the same shape.",
    );
    expect(() => model.prepare([1] as never)).toThrow(/^SMLP\.prepare: /);
  });
});
