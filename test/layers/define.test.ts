/** Layers of another package, known by name: in lists of layers, model files and graphs. */

import { beforeAll, describe, expect, it } from "vitest";
import * as atif from "../../src/index.js";
import {
  defineLayer,
  FormatError,
  GraphModel,
  init,
  Linear,
  Module,
  Parameter,
  schema,
  ShapeError,
  tensor,
  type AnyLayerSpec,
  type LayerRow,
  type Shape,
  type Tensor,
} from "../../src/index.js";
import { encodeSafetensors, parseSafetensors } from "../../src/formats/safetensors.js";
import { kindOfLayer, layerKinds, layerOf } from "../../src/layers/table.js";

/** y = by x. */
class Scale extends Module {
  by: number;

  constructor(by: number) {
    super();
    this.by = by;
  }

  forward(x: Tensor): Tensor {
    return x.mul(this.by);
  }
}

class Twice extends Scale {
  override forward(x: Tensor): Tensor {
    return super.forward(x).mul(2);
  }
}

/** y = a b, of two inputs. */
class Gate extends Module {
  forward(...inputs: readonly Tensor[]): Tensor {
    return inputs[0].mul(inputs[1]);
  }
}

/** y = x times a weight for each of `features`; it counts how often one was made. */
class Gains extends Module {
  static made = 0;
  readonly gain: Parameter;
  readonly features: number;

  constructor({ features, start }: { features: number; start: number }) {
    super();
    Gains.made++;
    this.features = features;
    this.gain = this.registerParameter(
      "gain",
      new Parameter(
        tensor(
          Array.from({ length: features }, (_, i) => start + i),
          [features],
        ),
      ),
    );
  }

  forward(x: Tensor): Tensor {
    return x.mul(this.gain);
  }
}

const same = (_options: unknown, [input]: readonly Shape[]): Shape => input;
const nothing = { weights: () => 0, operations: () => ({ macs: 0, adds: 0 }) };

const bareRow: LayerRow<{ by: number }> = {
  ...nothing,
  create: ({ by }) => new (class Bare extends Scale {})(by),
  outputShape: same,
};

const gainsRow: LayerRow<{ features: number; start: number }> = {
  layer: Gains,
  schema: {
    fields: {
      features: schema.required(schema.whole(1), "How many."),
      start: schema.withDefault(schema.real({ from: 0 }), 1, "The first of them."),
    },
  },
  create: (options) => new Gains(options),
  options: (layer) => ({ features: (layer as Gains).features, start: 0 }),
  outputShape({ features }, [input], where) {
    if (input.length === 1 && input[0] === features) return input;
    throw new ShapeError(`${where} gets [${input.join(", ")}]; expected [${features}].`);
  },
  weights: ({ features }) => features,
  operations: ({ features }) => ({ macs: features, adds: 0 }),
};

beforeAll(async () => {
  await init({ backend: "reference" });
  defineLayer("Bare", bareRow);
  defineLayer("Scale", { ...bareRow, layer: Scale, create: ({ by }) => new Scale(by) });
  defineLayer("Told", {
    ...bareRow,
    create: ({ by }) => new (class Told extends Scale {})(by),
    options: (layer) => ({ by: (layer as Scale).by }),
  });
  defineLayer("Gate", {
    ...nothing,
    layer: Gate,
    inputs: "several",
    create: () => new Gate(),
    outputShape(_options, inputs, where) {
      if (inputs.length === 2) return inputs[0];
      throw new ShapeError(`${where} gets ${inputs.length} inputs; expected two.`);
    },
  });
  defineLayer("Gains", gainsRow);
});

const network = (...layers: AnyLayerSpec[]): GraphModel =>
  new GraphModel({ inputShape: [3], outputShape: [3], timesteps: 2, layers });

const x = (): Tensor => tensor([1, 2, 3, -1, 4, 0.5], [2, 3]);
const listOf = (t: Tensor): number[] => [...t.toArray()];

/** From bytes, with the same weights. */
function storedAndLoaded(model: atif.SpikingModel): atif.SpikingModel {
  const again = atif.decodeModel(atif.encodeModel(model)).model;
  expect(listOf(again.run(x()))).toEqual(listOf(model.run(x())));
  expect(again.stateDict()).toEqual(model.stateDict());
  return again;
}

describe("a row without schema, class and options", () => {
  it("takes plain data, and layers that a network makes are of the kind, with what they were made with", () => {
    const model = network({ name: "a", kind: "Bare", options: { by: 3 } });
    expect(listOf(model.run(x()))).toEqual([3, 6, 9, -3, 12, 1.5]);
    expect(model.graph.nodes[1]).toMatchObject({ name: "a", kind: "Bare", options: { by: 3 }, shape: [3] });
    expect(storedAndLoaded(model).architecture).toEqual(model.architecture);
  });

  it("layers made with new are of no kind", () => {
    expect(kindOfLayer(new (class Bare extends Scale {})(3))).toBeNull();
  });

  it("does not hold on to the options given, and refuses what is no data", () => {
    const options = { by: 3 };
    const model = network({ name: "a", kind: "Bare", options });
    options.by = 4;
    expect(model.graph.nodes[1].options).toEqual({ by: 3 });
    expect(() => network({ name: "a", kind: "Bare", options: { by: Math.abs } })).toThrow(
      "GraphModel: a: the option by is a function; a model with it cannot be stored.",
    );
    expect(() => network({ name: "a", kind: "Bare", options: [3] as never })).toThrow(TypeError);
  });
});

describe("a row with the class", () => {
  it("recognises layers made with new; without options() they cannot be told", () => {
    expect(kindOfLayer(new Scale(3))?.kind).toBe("Scale");
    expect(() => kindOfLayer(new Scale(3))?.optionsOf(new Scale(3))).toThrow(
      "a layer of the kind Scale was made with new, and its row does not tell its options; expected options(layer)",
    );
  });

  it("a subclass is not of the kind, and a model of one's own with it is refused when it is saved", () => {
    expect(kindOfLayer(new Twice(3))).toBeNull();
    class Own extends atif.SpikingModel {
      readonly twice = this.registerChild("twice", new Twice(3));

      constructor() {
        super([3], [3], 2, "s");
      }

      protected override network(input: Tensor): Tensor {
        return this.twice.forward(input);
      }
    }
    expect(() => atif.encodeModel(new Own())).toThrow("Own: twice is a Twice, which no table knows");
  });
});

describe("a row with options()", () => {
  it("stores a setting as it is when the model is saved", () => {
    const model = network({ name: "a", kind: "Told", options: { by: 3 } });
    (model.graph.nodes[1].module as Scale).by = 5;
    expect(model.graph.nodes[1].options).toEqual({ by: 5 });
    expect(listOf(storedAndLoaded(model).run(x()))[0]).toBe(5);
  });
});

describe("a row with a schema", () => {
  it("fills in defaults, and says what is wrong by the name of the layer", () => {
    const model = network({ name: "g", kind: "Gains", options: { features: 3 } });
    expect(listOf((model.graph.nodes[1].module as Gains).gain)).toEqual([1, 2, 3]);
    expect(() => network({ name: "g", kind: "Gains", options: { features: 0 } })).toThrow(
      "GraphModel: g: features is 0; expected a whole number of at least 1.",
    );
    expect(() => network({ name: "g", kind: "Gains", options: { feature: 3 } })).toThrow(
      'unknown option "feature"; known options are features, start. Did you mean "features"?',
    );
    expect(() => network({ name: "g", kind: "Gains", options: { features: 2 } })).toThrow(
      "GraphModel: g gets [3]; expected [2].",
    );
  });

  it("is trained, stored with its weights and loaded", () => {
    const model = network({ name: "g", kind: "Gains", options: { features: 3 } });
    atif.crossEntropy(model.run(x()), Int32Array.of(0, 1)).backward();
    new atif.SGD(model.parameters(), { lr: 0.5 }).step();
    expect(listOf(model.parameters()[0])).not.toEqual([1, 2, 3]);
    storedAndLoaded(model);
  });

  it("has its weights counted before memory is spent on a file from a stranger", () => {
    const bytes = atif.encodeModel(network({ name: "g", kind: "Gains", options: { features: 3 } }));
    const { metadata, tensors } = parseSafetensors(bytes, "m");
    const text = metadata.get("atif.architecture") ?? "";
    const large = text
      .replace('"features":3', '"features":1000000')
      .replaceAll('Shape":[3]', 'Shape":[1000000]');
    const hostile = encodeSafetensors(
      [...tensors].map(([name, { shape, data }]) => [
        name,
        { shape: [...shape], data: data as Float32Array },
      ]),
      [...metadata].map(([key, value]) => [key, key === "atif.architecture" ? large : value] as const),
      { checksum: true },
    );
    const before = [Gains.made, atif.memory().liveBytes];
    expect(() => atif.decodeModel(hostile, "m")).toThrow(FormatError);
    expect(() => atif.decodeModel(hostile, "m")).toThrow(
      "m: the architecture has 1000000 weights but the file holds 3 numbers; expected at least as many.",
    );
    expect([Gains.made, atif.memory().liveBytes]).toEqual(before);
  });
});

describe("a layer with two inputs", () => {
  const layers: AnyLayerSpec[] = [
    { name: "left", kind: "Scale", options: { by: 2 } },
    { name: "right", kind: "Scale", options: { by: -3 }, inputs: ["input"] },
    { name: "gate", kind: "Gate", inputs: ["left", "right"] },
  ];

  it.each(["s", "m"] as const)("gets both, in step mode '%s', and goes through a model file", (stepMode) => {
    const model = new GraphModel({ inputShape: [3], outputShape: [3], timesteps: 2, layers, stepMode });
    expect(listOf(model.run(x()))).toEqual([-6, -24, -54, -6, -96, -1.5]);
    expect(model.graph.output.inputs.map(({ name }) => name)).toEqual(["left", "right"]);
    expect(storedAndLoaded(model).architecture).toEqual(model.architecture);
  });

  it("is refused with another number of inputs", () => {
    expect(() => network(...layers.slice(0, 1), { name: "gate", kind: "Gate" })).toThrow(
      "GraphModel: gate has 1 inputs; expected two or more: it is of the kind Gate.",
    );
    expect(() =>
      network(...layers.slice(0, 2), { ...layers[2], inputs: ["left", "right", "input"] }),
    ).toThrow("GraphModel: gate gets 3 inputs; expected two.");
    expect(() =>
      network({ name: "a", kind: "Scale", options: { by: 1 }, inputs: ["input", "input"] }),
    ).toThrow("GraphModel: a has 2 inputs; expected one: it is of the kind Scale.");
  });
});

describe("the table", () => {
  it("has the new kinds, and names the nearest of them", () => {
    expect(layerKinds()).toEqual(expect.arrayContaining(["Bare", "Scale", "Told", "Gate", "Gains"]));
    expect(() => layerOf("net", "Gain")).toThrow(/^net: the kind is "Gain";.* Did you mean "Gains"\?$/);
  });

  const row = (changes: object = {}): LayerRow<object> => ({ ...bareRow, ...changes }) as never;

  it.each<[string, unknown, unknown, ErrorConstructor, string]>([
    ["a layer's name", "Linear", row(), RangeError, 'defineLayer: the kind "Linear" is taken; expected a new name. Choose another.'],
    ["a neuron's name", "ATIF", row(), RangeError, 'defineLayer: the kind "ATIF" is taken;'],
    ["a name twice", "Bare", row(), RangeError, 'defineLayer: the kind "Bare" is taken;'],
    ["what is no name", "my layer", row(), TypeError, 'defineLayer: the kind is "my layer"; expected a name of letters, digits and _,'],
    ["no row", "Other", undefined, TypeError, 'defineLayer: the row of "Other" has no function create; expected { create, outputShape, weights, operations }.'],
    ["no outputShape", "Other", row({ outputShape: undefined }), TypeError, 'the row of "Other" has no function outputShape;'],
    ["weights that are no function", "Other", row({ weights: 3 }), TypeError, 'the row of "Other" has no function weights;'],
    ["no operations", "Other", row({ operations: undefined }), TypeError, 'the row of "Other" has no function operations;'],
    ["options that are no function", "Other", row({ options: {} }), TypeError, 'defineLayer: options of "Other" is an object; expected a function.'],
    ["three inputs", "Other", row({ inputs: 3 }), TypeError, 'defineLayer: inputs of "Other" is 3; expected 1, "several" or "any".'],
    ["a schema without fields", "Other", row({ schema: { by: 1 } }), TypeError, 'defineLayer: schema of "Other" is '],
    ["a class that is no layer", "Other", row({ layer: Map }), TypeError, 'defineLayer: layer of "Other" is '],
    ["a class of the library", "Other", row({ layer: Linear }), RangeError, 'defineLayer: the class Linear is "Linear" already; expected one that is not known. Extend it.'],
    ["a neuron's class", "Other", row({ layer: atif.ATIF }), RangeError, 'defineLayer: the class ATIF is "ATIF" already;'],
    ["a class of another kind", "Other", row({ layer: Gate }), RangeError, 'defineLayer: the class Gate is "Gate" already;'],
  ])("refuses %s, and nothing is known by it", (_, kind, given, error, message) => {
    const before = layerKinds();
    expect(() => defineLayer(kind as string, given as LayerRow<object>)).toThrow(error);
    expect(() => defineLayer(kind as string, given as LayerRow<object>)).toThrow(message);
    expect(layerKinds()).toEqual(before);
    expect(kindOfLayer(new Linear(1, 1))?.kind).toBe("Linear");
  }); // prettier-ignore

  it("gives a neuron no name that a layer has", () => {
    expect(() => atif.defineNeuron("Gate", { create: () => new atif.ATIF() })).toThrow(
      'defineNeuron: the kind "Gate" is taken;',
    );
  });

  it("says so where create() makes no layer", () => {
    defineLayer("Nothing", { ...bareRow, create: () => ({}) as Module });
    expect(() => network({ name: "n", kind: "Nothing", options: { by: 1 } })).toThrow(
      'create() of the layer "Nothing" returned an object; expected a new layer, of a class that extends Module.',
    );
  });

  it("says so where outputShape() gives no shape", () => {
    defineLayer("Shapeless", { ...bareRow, outputShape: () => [2.5] });
    expect(() => network({ name: "n", kind: "Shapeless", options: { by: 1 } })).toThrow(
      "GraphModel: n: outputShape of its row gave [2.5]; expected a list of whole numbers.",
    );
  });
});
