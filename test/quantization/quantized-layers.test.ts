/** The rows of quantized layers, and the text of their ranges. */

import { beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import { layerOf, type PlainOptions } from "../../src/layers/table.js";
import "../../src/ops/install.js";
import { parseActivationsRange } from "../../src/quantization/activations-range.js";
import "../../src/quantization/kinds.js";
import type { Shape } from "../../src/shapes.js";
import { tensor } from "../../src/tensor/tensor.js";

beforeAll(() => init({ backend: "wasm", threads: 1 }));

describe("the rows of quantized layers", () => {
  const spec = { quantParams: { bits: 5 }, compat: "qualia" };
  it.each<[string, PlainOptions, readonly Shape[]]>([
    ["Linear", { inFeatures: 6, outFeatures: 4 }, [[6]]],
    ["Conv1d", { inChannels: 2, outChannels: 3, kernelSize: 4, stride: 2, padding: 1 }, [[7, 2]]],
    ["Conv2d", { inChannels: 4, outChannels: 8, kernelSize: [3, 2], groups: 4, bias: false }, [[3, 3, 4]]],
    ["BatchNorm1d", { numFeatures: 3 }, [[2, 3]]],
    ["BatchNorm2d", { numFeatures: 3, eps: 1e-3 }, [[2, 4, 3]]],
    ["MaxPool1d", { kernelSize: 3, stride: 2 }, [[8, 2]]],
    ["MaxPool2d", { kernelSize: [3, 2], stride: 2, padding: [1, 0] }, [[5, 4, 1]]],
    ["AvgPool1d", { kernelSize: 4 }, [[9, 2]]],
    ["AvgPool2d", { kernelSize: 2 }, [[4, 4, 1]]],
    ["GlobalSumPool", {}, [[3, 4, 2]]],
    ["Add", {}, [[2, 3], [2, 3]]],
  ])("%s: the same shape, weights and operations; made again from its own options", (kind, options, inputs) => {
    const [float, quantized] = [kind, `Quantized${kind}`].map((each) => layerOf("test", each));
    const [own, others] = [float.resolve("test", options), quantized.resolve("test", { ...options, ...spec })];
    const output = float.outputShape(own, inputs, "test");
    expect(quantized.outputShape(others, inputs, "test")).toEqual(output);
    expect(quantized.weights(others)).toBe(float.weights(own));
    expect(quantized.operations(others, inputs, output)).toEqual(float.operations(own, inputs, output));
    for (const stepMode of ["s", "m"] as const) {
      const layer = quantized.create(others, stepMode);
      expect(quantized.optionsOf(layer)).toMatchObject({ ...others });
      const leading = stepMode === "m" ? [2, 2] : [2];
      const [x, ...rest] = inputs.map((shape) => tensor(new Float32Array([...leading, ...shape].reduce((a, b) => a * b)).fill(0.5), [...leading, ...shape]));
      expect(layer.forward(x, ...rest).shape).toEqual([...leading, ...output]);
      const again = quantized.create(quantized.resolve("test", JSON.parse(JSON.stringify(quantized.optionsOf(layer)))), stepMode);
      expect(quantized.optionsOf(again)).toEqual(quantized.optionsOf(layer));
    }
  }); // prettier-ignore

  it("QuantizedAdd refuses another number of inputs", () => {
    const add = layerOf("test", "QuantizedAdd");
    const options = add.resolve("test", { branches: 3 });
    expect(() => add.outputShape(options, [[2], [2]], "net: add")).toThrow(
      "net: add gets 2 inputs; expected branches, 3.",
    );
  });

  it("batch norm: a scale and a shift on the grid, unbiased variance; of the reference, biased", () => {
    const x = tensor([1, 3, -1, 5], [4, 1]);
    const running = (compat?: "qualia"): number[] => {
      const row = layerOf("test", "QuantizedBatchNorm1d");
      const layer = row.create(
        row.resolve("test", { numFeatures: 1, momentum: 1, quantParams: { bits: 16 }, compat }),
        "s",
      );
      layer.forward(x);
      return Object.values(layer.stateDict())
        .flatMap(({ data }) => [...data])
        .slice(2);
    };
    // mean 2, sum of squares 20
    expect(running("qualia")).toEqual([2, 5]);
    expect(running()[1]).toBeCloseTo(20 / 3, 5);
  });
});

describe("parseActivationsRange", () => {
  it("reads what activationsRange writes, and adds the input", () => {
    const text = "layers_fc1,5,4,7,None,floor,floor,floor\nadd,None,-1,None,None,None,nearest,None\n";
    const ranges = parseActivationsRange(text);
    expect([...ranges.keys()]).toEqual(["layers_fc1", "add", "input"]);
    expect(ranges.get("input")).toMatchObject({
      inputQ: 5,
      activationQ: 5,
      weightsQ: 0,
      inputRound: "floor",
    });
    expect(ranges.get("add")).toMatchObject({ inputQ: null, activationQ: -1, activationRound: "nearest" });
  });

  it.each([
    ["a,1,2", "my.txt:1: 3 fields; expected 8"],
    ["\na,1,2,3,4,floor,floor,up", 'my.txt:2: "up" is no rounding; expected nearest, floor, ceil or None.'],
    ["a,1,2,x,4,floor,floor,None", 'my.txt:1: "x" is no number of fractional bits'],
    ["a,1,2,3,4,None,None,None\na,1,2,3,4,None,None,None", 'my.txt:2: the name "a" is empty or twice there'],
  ])("refuses %j", (text, message) => {
    expect(() => parseActivationsRange(text, "my.txt")).toThrow(message);
  });
});
