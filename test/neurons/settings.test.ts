/** Fields of neurons: what is set acts, what is wrong is refused, what cannot be set throws. */

import { beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import { ATIF, MultiStepATIF } from "../../src/neurons/atif.js";
import type { BaseNode } from "../../src/neurons/base-node.js";
import { IFNode, type IFNodeOptions } from "../../src/neurons/if-node.js";
import { IFSRL } from "../../src/neurons/ifsrl.js";
import { LIFNode, type LIFNodeOptions } from "../../src/neurons/lif-node.js";
import { ParametricLIFNode, type ParametricLIFNodeOptions } from "../../src/neurons/parametric-lif-node.js";
import type { ThresholdOptions } from "../../src/neurons/threshold.js";
import "../../src/ops/install.js";
import { sigmoidSurrogate } from "../../src/surrogates/sigmoid.js";
import { ones, tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { OwnNode } from "./own-node.js";
import { trainStep, type TrainStep } from "./train-step.js";

const m = { stepMode: "m" } as const;
const sure = { vthInitL: 1, vthInitH: 1 };
const atif = (options: ThresholdOptions = {}) => new MultiStepATIF({ ...sure, ...options });
const ifNode = (options: IFNodeOptions = {}) => new IFNode({ ...m, ...options });
const lif = (options: LIFNodeOptions = {}) => new LIFNode({ ...m, ...options });
const plif = (options: ParametricLIFNodeOptions = {}) => new ParametricLIFNode({ ...m, ...options });

/** Name, a fresh neuron, one that is made with the setting, and the same set later. */
type Row = [string, () => BaseNode, () => BaseNode, (neuron: never) => void];

const acting: Row[] = [
  ["ATIF.alpha", atif, () => atif({ alpha: 3 }), (n: ATIF) => (n.alpha = 3)],
  ["ATIF.alpha, eager", () => atif({ backend: "eager" }), () => atif({ backend: "eager", alpha: 3 }), (n: ATIF) => (n.alpha = 3)],
  ["ATIF.detachReset", atif, () => atif({ detachReset: true }), (n: ATIF) => (n.detachReset = true)],
  ["IFNode.alpha", ifNode, () => ifNode({ alpha: 1.5 }), (n: IFNode) => (n.alpha = 1.5)],
  ["IFNode.vThreshold", ifNode, () => ifNode({ vThreshold: 0.5 }), (n: IFNode) => (n.vThreshold = 0.5)],
  ["IFNode.vReset, hard", ifNode, () => ifNode({ vReset: -0.5 }), (n: IFNode) => (n.vReset = -0.5)],
  ["IFNode.vReset, soft", ifNode, () => ifNode({ vReset: null }), (n: IFNode) => (n.vReset = null)],
  ["LIFNode.vReset, soft to hard", () => lif({ vReset: null }), () => lif({ vReset: 0.25 }), (n: LIFNode) => (n.vReset = 0.25)],
  ["LIFNode.tau", lif, () => lif({ tau: 3.5 }), (n: LIFNode) => (n.tau = 3.5)],
  ["LIFNode.decayInput", lif, () => lif({ decayInput: false }), (n: LIFNode) => (n.decayInput = false)],
  ["ParametricLIFNode.decayInput", plif, () => plif({ decayInput: false }), (n: ParametricLIFNode) => (n.decayInput = false)],
]; // prettier-ignore

const gradients = ({ dx, dp }: TrainStep): unknown => ({ dx, dp });

describeBackends("settings of neurons", (backend) => {
  beforeAll(() => init({ backend }));

  it.each(acting)("%s acts as the option of the constructor", (name, fresh, made, set) => {
    const neuron = fresh();
    const before = trainStep(neuron);
    set(neuron as never);
    const after = trainStep(neuron);
    expect(after).toEqual(trainStep(made()));
    expect(gradients(after)).not.toEqual(gradients(before));
    // alpha and the detached reset are about gradients alone
    if (/alpha|detachReset/.test(name)) expect(after.y).toEqual(before.y);
    else expect(after.v).not.toEqual(before.v);
  });

  it("alpha is that of the surrogate, whoever set it", () => {
    const neuron = new IFNode();
    expect(neuron.alpha).toBe(4);
    expect(new IFNode({ alpha: 0.1 }).surrogateFunction.sigmoidAlpha).toBe(Math.fround(0.1));
    neuron.surrogateFunction = sigmoidSurrogate(2);
    expect(neuron.alpha).toBe(2);
    neuron.surrogateFunction = (q) => q;
    expect(neuron.alpha).toBeNull();
    neuron.alpha = 0.1;
    expect([neuron.alpha, neuron.surrogateFunction.sigmoidAlpha]).toEqual([
      Math.fround(0.1),
      Math.fround(0.1),
    ]);
  });

  it("values are rounded as those of the constructor", () => {
    const neuron = new IFNode();
    neuron.vThreshold = 0.3;
    neuron.vReset = 0.1;
    expect([neuron.vThreshold, neuron.theta, neuron.vReset]).toEqual([0.3, 0.3, 0.1].map(Math.fround));
  });

  it("a reset that is set moves where a fresh layer starts, not a state that is there", () => {
    const neuron = new IFNode();
    expect(neuron.v.item()).toBe(0);
    neuron.vReset = -0.5;
    expect(neuron.v.item()).toBe(-0.5);
    neuron.forward(ones([1]));
    expect(neuron.v.item()).toBe(0.5);
    neuron.vReset = 0.25;
    expect(neuron.v.item()).toBe(0.5);
    neuron.reset();
    expect(neuron.v.item()).toBe(0.25);
    neuron.v = tensor([0.75]);
    neuron.vReset = null;
    expect(neuron.v.item()).toBe(0.75);
    neuron.reset();
    expect(neuron.v.item()).toBe(0);
  });

  it.each<[string, () => BaseNode, string, unknown, typeof TypeError | typeof RangeError, string]>([
    ["alpha 0", () => new ATIF(), "alpha", 0, RangeError, "ATIF: alpha is 0; expected a number above 0."],
    ["alpha NaN", () => new IFSRL(), "alpha", NaN, RangeError, "IFSRL: alpha is NaN; expected a finite number."],
    ["alpha in quotes", () => new LIFNode(), "alpha", "2", TypeError, 'LIFNode: alpha is "2"; expected a number. Write it without quotes.'],
    ["alpha null", () => new IFNode(), "alpha", null, TypeError, "IFNode: alpha is null; expected a number. Give one, or leave it out if it has a default."],
    ["vThreshold x", () => new IFNode(), "vThreshold", "x", TypeError, 'IFNode: vThreshold is "x"; expected a number.'],
    ["vThreshold 0", () => new IFNode(), "vThreshold", 0, RangeError, "IFNode: vThreshold is 0; expected a number above 0."],
    ["vThreshold at vReset", () => new IFNode({ vReset: 0.5 }), "vThreshold", 0.5, RangeError, "IFNode: vReset is 0.5 and vThreshold 0.5; expected vReset below vThreshold, or it would fire at rest."],
    ["vReset NaN", () => new LIFNode(), "vReset", NaN, RangeError, "LIFNode: vReset is NaN; expected a finite number."],
    ["vReset false", () => new LIFNode(), "vReset", false, TypeError, "LIFNode: vReset is false; expected a finite number, or null."],
    ["vReset undefined", () => new IFNode(), "vReset", undefined, TypeError, "IFNode: vReset is undefined; expected a number. Give one: it has no default."],
    ["vReset above", () => new IFNode(), "vReset", 1, RangeError, "IFNode: vReset is 1 and vThreshold 1; expected vReset below vThreshold, or it would fire at rest."],
    ["vReset that rounds to vThreshold", () => new IFNode(), "vReset", 1 - 1e-9, RangeError, "IFNode: vReset is 0.999999999 and vThreshold 1; expected vReset below vThreshold, or it would fire at rest."],
    ["tau 0", () => new LIFNode(), "tau", 0, RangeError, "LIFNode: tau is 0; expected a time constant above 1 time step."],
    ["tau that rounds to 1", () => new LIFNode(), "tau", 1 + 1e-9, RangeError, "LIFNode: tau is 1.000000001; expected a time constant above 1 time step."],
    ["tau undefined", () => new LIFNode(), "tau", undefined, TypeError, "LIFNode: tau is undefined; expected a number. Give one: it has no default."],
    ["decayInput 3", () => new LIFNode(), "decayInput", 3, TypeError, "LIFNode: decayInput is 3; expected true or false."],
    ["decayInput null", () => new ParametricLIFNode(), "decayInput", null, TypeError, "ParametricLIFNode: decayInput is null; expected true or false."],
  ])("refuses %s and keeps the old value", (_, make, name, value, type, message) => {
    const neuron = make() as unknown as Record<string, unknown>;
    const before = neuron[name];
    const set = (): void => void (neuron[name] = value);
    expect(set).toThrow(type);
    expect(set).toThrow(message);
    expect(neuron[name]).toBe(before);
  }); // prettier-ignore

  it.each<[string, () => BaseNode, string]>([
    ["vReset of ATIF, whose reset is soft", () => new ATIF(), "vReset"],
    ["vThreshold of ATIF, a parameter: setCoeffs", () => new ATIF(), "vThreshold"],
    ["vpTh of IFSRL", () => new IFSRL(), "vpTh"],
    ["theta", () => new IFNode(), "theta"],
    ["tau of ParametricLIFNode, which is learned", () => new ParametricLIFNode(), "tau"],
    ["w of ParametricLIFNode, a parameter", () => new ParametricLIFNode(), "w"],
    ["vSeq", () => new IFNode(), "vSeq"],
    ["traits", () => new IFNode(), "traits"],
    ["spikeHeight", () => new ATIF(), "spikeHeight"],
  ])("cannot be set: %s", (_, make, name) => {
    const neuron = make();
    const before = (neuron as unknown as Record<string, unknown>)[name];
    expect(() => Object.assign(neuron, { [name]: 0.5 })).toThrow(TypeError);
    expect((neuron as unknown as Record<string, unknown>)[name]).toEqual(before);
  });

  describe("options that came", () => {
    it("ATIF, MultiStepATIF and IFSRL take detachReset, backend and storeVSeq", () => {
      const options = { detachReset: true, backend: "eager", storeVSeq: true } as const;
      for (const neuron of [new ATIF(options), new MultiStepATIF(options), new IFSRL(options)])
        expect(neuron).toMatchObject(options);
    });

    it("alpha and a surrogate together are refused", () => {
      const both = { alpha: 2, surrogateFunction: sigmoidSurrogate(2) };
      for (const Class of [IFNode, LIFNode, ParametricLIFNode]) {
        expect(() => new Class(both)).toThrow(TypeError);
        expect(() => new Class(both)).toThrow(
          `${Class.name}: alpha is given beside surrogateFunction; expected one of the two. Leave out alpha: it is the steepness of the sigmoid.`,
        );
      }
    });

    it("what a subclass of BaseNode hands up is read as well", () => {
      expect(() => new OwnNode({ vReset: NaN })).toThrow("OwnNode: vReset is NaN; expected a finite number.");
      expect(() => new OwnNode({ backend: "torch" })).toThrow('OwnNode: backend is "torch"');
      expect(() => new OwnNode({ surrogateFunction: 1 })).toThrow(
        "OwnNode: surrogateFunction is 1; expected a function of q",
      );
      // what the class keeps for itself is its own business
      expect(new OwnNode({ vReset: 0.1, leak: 3 }).vReset).toBe(Math.fround(0.1));
    });
  });
});
