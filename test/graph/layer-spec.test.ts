/** Lists of layers: their order, their names, and every list that makes no network. */

import { beforeAll, describe, expect, it } from "vitest";
import { planLayers, type AnyLayerSpec } from "../../src/graph/layer-spec.js";
import { init } from "../../src/kernels/select.js";
import { GraphModel } from "../../src/models/graph-model.js";
import { weightCount } from "../../src/models/table.js";
import "../../src/ops/install.js";
import { memory } from "../../src/tensor/memory.js";

const linear = (name: string, inFeatures: number, outFeatures: number, inputs?: string[]): AnyLayerSpec => ({
  name, kind: "Linear", options: { inFeatures, outFeatures }, ...(inputs === undefined ? {} : { inputs }),
}); // prettier-ignore

const orderOf = (specs: readonly AnyLayerSpec[]): string[] =>
  planLayers("net", [4], specs).layers.map(({ name }) => name);

describe("the order of a list", () => {
  it("is its own for a chain, whatever its names", () => {
    expect(orderOf([linear("b", 4, 3), linear("a", 3, 2)])).toEqual(["b", "a"]);
  });

  it("is branch by branch, in the order of inputs, wherever the layers stand in the list", () => {
    const specs = [
      { name: "sum", kind: "Add", inputs: ["right", "left", "deep"] },
      linear("left", 4, 3, ["input"]),
      linear("right", 4, 3, ["input"]),
      linear("deep", 3, 3, ["left"]),
    ];
    expect(orderOf(specs)).toEqual(["right", "left", "deep", "sum"]);
    expect(planLayers("net", [4], specs).places).toEqual([4, 2, 1, 3]);
  });

  it("makes and names layers in the order of the list, as state dicts do", async () => {
    await init({ backend: "wasm", threads: 1 });
    const layers = [
      linear("out", 3, 2, ["sum"]),
      { name: "sum", kind: "Add", inputs: ["group.b", "group.a"] },
      linear("group.a", 4, 3, ["input"]),
      linear("group.b", 4, 3, ["input"]),
    ];
    const model = new GraphModel({ inputShape: [4], outputShape: [2], layers, timesteps: 1 });
    expect(Object.keys(model.stateDict())).toEqual([
      "out.weight", "out.bias", "group.a.weight", "group.a.bias", "group.b.weight", "group.b.bias",
    ]); // prettier-ignore
    expect(model.children().map(([name]) => name)).toEqual(["out", "sum", "group"]);
    expect(() => model.children()[2][1].forward(undefined as never)).toThrow("a group of layers was called");
    expect(model.architecture.options.layers).toEqual([
      { name: "out", kind: "Linear", options: { inFeatures: 3, outFeatures: 2, bias: true, flattenedChannels: 1 }, inputs: ["sum"] },
      { name: "sum", kind: "Add", options: {}, inputs: ["group.b", "group.a"] },
      { name: "group.a", kind: "Linear", options: { inFeatures: 4, outFeatures: 3, bias: true, flattenedChannels: 1 }, inputs: ["input"] },
      { name: "group.b", kind: "Linear", options: { inFeatures: 4, outFeatures: 3, bias: true, flattenedChannels: 1 }, inputs: ["input"] },
    ]); // prettier-ignore
  });
});

describe("what makes no network", () => {
  beforeAll(() => init({ backend: "wasm", threads: 1 }));
  const fc = linear("fc", 4, 2);

  it.each<[string, unknown, typeof Error, string]>([
    ["no list", 5, TypeError, "GraphModel: layers is 5; expected a list with at least one layer, such as"],
    ["an empty list", [], TypeError, "GraphModel: layers is []; expected a list with at least one layer"],
    ["an entry that is no object", [7], TypeError, "GraphModel: layers[0]: options are 7; expected an object like { name: … }."],
    ["an unknown key", [{ ...fc, shape: 1 }], TypeError, 'GraphModel: layers[0]: unknown option "shape"; known options are name, kind, options, inputs.'],
    ["no name", [{ kind: "Add" }], TypeError, 'GraphModel: layers[0]: name is undefined; expected letters, digits and _, with dots between groups, such as "conv1" or "layers.conv1".'],
    ["a name with a slash", [linear("a/b", 4, 2)], TypeError, 'GraphModel: layers[0]: name is "a/b"; expected letters'],
    ["a name that reaches a prototype", [linear("a.__proto__", 4, 2)], TypeError, 'name is "a.__proto__"; expected letters'],
    ["a name that ends in a dot", [linear("a.", 4, 2)], TypeError, 'name is "a."; expected letters'],
    ["the name of the input", [linear("input", 4, 2)], RangeError, 'layers[0]: name is "input", which is the network\'s input; expected another.'],
    ["a name twice", [fc, fc], RangeError, 'layers[1]: name is "fc", and there is a layer "fc" already; expected each name once'],
    ["a layer inside a layer", [fc, linear("fc.a", 2, 2)], RangeError, 'layers[1]: name is "fc.a", and there is a layer "fc" already; expected each name once, and no layer inside another.'],
    ["a layer around a layer", [linear("fc.a", 4, 2), linear("fc", 2, 2)], RangeError, 'name is "fc", and there is a layer "fc.a" already'],
    ["an unknown kind", [{ name: "a", kind: "Liner" }], RangeError, 'GraphModel: layers[0]: the kind is "Liner"; expected one of Linear,'],
    ["an unknown option of a layer", [{ ...fc, options: { in: 4 } }], TypeError, 'GraphModel: fc: unknown option "in"; known options are inFeatures, outFeatures, bias, flattenedChannels.'],
    ["a wrong option", [linear("fc", 4, 0)], RangeError, "GraphModel: fc: outFeatures is 0; expected a whole number of at least 1."],
    ["a layer that is missing", [{ ...fc, inputs: ["fd"] }], RangeError, 'GraphModel: fc reads "fd", and there is no such layer; expected "input" or the name of one.'],
    ["inputs that are no names", [{ ...fc, inputs: [1] }], TypeError, 'layers[0]: inputs is [1]; expected a list of names of layers, or "input". Leave it out for the layer before.'],
    ["two inputs of a layer that takes one", [{ ...fc, inputs: ["input", "input"] }], RangeError, "GraphModel: fc has 2 inputs; expected one: it is of the kind Linear."],
    ["one input of a sum", [{ name: "sum", kind: "Add" }], RangeError, "GraphModel: sum has 1 inputs; expected two or more: it is of the kind Add."],
    ["a circle", [linear("a", 4, 4, ["b"]), linear("b", 4, 4, ["a"]), linear("c", 4, 2, ["b"])], RangeError, "GraphModel: a reads b, which reads it in turn; expected a network without circles."],
    ["nothing but a circle", [linear("a", 4, 4, ["b"]), linear("b", 4, 4, ["a"])], RangeError, "which reads it in turn"],
    ["a circle aside", [linear("a", 4, 4, ["b"]), linear("b", 4, 4, ["a"]), linear("c", 4, 2, ["input"])], RangeError, "which reads it in turn"],
    ["a layer that reads itself", [linear("a", 4, 4, ["a"])], RangeError, "GraphModel: a reads a, which reads it in turn"],
    ["two outputs", [linear("a", 4, 2), linear("b", 4, 2, ["input"])], RangeError, "GraphModel: nothing reads a and b; expected one output. Join them with an Add, or leave out what leads nowhere."],
  ])("%s", (_, layers, type, message) => {
    const live = memory().liveBytes;
    const make = (): unknown =>
      new GraphModel({ inputShape: [4], outputShape: [2], layers: layers as AnyLayerSpec[], timesteps: 1 });
    expect(make).toThrow(type);
    expect(make).toThrow(message);
    expect(memory().liveBytes).toBe(live);
  }); // prettier-ignore

  it("shapes that do not meet, by the names of the layers", () => {
    const make = (layers: AnyLayerSpec[]) => (): unknown =>
      new GraphModel({ inputShape: [4], outputShape: [2], layers, timesteps: 1 });
    expect(make([linear("a", 4, 3), linear("b", 4, 2)])).toThrow(
      "GraphModel: b gets [3]; expected [4]. Flatten maps before it.",
    );
    expect(make([linear("a", 4, 3)])).toThrow(
      "GraphModel: a, the output, gives [3]; expected outputShape, [2].",
    );
    expect(make([linear("a", 5, 2)])).toThrow("GraphModel: a gets [4]; expected [5].");
  });

  it("spends no memory on layers that are too large to be true", () => {
    const layers = [linear("a", 4, 2 ** 40), linear("b", 2 ** 40, 2)];
    const options = { inputShape: [4], outputShape: [2], layers, timesteps: 1 };
    expect(weightCount({ kind: "GraphModel", options })).toBe(6 * 2 ** 40);
    const many = Array.from({ length: 5000 }, (_, i) => linear(`l${i}`, 4, 4));
    expect(() => planLayers("net", [4], many)).toThrow("net: 5000 layers; expected at most 4096.");
  });

  it("takes a chain of 4096 layers, without a deep stack", () => {
    const many = Array.from({ length: 4096 }, (_, i) => linear(`l${i}`, 4, 4));
    expect(orderOf(many)).toHaveLength(4096);
  });
});
