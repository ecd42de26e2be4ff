/** The integers by hand, and what is refused. Those of the reference: test/golden/codegen.test.ts. */

import { beforeAll, describe, expect, it } from "vitest";
import { IntegerModel, type IntegerModelOptions } from "../../src/deployment/integer/integer-model.js";
import { Dataset } from "../../src/datasets/dataset.js";
import type { AnyLayerSpec } from "../../src/graph/layer-spec.js";
import { init } from "../../src/kernels/select.js";
import { GraphModel } from "../../src/models/graph-model.js";
import type { LoadableStateDict } from "../../src/module/state-dict.js";
import "../../src/ops/install.js";
import { tensor } from "../../src/tensor/tensor.js";
import { activationsRange } from "../../src/quantization/activations-range.js";
import { calibrate, quantizersIn } from "../../src/quantization/calibrate.js";
import { quantizeModel } from "../../src/quantization/quantize-model.js";
import type { QuantParams } from "../../src/quantization/quantizer-options.js";

function network(
  inputShape: number[],
  classes: number,
  layers: AnyLayerSpec[],
  state: LoadableStateDict = {},
) {
  const model = new GraphModel({ inputShape, outputShape: [classes], layers, timesteps: 4 });
  model.loadStateDict(state, { strict: Object.keys(state).length > 0 });
  return model;
}

const one = (...data: number[]) => ({ shape: [data.length], data });

/** name, input_q, activation_q, weights_q, bias_q, rounding */
type Line = [string, number | null, number, number | null, (number | null)?, string?];

const ranges = (...lines: Line[]): string =>
  lines
    .map(([name, input, activation, weights, bias = null, round = "nearest"]) =>
      [name, input, activation, weights, bias, round, round, round].map((cell) => cell ?? "None").join(","),
    )
    .join("\n");

/** A neuron alone, whose input is one number. */
function neuron(
  kind: string,
  options: object,
  qs: [input: number, output: number, potential: number],
  more = {},
) {
  const model = network([1], 1, [{ name: "neuron", kind, options: { ...options } }]);
  const text = ranges(["neuron", ...qs, null, "floor"]);
  return new IntegerModel(model, { width: 8, ranges: text, ...more });
}

const outputs = (model: IntegerModel, ...xs: number[]): number[] => xs.map((x) => model.step([x])[0]);

describe("IntegerModel", () => {
  beforeAll(() => init({ backend: "wasm" }));

  it("is the linear layer by hand: products, bias with its own bits, one rounding, saturation", () => {
    const model = network(
      [2],
      2,
      [{ name: "fc", kind: "Linear", options: { inFeatures: 2, outFeatures: 2 } }],
      {
        "fc.weight": { shape: [2, 2], data: [0.75, -0.5, 1, 1] },
        "fc.bias": one(0.3, 7),
      },
    );
    const text = (round: string) => ranges(["fc", 3, 2, 4, 6, round]);
    const nearest = new IntegerModel(model, { width: 8, ranges: text("nearest") });
    // 0.75 16 = 12, -8; 0.3 64 = 19.2
    expect(nearest.weights).toEqual({
      fc_kernel: Int32Array.of(12, -8, 16, 16),
      fc_bias: Int32Array.of(19, 127),
    });
    // t = 6: ((12 5 + -8 3) 2^2 + 19 2^3) = 296, of 3 + 6 bits to 2: 296 / 128 = 2.3; (16 8 2^2 + 127 2^3) / 128 = 11.9
    expect([...nearest.step([5, 3])]).toEqual([2, 12]);
    const floor = new IntegerModel(model, { width: 8, ranges: text("floor") });
    expect([...floor.step([5, 3])]).toEqual([2, 11]);
    const wide = new IntegerModel(model, { width: 8, ranges: ranges(["fc", 3, 7, 4, 6]) });
    expect([...wide.step([127, 127])]).toEqual([127, 127]);
    expect([...wide.step([-128, 127])]).toEqual([-128, 127]);
  });

  it("is IF by hand: fires on what is not saturated, and keeps the rest", () => {
    // theta 1 is 16; q_i = 4, q_v = 4, so that x is added as it is. A spike is 1 2^3.
    const model = neuron("IFNode", { vReset: null }, [4, 3, 4]);
    expect(model.weights).toEqual({ neuron_v_threshold: Int32Array.of(16) });
    // 10; 20 fires, 4 is left; 127 + 4 fires, 115 is left, then 242 fires, 226 is kept as 127
    expect(outputs(model, 10, 10, 127, 127, -112, 0)).toEqual([0, 8, 8, 8, 0, 0]);
    expect(outputs(model, 1)).toEqual([8]);
    model.reset();
    expect(outputs(model, 15, 0, 1)).toEqual([0, 0, 8]);
  });

  it("shifts a finer input and potential to one grid, and rounds the potential back", () => {
    // q_i = 6, q_v = 4: x counts a quarter. theta = 16 is 64 there.
    const model = neuron("IFNode", { vReset: null }, [6, 3, 4]);
    // 7 / 4 is kept as 1 (floor): 63 / 4 = 15.75, and 1 / 4 more would have fired
    expect(outputs(model, 63, 3, 1)).toEqual([0, 0, 0]);
    expect(outputs(model, 4)).toEqual([8]);
  });

  it("resets hard to its value, begins there, and the reference begins at 0", () => {
    const options = { vReset: -0.5, vThreshold: 1 };
    const model = neuron("IFNode", options, [4, 3, 4]);
    expect(model.weights.neuron_v_reset).toEqual(Int32Array.of(-8));
    // -8 + 23 = 15, then 16 fires, then -8 + 24 = 16 fires
    expect(outputs(model, 23, 1, 24)).toEqual([0, 8, 8]);
    expect(outputs(neuron("IFNode", options, [4, 3, 4], { compat: "qualia", longWidth: 32 }), 16)).toEqual([
      8,
    ]);
  });

  it("gives ATIF's threshold where it fires, and IFSRL's one", () => {
    const atif = network([1], 1, [{ name: "neuron", kind: "ATIF" }], { "neuron.v_threshold": one(0.69) });
    const ifsrl = network([1], 1, [{ name: "neuron", kind: "IFSRL" }], { "neuron.vp_th": one(0.69) });
    const text = ranges(["neuron", 6, 6, 5, null, "nearest"]);
    const [a, b] = [atif, ifsrl].map((model) => new IntegerModel(model, { width: 8, ranges: text }));
    // 0.69 2^5 = 22.08; with 6 bits 44
    expect(a.weights).toEqual({ neuron_v_threshold: Int32Array.of(22) });
    expect(outputs(a, 43, 1)).toEqual([0, 44]);
    expect(outputs(b, 43, 1)).toEqual([0, 64]);
  });

  it("leaks by the bits of the leak, and the reference by those of the common grid", () => {
    // 1 / tau = 0.25 is 2 with q_v = 3; q_i = 5: t = 5. v' = v 2^2
    const options = { vReset: null, tau: 4, decayInput: false, vThreshold: 2 };
    const model = neuron("LIFNode", options, [5, 5, 3]);
    expect(model.weights).toEqual({
      neuron_v_threshold: Int32Array.of(16),
      neuron_reciprocal_tau: Int32Array.of(2),
    });
    // u = 40: v = 10. Then 40 - (40 2 >> 3) + 34 = 64 = theta
    expect(outputs(model, 40, 34)).toEqual([0, 32]);
    model.reset();
    expect(outputs(model, 40, 33)).toEqual([0, 0]);
    // 40 - (40 2 >> 5) = 38, and 26 more
    const compat = neuron("LIFNode", options, [5, 5, 3], { compat: "qualia", longWidth: 32 });
    expect(outputs(compat, 40, 26)).toEqual([0, 32]);
    const decaying = neuron("LIFNode", { ...options, decayInput: true }, [5, 5, 3]);
    // u = 0 + (100 2 >> 3) = 25 and v = 6, that is 24: 24 + ((127 - 24) 2 >> 3) = 49
    expect(outputs(decaying, 100, 127)).toEqual([0, 0]);
  });

  it("does not round a leak before the threshold test; the reference does", () => {
    // 1 / tau = 0.25 is 1 with q_v = 2, and theta 0.5 is 2; q_i = 2. u = x/4: of 7, 1.75 steps; of 8, 2.
    const options = { vReset: null, tau: 4, vThreshold: 0.5 };
    const text = ranges(["neuron", 2, 0, 2, null, "nearest"]);
    const model = (more: object) =>
      new IntegerModel(network([1], 1, [{ name: "neuron", kind: "LIFNode", options }]), {
        width: 8,
        ranges: text,
        ...more,
      });
    expect(outputs(model({}), 7)).toEqual([0]);
    expect(outputs(model({}), 8)).toEqual([1]);
    expect(outputs(model({ compat: "qualia" }), 7)).toEqual([1]);
    // 7 are stored as round(1.75) = 2 steps: 2 + (7 - 2) / 4 = 3.25
    expect(outputs(model({}), 7, 7, 0)).toEqual([0, 1, 0]);
  });

  it("keeps the bits of a bias where the input has fewer than none", () => {
    // q_i = -1: sum w x has 3 - 1 = 2 fractional bits, the bias 3. 2 (4) 2^-2 + 1.125 = 3.125, of which floor with q = 3 is 25.
    const model = network(
      [1],
      1,
      [{ name: "fc", kind: "Linear", options: { inFeatures: 1, outFeatures: 1 } }],
      {
        "fc.weight": { shape: [1, 1], data: [0.5] },
        "fc.bias": one(1.125),
      },
    );
    const integer = new IntegerModel(model, { width: 8, ranges: ranges(["fc", -1, 3, 3, null, "floor"]) });
    expect(outputs(integer, 2)).toEqual([2 * 2 * 0.5 * 8 + 9]);
  });

  it("divides a mean once, rounded as the layer is", () => {
    const model = network([3, 1], 1, [
      { name: "pool", kind: "AvgPool1d", options: { kernelSize: 3 } },
      { name: "flatten", kind: "Flatten" },
    ]);
    const mean = (round: string, more: Partial<IntegerModelOptions> = {}) =>
      new IntegerModel(model, { width: 8, ranges: ranges(["pool", 4, 4, null, null, round]), ...more });
    expect([...mean("nearest").step([-1, -3, -4])]).toEqual([-3]);
    expect([...mean("floor").step([1, 3, 4])]).toEqual([2]);
    expect([...mean("floor").step([-1, -3, -3])]).toEqual([-3]);
    expect([...mean("floor", { compat: "qualia" }).step([-1, -3, -3])]).toEqual([-2]);
  });

  it("adds branches with different bits on the finest grid", () => {
    const model = network([1], 1, [
      { name: "a", kind: "Linear", options: { inFeatures: 1, outFeatures: 1, bias: false }, inputs: ["input"] },
      { name: "b", kind: "Linear", options: { inFeatures: 1, outFeatures: 1, bias: false }, inputs: ["input"] },
      { name: "add", kind: "Add", inputs: ["a", "b"] },
    ], { "a.weight": { shape: [1, 1], data: [1] }, "b.weight": { shape: [1, 1], data: [1] } }); // prettier-ignore
    const text = ranges(["a", 4, 2, 4], ["b", 4, 5, 4], ["add", null, 3, null]);
    const integer = new IntegerModel(model, { width: 8, ranges: text });
    // 5/16: 1 with 2 bits, 10 with 5; 1 2^3 + 10 = 18, with 3 bits 4.5: a half goes up
    expect([...integer.step([5])]).toEqual([5]);
    expect(Object.keys(integer.maps)).toEqual(["input", "a", "b", "add"]);
  });

  it("turns a map that is flattened channels first, and lets dropout through", () => {
    const model = network([2, 3], 6, [
      { name: "dropout", kind: "Dropout", options: { p: 0.5 } },
      { name: "flatten", kind: "Flatten" },
    ]);
    const integer = new IntegerModel(model, { width: 8, ranges: ranges(["dropout", 3, 3, null]) });
    expect([...integer.step([1, 2, 3, 4, 5, 6])]).toEqual([1, 4, 2, 5, 3, 6]);
    expect(Object.keys(integer.maps)).toEqual(["input", "flatten"]);
  });

  it("rounds inputs as the network's are, and clamps them", () => {
    const model = network([4], 4, [{ name: "flatten", kind: "Flatten" }]);
    const text = (round: string) => ranges(["flatten", 4, 4, null, null, round]);
    const quantized = (round: string) =>
      new IntegerModel(model, { width: 8, ranges: text(round) }).quantizeInput([0.22, -0.22, 100, -100]);
    expect([...quantized("nearest")]).toEqual([4, -4, 127, -128]);
    expect([...quantized("floor")]).toEqual([3, -4, 127, -128]);
    expect([...quantized("ceil")]).toEqual([4, -3, 127, -128]);
  });

  const linear = (inFeatures: number) =>
    network(
      [inFeatures],
      1,
      [{ name: "layers.fc", kind: "Linear", options: { inFeatures, outFeatures: 1, bias: false } }],
      { "layers.fc.weight": { shape: [1, inFeatures], data: new Float32Array(inFeatures).fill(1) } },
    );

  it("refuses sums that could leave their width, one beyond each, and says which width is enough", () => {
    // An input of -128 and a weight of 127: three come to 3 127 128, two to 32,512.
    const text = ranges(["layers_fc", 7, 7, 7]);
    expect(() => new IntegerModel(linear(2), { width: 8, longWidth: 16, ranges: text })).not.toThrow();
    expect(() => new IntegerModel(linear(3), { width: 8, longWidth: 16, ranges: text })).toThrow(
      "IntegerModel: sums of layers.fc can come to -48768, and 16 bits hold -32768 to 32767; expected sums that fit. " +
        "Give longWidth: 32, or quantize with fewer bits.",
    );
    expect(() => new IntegerModel(linear(3), { width: 8, ranges: text })).not.toThrow();
    const sixteen = ranges(["layers_fc", 15, 15, 15]);
    expect(() => new IntegerModel(linear(3), { width: 16, ranges: sixteen })).toThrow(/longWidth: 64/);
    const exact = new IntegerModel(linear(3), { width: 16, longWidth: 64, ranges: sixteen });
    // 3 32767 32767 / 2^15 = 98,295
    expect([...exact.step([32767, 32767, 32767])]).toEqual([32767]);
    expect([...exact.step([-32768, 32767, 16384])]).toEqual([16383]);
  });

  it("wraps as the reference does, where that is asked for", () => {
    const text = ranges(["layers_fc", 7, 7, 7]);
    const model = new IntegerModel(linear(3), { width: 8, ranges: text, compat: "qualia" });
    // 3 127 127 = 48,387 is -17,149 in 16 bits; (-17,149 + 64) >> 7 = -134
    expect([...model.step([127, 127, 127])]).toEqual([-128]);
    expect([...new IntegerModel(linear(3), { width: 8, ranges: text }).step([127, 127, 127])]).toEqual([127]);
  });

  it("names neurons that cannot fire any more, and those that always do", () => {
    const chain = (weight: number, theta: number) =>
      network(
        [1],
        1,
        [
          { name: "fc", kind: "Linear", options: { inFeatures: 1, outFeatures: 1, bias: false } },
          { name: "neuron", kind: "LIFNode", options: { vReset: null, tau: 2, vThreshold: theta } },
        ],
        { "fc.weight": { shape: [1, 1], data: [weight] } },
      );
    const text = ranges(["fc", 7, 7, 7], ["neuron", 7, 6, 7]);
    const model = (weight: number, theta: number) =>
      new IntegerModel(chain(weight, theta), { width: 8, ranges: text });
    expect(model(0.99, 0.9)).toMatchObject({ silent: [], restless: [] });
    // The weight is 64 of 128: u comes to at most 64 of the 115 of theta, however long.
    expect(model(0.5, 0.9)).toMatchObject({ silent: ["neuron"], restless: [] });
    expect(model(0.5, 0.001)).toMatchObject({ silent: [], restless: ["neuron"] });
  });

  it.each<[string, () => unknown, string]>([
    ["a layer without a form", () => neuron("Odd", {}, [1, 1, 1]), "the kind is \"Odd\""],
    ["a width", () => new IntegerModel(linear(1), { width: 32 as never, ranges: "" }), "IntegerModel: width is \"32\"; expected one of"],
    ["no ranges", () => new IntegerModel(linear(1), { width: 8 } as never), "IntegerModel: ranges is undefined; expected the text of a range file."],
    ["empty ranges", () => new IntegerModel(linear(1), { width: 8, ranges: "\n" }), "ranges: it is empty; expected a line per layer."],
    ["another network's", () => new IntegerModel(linear(1), { width: 8, ranges: ranges(["layers_conv1", 7, 7, 7]) }), "ranges: there is a line for layers_conv1, and the network has no such layer; expected names of layers_fc"],
    ["no line for weights", () => new IntegerModel(linear(1), { width: 8, ranges: ranges(["layers_fc", 7, 7, null]) }), "ranges: layers_fc has no line with a weights_q;"],
    ["half a line", () => new IntegerModel(linear(1), { width: 8, ranges: "layers_fc,7,7" }), "ranges:1: 3 fields; expected 8: name,"],
    ["a line twice", () => new IntegerModel(linear(1), { width: 8, ranges: ranges(["layers_fc", 7, 7, 7], ["layers_fc", 7, 7, 7]) }), 'ranges:2: the name "layers_fc" is empty or twice there;'],
    ["bits that are none", () => new IntegerModel(linear(1), { width: 8, ranges: ranges(["layers_fc", 7, 1.5, 7]) }), 'ranges:1: "1.5" is no number of fractional bits; expected a whole number or None.'],
    ["a rounding", () => new IntegerModel(linear(1), { width: 8, ranges: ranges(["layers_fc", 7, 7, 7, null, "up"]) }), 'ranges:1: "up" is no rounding; expected nearest, floor, ceil or None.'],
    ["no input", () => new IntegerModel(linear(1), { width: 8, ranges: ranges(["layers_fc", null, 7, 7]) }), "ranges: no line has an input_q"],
    ["no activations", () => new IntegerModel(linear(1), { width: 8, ranges: "layers_fc,7,None,7,None,floor,floor,floor" }), "ranges: layers_fc has no activation_q"],
    ["a width in quotes", () => new IntegerModel(linear(1), { width: "8" as never, ranges: "" }), 'IntegerModel: width is "8"; expected a number. Write it without quotes.'],
    ["a width of sums in quotes", () => new IntegerModel(linear(1), { width: 8, longWidth: "32" as never, ranges: "" }), 'IntegerModel: longWidth is "32"; expected a number. Write it without quotes.'],
    ["ranges without a width", () => new IntegerModel(linear(1), { ranges: ranges(["layers_fc", 7, 7, 7]) }), "IntegerModel: width is undefined; expected a number. Give one: it has no default."],
    ["too few inputs", () => new IntegerModel(linear(2), { width: 8, ranges: ranges(["layers_fc", 7, 7, 7]) }).step([1]), "IntegerModel.step: 1 numbers; expected 2, [2]."],
    ["an input that is no integer", () => new IntegerModel(linear(1), { width: 8, ranges: ranges(["layers_fc", 7, 7, 7]) }).step([128]), "IntegerModel.step: element 0 is 128; expected integers from -128 to 127"],
    ["no input for a step", () => new IntegerModel(linear(1), { width: 8, ranges: ranges(["layers_fc", 7, 7, 7]) }).step(undefined as never), "IntegerModel.step: x is undefined; expected numbers"],
    ["a tensor as input", () => new IntegerModel(linear(1), { width: 8, ranges: ranges(["layers_fc", 7, 7, 7]) }).quantizeInput(tensor([1]) as never), "IntegerModel.quantizeInput: x is a Tensor; expected numbers, such as a Float32Array. Of a tensor, take tensor.toArray()."],
    ["NaN", () => new IntegerModel(linear(1), { width: 8, ranges: ranges(["layers_fc", 7, 7, 7]) }).quantizeInput([0, NaN]), "IntegerModel.quantizeInput: element 1 is NaN; expected a number."],
    ["an element that is a text", () => new IntegerModel(linear(1), { width: 8, ranges: ranges(["layers_fc", 7, 7, 7]) }).quantizeInput(["1"] as never), 'IntegerModel.quantizeInput: element 0 is "1"; expected a number.'],
  ])("refuses %s", (_, act, message) => {
    expect(act).toThrow(message);
  }); // prettier-ignore

  describe("of a quantized model", () => {
    const float = () =>
      network([2], 2, [
        { name: "fc", kind: "Linear", options: { inFeatures: 2, outFeatures: 3 } },
        { name: "neuron", kind: "IFNode", options: { vReset: null, vThreshold: 0.5 } },
        { name: "out", kind: "Linear", options: { inFeatures: 3, outFeatures: 2 } },
      ]);
    const data = new Dataset({ name: "d", x: Float32Array.of(1, -1.5, 0.25, 3), labels: new Int32Array(2), sampleShape: [2], classes: 2 }); // prettier-ignore
    const quantized = (params: QuantParams, isCalibrated = true) => {
      const model = quantizeModel(float(), params).eval();
      if (isCalibrated) calibrate(model, data);
      return model;
    };

    it("knows formats by itself: those of the range file, and bits and rounding of each tensor", () => {
      const model = quantized({
        bits: 8,
        w: { bits: 4, roundtype: "floor" },
        v: { bits: 16 },
        roundtype: "nearest",
      });
      const { program } = new IntegerModel(model);
      expect([program.width, program.inputBits, program.inputQ]).toEqual([16, 8, 5]);
      const [fc, neuron] = program.layers;
      if (fc.kind !== "weightedSum" || neuron.kind !== "neuron") throw new Error("other layers");
      expect([fc.bits, neuron.bits, neuron.potentialBits]).toEqual([8, 8, 16]);
      expect(Math.max(...fc.weights.map(Math.abs))).toBeLessThanOrEqual(8);
      const text = new IntegerModel(model, { width: 16, ranges: activationsRange(model) });
      expect(text.program).toEqual(program);
      expect(new IntegerModel(quantized({ bits: 8 })).program.width).toBe(8);
      expect(new IntegerModel(quantized({ bits: 8 }), { width: 16 }).program.width).toBe(16);
    });

    it("refuses a width that does not hold what its quantizers have", () => {
      const model = quantized({ bits: 8, v: { bits: 9 } });
      expect(() => new IntegerModel(model, { width: 8 })).toThrow(
        "IntegerModel: neuron.quantizer_v has 9 bits, and width is 8; expected a width that holds them. Give width: 16, or quantize with at most 8 bits.",
      );
      expect(new IntegerModel(model).program.width).toBe(16);
    });

    it("takes no range file in which a layer is missing, unless the reference would", () => {
      const lines = activationsRange(quantized({ bits: 8 }))
        .trimEnd()
        .split("\n");
      for (const [i, name] of ["fc", "neuron", "out"].entries()) {
        const text = lines.filter((_, k) => k !== i).join("\n");
        expect(() => new IntegerModel(quantized({ bits: 8 }), { width: 8, ranges: text })).toThrow(
          `ranges: there is no line for ${name}; expected the fractional bits of each quantized layer.`,
        );
        expect(() => new IntegerModel(float(), { width: 8, ranges: text })).toThrow(
          `ranges: ${name} has no line with a weights_q;`,
        );
      }
      const guessed = {
        width: 8,
        longWidth: 32,
        compat: "qualia",
        ranges: lines.slice(0, 2).join("\n"),
      } as const;
      expect(() => new IntegerModel(float(), guessed)).not.toThrow();
    });

    it("keeps names, and brings inputs to the grid of their quantizers first where that is another", () => {
      const names = (params: QuantParams) => Object.keys(new IntegerModel(quantized(params)).maps);
      expect(names({})).toEqual(["input", "fc", "neuron", "out"]);
      expect(names({ input: { bits: 4 } })).toEqual([
        "input",
        "fc",
        "neuron_input",
        "neuron",
        "out_input",
        "out",
      ]);
    });

    it("is as the reference's where that is asked for", () => {
      const model = quantizeModel(float(), { bits: 8 }, { compat: "qualia" });
      calibrate(model, data);
      const integer = new IntegerModel(model.eval(), { compat: "qualia", longWidth: 32 });
      expect(Object.keys(integer.maps)).toEqual(["input", "fc", "neuron", "out"]);
    });

    it.each<[string, QuantParams, string]>([
      ["any step", { quantype: "fake" }, 'IntegerModel: fc.quantizer_act has the quantype "fake"; expected steps that are powers of two. Quantize the model with quantype "fxp", without LSQ.'],
      ["learned steps", { act: { LSQ: true } }, "IntegerModel: fc.quantizer_act has a learned step (LSQ); expected steps"],
      ["weights that are not quantized", { w: { quantEnable: false } }, "IntegerModel: fc.quantizer_w is disabled (quantEnable)"],
      ["an input that is not quantized", { input: { quantEnable: false } }, "IntegerModel: fc reads the network's input and does not quantize it"],
    ])("refuses %s", (_, params, message) => {
      expect(() => new IntegerModel(quantized(params))).toThrow(message);
    }); // prettier-ignore

    it("refuses quantizers without a range, ranges that differ where the input is read, and no ranges at all", () => {
      expect(() => new IntegerModel(quantized({}, false))).toThrow("IntegerModel: fc.quantizer_act has no range; expected one from data. Call calibrate(model, dataset)"); // prettier-ignore
      const twice = network([2], 2, [
        { name: "a", kind: "Linear", options: { inFeatures: 2, outFeatures: 2 } },
        { name: "sum", kind: "Add", options: {}, inputs: ["a", "input"] },
      ]);
      const model = quantizeModel(twice, { bits: 8 }).eval();
      calibrate(model, data);
      expect(() => new IntegerModel(model)).not.toThrow();
      const own = quantizersIn(model).find(({ tensorType }) => tensorType === "input");
      if (own === undefined) throw new Error("no input");
      own.globalMax = 100;
      expect(() => new IntegerModel(model)).toThrow('IntegerModel: a reads the network\'s input with 0 of 8 bits behind the point, rounded "nearest", and sum with 5 of 8 bits'); // prettier-ignore
      expect(() => new IntegerModel(float())).toThrow("IntegerModel: ranges is undefined; expected the text of a range file."); // prettier-ignore
    });
  });
});
