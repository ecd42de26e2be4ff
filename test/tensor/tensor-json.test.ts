import { beforeAll, expect, it } from "vitest";
import { Dataset } from "../../src/datasets/dataset.js";
import { StateError } from "../../src/errors.js";
import { init } from "../../src/kernels/select.js";
import { Linear } from "../../src/layers/linear.js";
import { SMLP } from "../../src/models/smlp.js";
import { Parameter } from "../../src/module/parameter.js";
import "../../src/ops/install.js";
import { tensorJson } from "../../src/tensor/tensor-json.js";
import { tensor, type Tensor } from "../../src/tensor/tensor.js";

beforeAll(() => init({ backend: "reference" }));

it("JSON of a tensor makes the same tensor again", () => {
  const x = tensor([0.1, -2, 3e38, 1e-45, 16777216, 6], [2, 3]);
  const text = JSON.stringify({ x, none: tensor([], [0, 2]), one: tensor([7], []) });
  const read = JSON.parse(text) as Record<"x" | "none" | "one", { shape: number[]; data: number[] }>;
  expect(Object.keys(read.x)).toEqual(["shape", "data"]);
  expect(read.none).toEqual({ shape: [0, 2], data: [] });
  expect(read.one).toEqual({ shape: [], data: [7] });
  const again = tensor(read.x.data, read.x.shape);
  expect(again.shape).toEqual([2, 3]);
  expect(again.toArray()).toEqual(x.toArray());
});

it("JSON of a view holds what the view shows, and of a parameter its values", () => {
  expect(JSON.stringify(tensor([1, 2, 3, 4], [2, 2]).at(1))).toBe('{"shape":[2],"data":[3,4]}');
  expect(JSON.stringify([new Parameter(tensor([1, 2], [2]))])).toBe('[{"shape":[2],"data":[1,2]}]');
});

it.each([NaN, Infinity, -Infinity])("JSON has no number for %d", (value) => {
  expect(() => JSON.stringify({ x: tensor([1, value], [2]) })).toThrow(
    `toJSON: element 1 of the tensor of shape [2] is ${value}, which JSON would write as null; expected finite numbers.`,
  );
});

it("JSON of a tensor that is gone, or of too many elements, is refused", () => {
  const gone: Tensor = tensor([1], [1]);
  gone.dispose();
  expect(() => JSON.stringify(gone)).toThrow(StateError);
  expect(() => tensorJson([2 ** 24 + 1], new Float32Array(2 ** 24 + 1))).toThrow(
    "toJSON: the tensor of shape [16777217] has 16777217 elements; expected at most 16777216 in JSON.",
  );
});

it("networks, layers and data sets say what to write instead", () => {
  const model = new SMLP({
    inputShape: [2],
    outputShape: [2],
    units: [2],
    timesteps: 1,
    neuron: { kind: "ATIF" },
  });
  for (const [name, module] of [
    ["SMLP", model],
    ["Linear", new Linear(2, 2)],
  ] as const) {
    expect(() => JSON.stringify({ module })).toThrow(
      new TypeError(
        `${name}: a network or layer cannot be written as JSON; expected stateDict() for its weights, ` +
          "model.architecture for its layers, or saveModel(path, model) for both.",
      ),
    );
  }
  const data = new Dataset({ name: "two", x: Float32Array.of(1, 2), labels: [0, 1], sampleShape: [1] });
  expect(() => JSON.stringify([data])).toThrow(
    new TypeError(
      'Dataset "two": 2 samples of [1] are not written as JSON; expected the fields that you need, such as Array.from(data.labels).',
    ),
  );
});
