/** What neurons say of themselves, and that it is so. */

import { beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import { ATIF, MultiStepATIF } from "../../src/neurons/atif.js";
import type { BaseNode } from "../../src/neurons/base-node.js";
import { IFNode } from "../../src/neurons/if-node.js";
import { IFSRL } from "../../src/neurons/ifsrl.js";
import { LIFNode } from "../../src/neurons/lif-node.js";
import { createNeuron, neuronKinds } from "../../src/neurons/table.js";
import type { NeuronTraits } from "../../src/neurons/traits.js";
import "../../src/ops/install.js";
import { Generator } from "../../src/random/generator.js";
import { describeBackends } from "../backends.js";
import { drive } from "./drive.js";
import { OwnNode } from "./own-node.js";

const variants: [string, () => BaseNode, NeuronTraits][] = [
  ["ATIF", () => new MultiStepATIF({ vthInitL: 0.9, vthInitH: 0.9 }), { kind: "ATIF", spikeHeight: "theta", threshold: "learned", staircase: true }],
  ["ATIF with a threshold below 0", () => { const n = new MultiStepATIF({ minThreshold: null }); n.setCoeffs(-0.5); return n; }, { kind: "ATIF", spikeHeight: "theta", threshold: "learned", staircase: false }],
  ["IFSRL", () => Object.assign(new IFSRL(), { stepMode: "m" }), { kind: "IFSRL", spikeHeight: "one", threshold: "learned", staircase: true }],
  ["IFNode, soft", () => new IFNode({ vReset: null, vThreshold: 0.7, stepMode: "m" }), { kind: "IFNode", spikeHeight: "one", threshold: "fixed", staircase: true }],
  ["IFNode, hard", () => new IFNode({ stepMode: "m" }), { kind: "IFNode", spikeHeight: "one", threshold: "fixed", staircase: false }],
  ["LIFNode, soft", () => new LIFNode({ vReset: null, stepMode: "m" }), { kind: "LIFNode", spikeHeight: "one", threshold: "fixed", staircase: false }],
]; // prettier-ignore

/** Constant inputs far from the corners of the staircase, T steps each. */
const T = 7;
const inputs = (theta: number): number[] => {
  const random = new Generator(2);
  return Array.from(
    { length: 60 },
    () => (Math.abs(theta) * (random.integer(10) - 1 + random.uniform(0.2, 0.8))) / T,
  );
};

describeBackends("traits", (backend) => {
  beforeAll(() => init({ backend }));

  it.each(variants)("of %s: the kind, and what its outputs are", (_, make, traits) => {
    const neuron = make();
    const { theta, spikeHeight } = neuron;
    expect(neuron.traits).toEqual(traits);
    expect(spikeHeight).toBe(traits.spikeHeight === "theta" ? theta : 1);
    expect(neuron.parameters().length > 0).toBe(traits.threshold === "learned");
    const x = inputs(theta);
    const { y, counts } = drive(neuron, { x, T, constant: true });
    expect(new Set(y.filter((each) => each !== 0))).toEqual(new Set([spikeHeight]));
    const law = x.map((each) => Math.min(T, Math.max(0, Math.floor((T * each) / theta))));
    if (traits.staircase) expect([...counts]).toEqual(law);
    else expect([...counts]).not.toEqual(law);
  });

  it("the kind of every row is its name in the table", () => {
    for (const kind of neuronKinds) {
      for (const stepMode of ["s", "m"] as const)
        expect(createNeuron({ kind }, stepMode).traits.kind).toBe(kind);
    }
  });
});

describe("traits of a user's own classes", () => {
  beforeAll(() => init({ backend: "reference" }));

  class Leaky extends IFNode {
    constructor() {
      super({ vReset: null });
    }
  }
  class MyAtif extends MultiStepATIF {}
  class Stated extends IFNode {
    protected override get ownTraits(): NeuronTraits {
      return { kind: "Mine", spikeHeight: "one", threshold: "fixed", staircase: true };
    }
  }
  class OfStated extends Stated {}
  class WithGetter extends ATIF {
    override get traits(): NeuronTraits {
      return { kind: "Getter", spikeHeight: "one", threshold: "fixed", staircase: false };
    }
  }

  it("a subclass that says nothing has its own name and is no staircase", () => {
    expect(new Leaky().traits).toEqual({
      kind: "Leaky",
      spikeHeight: "one",
      threshold: "fixed",
      staircase: false,
    });
    // The height of its spikes is what it inherits with the equations.
    expect(new MyAtif().traits).toEqual({
      kind: "MyAtif",
      spikeHeight: "theta",
      threshold: "learned",
      staircase: false,
    });
    expect(new OwnNode().traits).toEqual({
      kind: "OwnNode",
      spikeHeight: "one",
      threshold: "fixed",
      staircase: false,
    });
  });

  it("one that states its traits is believed, its own subclass is not", () => {
    expect(new Stated().traits).toMatchObject({ kind: "Mine", staircase: true });
    expect(new OfStated().traits).toMatchObject({ kind: "OfStated", staircase: false });
    expect([new WithGetter().traits.kind, new WithGetter().spikeHeight]).toEqual(["Getter", 1]);
  });
});
