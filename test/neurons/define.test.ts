/** Neurons of another package, known by name: in models, model files, training and inspection. */

import { beforeAll, describe, expect, it } from "vitest";
import * as atif from "../../src/index.js";
import {
  init,
  schema,
  type NeuronRow,
  type NeuronSpec,
  type NeuronTraits,
  type Tensor,
} from "../../src/index.js";
import { trainStep } from "./train-step.js";

interface RefractoryOptions {
  gain?: number;
  resting: number;
}

/** Fires where gain x reaches 1, without a state. */
class Pulse extends atif.BaseNode {
  readonly gain: number;
  readonly resting: number;

  constructor({ gain = 1, resting }: RefractoryOptions, stepMode: atif.StepMode) {
    super({ vReset: null, surrogateFunction: atif.sigmoidSurrogate(2), backend: "eager", stepMode });
    this.gain = gain;
    this.resting = resting;
  }

  get theta(): number {
    return 1;
  }

  get supportedBackends(): readonly atif.NodeBackend[] {
    return ["eager"];
  }

  charged(x: Tensor): Tensor {
    return x.mul(this.gain);
  }

  protected step(x: Tensor): { y: Tensor; v: Tensor } {
    const y = this.surrogateFunction(this.charged(x).sub(this.theta));
    return { y, v: x.mul(0).add(this.resting) };
  }

  protected unroll(): { y: Tensor; v: Tensor } {
    throw new Error("has no kernel");
  }
}

class OwnIF extends atif.IFNode {
  protected override get ownTraits(): NeuronTraits {
    return { kind: "Integrator", spikeHeight: "one", threshold: "fixed", staircase: true };
  }
}

const pulseRow: NeuronRow<RefractoryOptions, Pulse, Required<RefractoryOptions>> = {
  summary: "fires where gain x reaches 1, without a memory",
  classes: [Pulse],
  schema: {
    fields: {
      gain: schema.withDefault(schema.float32({ above: 0 }), 1, "What the input is multiplied with."),
      resting: schema.required(schema.float32(), "The potential, which does not move."),
    },
    check({ gain, resting }, place) {
      if (resting > gain) place.at("resting").fail(`is above gain, ${gain}; expected a smaller number.`);
    },
  },
  create: (options, stepMode) => new Pulse(options, stepMode),
  options: ({ gain, resting }) => ({ gain, resting }),
};

const spec = (params?: object, kind = "Pulse"): NeuronSpec =>
  ({ kind, ...(params === undefined ? {} : { params }) }) as unknown as NeuronSpec;

describe("defineNeuron", () => {
  beforeAll(async () => {
    await init({ backend: "reference" });
    atif.defineNeuron("Pulse", pulseRow);
    atif.defineNeuron("Integrator", {
      summary: "an IF with a soft reset",
      classes: [OwnIF],
      schema: {
        fields: { vThreshold: schema.withDefault(schema.float32({ above: 0 }), 1, "Its threshold.") },
      },
      create: ({ vThreshold }, stepMode) => new OwnIF({ vThreshold, vReset: null, stepMode }),
      options: ({ vThreshold }) => ({ vThreshold }),
    });
  });

  const model = (stepMode: atif.StepMode = "s", params: object = { gain: 2, resting: 0.25 }): atif.SMLP =>
    new atif.SMLP({
      inputShape: [3],
      outputShape: [2],
      units: [4],
      timesteps: 2,
      neuron: spec(params),
      stepMode,
    });

  it("adds the name to the list, which messages show", () => {
    expect(atif.neuronKinds).toEqual([
      "ATIF",
      "IFSRL",
      "IFNode",
      "LIFNode",
      "ParametricLIFNode",
      "Pulse",
      "Integrator",
    ]);
    expect(() => atif.createNeuron(spec({}, "Puls"))).toThrow(
      'neuron.kind is "Puls"; expected one of "ATIF", "IFSRL", "IFNode", "LIFNode", "ParametricLIFNode", "Pulse", "Integrator". Did you mean "Pulse"?',
    );
  });

  it("reads options through the schema, with defaults, and gives the row the whole of them", () => {
    const neuron = atif.createNeuron(spec({ resting: 0.5 }), "m") as Pulse;
    expect(neuron).toBeInstanceOf(Pulse);
    expect([neuron.gain, neuron.resting, neuron.stepMode]).toEqual([1, 0.5, "m"]);
    expect(() => atif.createNeuron(spec({ resting: "1" }))).toThrow(
      'Pulse: resting is "1"; expected a number. Write it without quotes.',
    );
    expect(() => atif.createNeuron(spec())).toThrow("Pulse: resting is undefined; expected a number.");
    expect(() => atif.createNeuron(spec({ resting: 2 }))).toThrow("Pulse: resting is above gain, 1;");
    expect(() => atif.createNeuron(spec({ rest: 0 }))).toThrow(
      'Pulse: unknown option "rest"; known options are gain, resting.',
    );
  });

  it("makes it again as it is", () => {
    const neuron = atif.createNeuron(spec({ gain: 2, resting: 0.25 }), "m");
    expect(atif.neuronSpecOf(neuron)).toEqual({ kind: "Pulse", params: { gain: 2, resting: 0.25 } });
    expect(trainStep(atif.createNeuron(atif.neuronSpecOf(neuron), "m"))).toEqual(trainStep(neuron));
    expect(atif.neuronSpecOf(new OwnIF({ vThreshold: 0.5 }))).toEqual({
      kind: "Integrator",
      params: { vThreshold: 0.5 },
    });
  });

  it("trains in a model, in both step modes, and goes through a model file", () => {
    for (const stepMode of ["s", "m"] as const) {
      const net = model(stepMode);
      const x = atif.tensor([1, 2, 3, -1, 0, 2], [2, 3]);
      atif.crossEntropy(net.run(x), Int32Array.of(0, 1)).backward();
      expect(net.parameters().every(({ grad }) => grad !== null)).toBe(true);
      const { model: again } = atif.decodeModel(atif.encodeModel(net));
      expect(again.neurons()[0]).toBeInstanceOf(Pulse);
      expect(again.run(x).toArray()).toEqual(net.run(x).toArray());
    }
  });

  it("is seen by inspection under its name, with what it says of itself", async () => {
    const net = model();
    const data = new atif.Dataset({
      name: "d",
      x: Float32Array.of(1, 2, 3),
      labels: [0],
      sampleShape: [3],
    });
    const [layer] = await atif.inspectLayers(net, data);
    expect([layer.kind, layer.unevenness, layer.spikeHeight]).toEqual(["Pulse", null, 1]);
    expect(atif.networkLayers(net)[2]).toMatchObject({
      kind: "Pulse",
      neuron: { learned: false, levelStep: 0.5 },
    });
    const integrators = new atif.SMLP({
      inputShape: [3],
      outputShape: [2],
      units: [4],
      timesteps: 4,
      neuron: spec({}, "Integrator"),
    });
    const [staircase] = await atif.inspectLayers(integrators, data);
    expect([staircase.kind, staircase.unevenness]).toEqual(["Integrator", expect.closeTo(0, 6)]);
  });

  class Fresh extends atif.IFNode {}
  const row = { ...pulseRow, classes: [Fresh] } as unknown as typeof pulseRow;

  it.each<[string, string, object | null, typeof TypeError | typeof RangeError, string]>([
    ["a kind twice", "Pulse", row, RangeError, 'defineNeuron: the kind "Pulse" is taken; expected a new name. Choose another.'],
    ["a kind of the library", "ATIF", row, RangeError, 'defineNeuron: the kind "ATIF" is taken;'],
    ["the name of a layer", "Conv2d", row, RangeError, 'defineNeuron: the kind "Conv2d" is taken;'],
    ["a kind that is no name", "my neuron", row, TypeError, 'defineNeuron: the kind is "my neuron"; expected a name of letters, digits and _, such as "MyNeuron".'],
    ["a kind that is nothing", undefined as never, row, TypeError, "defineNeuron: the kind is undefined; expected a name"],
    ["no row", "New", null, TypeError, "defineNeuron: no options were given; expected an object like { summary: … }."],
    ["a part that is not known", "New", { ...row, kind: "New" }, TypeError, 'defineNeuron: unknown option "kind"; known options are summary, classes, schema, create, options, dynamics, binary.'],
    ["no summary", "New", { ...row, summary: "" }, TypeError, 'defineNeuron: summary is ""; expected one line about the neuron.'],
    ["no schema", "New", { ...row, schema: {} }, TypeError, "defineNeuron: schema is an object; expected { fields }, with a field for each option, such as schema.withDefault(…)."],
    ["no create()", "New", { ...row, create: 1 }, TypeError, "defineNeuron: create is 1; expected a function."],
    ["options() that is none", "New", { ...row, options: 1 }, TypeError, "defineNeuron: options is 1; expected a function."],
    ["dynamics that are none", "New", { ...row, dynamics: {} }, TypeError, "defineNeuron: dynamics is an object; expected a function."],
    ["a twin that is none", "New", { ...row, binary: "IFSRL" }, TypeError, 'defineNeuron: binary is "IFSRL"; expected { kind, arrays }: a kind of neuron, and the names of its arrays by those of this one.'],
    ["no classes", "New", { ...row, classes: [] }, TypeError, "defineNeuron: classes is []; expected the classes that create() makes."],
    ["a class that is no neuron", "New", { ...row, classes: [Map] }, TypeError, "defineNeuron: classes holds a function; expected a class that extends BaseNode."],
    ["a class that is known", "New", { ...row, classes: [atif.LIFNode] }, RangeError, 'defineNeuron: the class LIFNode is "LIFNode" already; expected one that is not known. Extend it.'],
    ["a class of another", "New", { ...row, classes: [Pulse] }, RangeError, 'defineNeuron: the class Pulse is "Pulse" already;'],
  ])("refuses %s, and changes nothing", (_, kind, given, type, message) => {
    const kinds = [...atif.neuronKinds];
    const define = (): void => atif.defineNeuron(kind, given as typeof row);
    expect(define).toThrow(type);
    expect(define).toThrow(message);
    expect(atif.neuronKinds).toEqual(kinds);
    expect(() => atif.neuronSpecOf(new Fresh())).toThrow("is not known by name");
  }); // prettier-ignore

  it("a row that does not do as it says is told when it makes a neuron", () => {
    class Wrong extends OwnIF {}
    const created: unknown[] = [new Pulse({ resting: 0 }, "s"), 5, new Wrong({ stepMode: "m" })];
    atif.defineNeuron("Wrong", {
      summary: "makes what it likes",
      classes: [Wrong],
      schema: { fields: {} },
      create: () => created.shift() as Wrong,
      options: () => ({}),
    });
    const make = (): unknown => atif.createNeuron(spec({}, "Wrong"));
    expect(make).toThrow(
      'createNeuron: create() of "Wrong" returned a Pulse; expected a new Wrong, as its row says.',
    );
    expect(make).toThrow(
      'createNeuron: create() of "Wrong" returned 5; expected a new Wrong, as its row says.',
    );
    expect(make).toThrow(
      "createNeuron: create() of \"Wrong\" returned a neuron in step mode 'm'; expected 's', its second argument.",
    );
  });

  it("takes a row with create() alone: params are plain data, and settings that were changed are not lost in silence", () => {
    class Brief extends OwnIF {}
    atif.defineNeuron("Brief", {
      create: ({ vThreshold }: { vThreshold?: number }, stepMode) =>
        new Brief({ stepMode, ...(vThreshold === undefined ? {} : { vThreshold }) }),
    });
    const neuron = atif.createNeuron({ kind: "Brief", params: { vThreshold: 0.5 } } as never);
    expect(neuron.theta).toBe(0.5);
    expect(atif.neuronSpecOf(neuron)).toEqual({ kind: "Brief", params: { vThreshold: 0.5 } });
    neuron.detachReset = true;
    expect(() => atif.neuronSpecOf(neuron)).toThrow("has another detachReset than it was made with");
    expect(() => atif.neuronSpecOf(new Brief({}))).toThrow("was made with new, and its params are not known");
    expect(() => atif.createNeuron({ kind: "Brief", params: { vThreshold: () => 1 } } as never)).toThrow(
      "the option vThreshold is a function",
    );
  });
});
