/** Neurons by name. */

import { beforeAll, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import { ATIF, MultiStepATIF } from "../../src/neurons/atif.js";
import { IFNode } from "../../src/neurons/if-node.js";
import { IFSRL } from "../../src/neurons/ifsrl.js";
import { LIFNode } from "../../src/neurons/lif-node.js";
import { ParametricLIFNode } from "../../src/neurons/parametric-lif-node.js";
import { createNeuron, neuronKinds, neuronTable, type NeuronSpec } from "../../src/neurons/table.js";
import "../../src/ops/install.js";
import { zeros } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";

describeBackends("the table of neurons", (backend) => {
  beforeAll(() => init({ backend }));

  it("lists every neuron with a line about it", () => {
    expect(neuronKinds).toEqual(["ATIF", "IFSRL", "IFNode", "LIFNode", "ParametricLIFNode"]);
    for (const { summary } of Object.values(neuronTable)) expect(summary).toMatch(/^(leaky )?\S/);
  });

  it("makes each in the step mode of the model, with its parameters", () => {
    expect(createNeuron({ kind: "ATIF" }, "s").constructor).toBe(ATIF);
    expect(createNeuron({ kind: "ATIF" }, "m").constructor).toBe(MultiStepATIF);
    expect(createNeuron({ kind: "IFSRL" }, "m").constructor).toBe(IFSRL);
    expect(createNeuron({ kind: "IFNode", params: { vReset: null } }, "m").constructor).toBe(IFNode);
    const lif = createNeuron({ kind: "LIFNode", params: { tau: 3 } }, "s");
    expect(lif).toBeInstanceOf(LIFNode);
    expect((lif as LIFNode).tau).toBe(3);
    expect(createNeuron({ kind: "ParametricLIFNode" }, "s").constructor).toBe(ParametricLIFNode);
    for (const kind of neuronKinds) {
      for (const stepMode of ["s", "m"] as const) {
        const node = createNeuron({ kind }, stepMode);
        expect(node.stepMode).toBe(stepMode);
        expect(node.forward(zeros([4, 2])).shape).toEqual([4, 2]);
        expect(node.v.shape).toEqual(stepMode === "s" ? [4, 2] : [2]);
      }
    }
  });

  it("gives every layer a neuron and a threshold of its own", () => {
    const spec: NeuronSpec = { kind: "ATIF", params: { vThreshold: 2 } };
    const [a, b] = [createNeuron(spec, "s") as ATIF, createNeuron(spec, "s") as ATIF];
    expect(a.vThreshold).not.toBe(b.vThreshold);
    a.setCoeffs(5);
    expect(b.theta).toBeLessThanOrEqual(2);
    expect(spec).toEqual({ kind: "ATIF", params: { vThreshold: 2 } });
  });

  it.each<[unknown, string]>([
    [{ kind: "Torch" }, 'neuron.kind is "Torch"; expected one of "ATIF", "IFSRL", "IFNode", "LIFNode", "ParametricLIFNode".'],
    [{}, "neuron.kind is undefined; expected one of"],
    [{ kind: "toString" }, 'neuron.kind is "toString"; expected one of'],
    [null, "neuron is null; expected { kind, params }, with a kind of ATIF, IFSRL, IFNode, LIFNode, ParametricLIFNode."],
    ["ATIF", 'neuron is "ATIF"; expected { kind, params }, with a kind of'],
    [{ kind: "ATIF", params: { T: 4 } }, 'ATIF: unknown option "T"'],
    [{ kind: "ATIF", params: 3 }, "ATIF: options are 3; expected an object"],
  ])("refuses %j", (spec, message) => {
    expect(() => createNeuron(spec as NeuronSpec, "s")).toThrow(message);
  }); // prettier-ignore
});
