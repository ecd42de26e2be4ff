/** Neurons described as they are now, and made again: the same numbers, whatever was set. */

import { beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import type { StepMode } from "../../src/module/module.js";
import { ATIF, MultiStepATIF } from "../../src/neurons/atif.js";
import type { BaseNode } from "../../src/neurons/base-node.js";
import { IFNode } from "../../src/neurons/if-node.js";
import { IFSRL } from "../../src/neurons/ifsrl.js";
import { ParametricLIFNode } from "../../src/neurons/parametric-lif-node.js";
import {
  createNeuron,
  neuronKinds,
  neuronRow,
  neuronSpecOf,
  type NeuronSpec,
} from "../../src/neurons/table.js";
import "../../src/ops/install.js";
import { ArgumentPlace } from "../../src/schema/place.js";
import { fieldsOf } from "../../src/schema/schema.js";
import { sigmoidSurrogate } from "../../src/surrogates/sigmoid.js";
import { tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { OwnNode } from "./own-node.js";
import { trainStep } from "./train-step.js";

/** Values unlike the defaults, all of them float32 numbers; of each option the first that it takes. */
const candidates: unknown[] = [-0.25, 0.75, 1.5, "eager", true, false];

/** For every option that stands in a file a value that is not the default. */
function othersOf(kind: string): Record<string, unknown> {
  const others: Record<string, unknown> = {};
  for (const [name, field] of fieldsOf(neuronRow(kind).schema)) {
    if (field.inFiles === false) continue;
    const value = candidates.find((candidate) => {
      if (field.presence === "default" && field.fallback === candidate) return false;
      try {
        return field.type.read(candidate, new ArgumentPlace(kind)) === candidate;
      } catch {
        return false;
      }
    });
    expect(value, `${kind}: none of the candidates is for ${name}`).toBeDefined();
    others[name] = value;
  }
  return others;
}

const specOf = (kind: string, params: object = {}): NeuronSpec => ({ kind, params }) as NeuronSpec;

/** Learned values and all settings. */
function remade(neuron: BaseNode): BaseNode {
  const again = createNeuron(neuronSpecOf(neuron), neuron.stepMode);
  again.loadStateDict(neuron.stateDict());
  return again;
}

function isSettable(neuron: BaseNode, name: string): boolean {
  for (let each: unknown = neuron; each !== null; each = Object.getPrototypeOf(each)) {
    const descriptor = Object.getOwnPropertyDescriptor(each, name);
    if (descriptor !== undefined) return descriptor.set !== undefined;
  }
  return false;
}

const modes: StepMode[] = ["s", "m"];
const all = neuronKinds.flatMap((kind) => modes.map((stepMode) => [kind, stepMode] as const));

describeBackends("neurons that are made again", (backend) => {
  beforeAll(() => init({ backend }));

  it.each(all)("%s in '%s': every option comes back", (kind, stepMode) => {
    const others = othersOf(kind);
    const neuron = createNeuron(specOf(kind, others), stepMode);
    expect(neuronSpecOf(neuron)).toEqual({ kind, params: others });
    expect(remade(neuron).constructor).toBe(neuron.constructor);
    expect(trainStep(remade(neuron))).toEqual(trainStep(neuron));
    expect(Object.keys(neuronSpecOf(createNeuron(specOf(kind), stepMode)).params ?? {}).sort()).toEqual(
      Object.keys(others).sort(),
    );
  });

  it.each(all)("%s in '%s': what was set later comes back", (kind, stepMode) => {
    const others = othersOf(kind);
    const neuron = createNeuron(specOf(kind), stepMode);
    const before = trainStep(neuron);
    const set = Object.entries(others).filter(([name]) => isSettable(neuron, name));
    expect(set.length).toBeGreaterThanOrEqual(4);
    for (const [name, value] of set) Object.assign(neuron, { [name]: value });
    for (const parameter of neuron.parameters()) {
      parameter.data[0] = 0.875;
      parameter.touched();
    }
    expect(neuronSpecOf(neuron).params).toMatchObject(Object.fromEntries(set));
    expect(trainStep(remade(neuron))).toEqual(trainStep(neuron));
    expect(trainStep(neuron)).not.toEqual(before);
  });

  it("the guard of theta is that of its parameter", () => {
    const neuron = new ATIF({ minThreshold: 0.25 });
    neuron.vThreshold.minimum = 0.5;
    expect(neuronSpecOf(neuron).params).toMatchObject({ minThreshold: 0.5 });
    neuron.vThreshold.minimum = null;
    const again = createNeuron(neuronSpecOf(neuron)) as ATIF;
    expect(again.vThreshold.minimum).toBeNull();
  });

  it("a sigmoid that was given as a function comes back as its alpha", () => {
    const neuron = new IFNode({ surrogateFunction: sigmoidSurrogate(0.1) });
    expect(neuronSpecOf(neuron).params).toMatchObject({ alpha: Math.fround(0.1) });
    expect(trainStep(remade(neuron))).toEqual(trainStep(neuron));
  });

  it("is plain data", () => {
    for (const kind of neuronKinds) {
      const spec = neuronSpecOf(createNeuron({ kind }));
      expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
    }
  });
});

describe("what cannot be made again", () => {
  beforeAll(() => init({ backend: "reference" }));

  const changed = <N extends BaseNode>(neuron: N, change: (neuron: N) => void): N => {
    change(neuron);
    return neuron;
  };
  class Leaky extends IFNode {}

  it.each<[string, () => BaseNode, string]>([
    ["a surrogate of one's own", () => changed(new ATIF(), (n) => (n.surrogateFunction = (q) => q)), "ATIF: surrogateFunction is a function that no option names; expected the sigmoid. Set alpha to have it."],
    ["a frozen theta", () => changed(new MultiStepATIF(), (n) => (n.vThreshold.requiresGrad = false)), "MultiStepATIF: theta does not require a gradient, which no option brings back; expected requiresGrad = true. Set it, and freeze theta of the neuron that is made."],
    ["a theta that decays", () => changed(new IFSRL(), (n) => (n.vpTh.decays = true)), "IFSRL: decays of theta is true, which no option brings back; expected false. Set it, and change that of the neuron that is made."],
    ["a guard below 0", () => changed(new ATIF(), (n) => (n.vThreshold.minimum = -1)), "ATIF: the minimum of theta is -1, which no option brings back; expected a number above 0, or null for no guard. Set it to one of them."],
    ["a w that does not decay", () => changed(new ParametricLIFNode(), (n) => (n.w.decays = false)), "ParametricLIFNode: decays of w is false, which no option brings back; expected true. Set it, and change that of the neuron that is made."],
    ["a w with a guard", () => changed(new ParametricLIFNode(), (n) => (n.w.minimum = 0)), "ParametricLIFNode: the minimum of w is 0, which no option brings back; expected null. Set it, and that of the neuron that is made."],
    ["a subclass", () => new Leaky(), "neuronSpecOf: a Leaky is not known by name; expected a neuron of ATIF, IFSRL, IFNode, LIFNode, ParametricLIFNode, and no subclass. Make its class known with defineNeuron(kind, row)."],
    ["a class of one's own", () => new OwnNode(), "neuronSpecOf: an OwnNode is not known by name"],
    ["no neuron", () => tensor([1]) as never, "neuronSpecOf: a Tensor is not known by name"],
    ["nothing", () => null as never, "neuronSpecOf: null is not known by name"],
  ])("%s is refused", (_, make, message) => {
    const neuron = make();
    expect(() => neuronSpecOf(neuron)).toThrow(TypeError);
    expect(() => neuronSpecOf(neuron)).toThrow(message);
  }); // prettier-ignore
});
