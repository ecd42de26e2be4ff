/** IFNode, LIFNode and ParametricLIFNode: values by hand, fused against eager, gradients, options. */

import { beforeAll, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import type { BaseNode, NodeBackend } from "../../src/neurons/base-node.js";
import { IFNode } from "../../src/neurons/if-node.js";
import { LIFNode } from "../../src/neurons/lif-node.js";
import { ParametricLIFNode } from "../../src/neurons/parametric-lif-node.js";
import "../../src/ops/install.js";
import { Generator } from "../../src/random/generator.js";
import { sigmoidSurrogate } from "../../src/surrogates/sigmoid.js";
import { scope } from "../../src/tensor/scope.js";
import { tensor, zeros } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { expectClose, expectSameBits } from "../closeness.js";
import { drive } from "./drive.js";

const nodeBackends: NodeBackend[] = ["fused", "eager"];

interface Row {
  name: string;
  make: (backend: NodeBackend) => BaseNode;
  x: number[];
  train: string;
  v: number[];
}

const m = { stepMode: "m" } as const;
// initTau 2: k = sigmoid(0) = 1/2, and initTau 4: k = 1/4, to the last bit
const rows: Row[] = [
  {
    name: "IF, hard reset to 0",
    make: (backend) => new IFNode({ ...m, backend }),
    x: [0.75, 0.75, 1, -0.5, 2],
    train: "01101",
    v: [0.75, 0, 0, -0.5, 0],
  },
  {
    name: "IF, hard reset to -0.5, where it starts",
    make: (backend) => new IFNode({ ...m, backend, vReset: -0.5 }),
    x: [1, 0.5, 1.25, 1.5],
    train: "0101",
    v: [0.5, -0.5, 0.75, -0.5],
  },
  {
    name: "IF, soft reset",
    make: (backend) => new IFNode({ ...m, backend, vReset: null }),
    x: [0.75, 0.75, 1, -1, 2],
    train: "01101",
    v: [0.75, 0.5, 0.5, -0.5, 0.5],
  },
  {
    name: "IF, soft reset, threshold 0.5",
    make: (backend) => new IFNode({ ...m, backend, vReset: null, vThreshold: 0.5 }),
    x: [0.75, 0.125, 0.25],
    train: "101",
    v: [0.25, 0.375, 0.125],
  },
  {
    name: "LIF, decaying input, soft reset: u = v + (x - v) / 2",
    make: (backend) => new LIFNode({ ...m, backend, vReset: null }),
    x: [1.5, 1.5, 1.5, 0],
    train: "0100",
    v: [0.75, 0.125, 0.8125, 0.40625],
  },
  {
    name: "LIF, decaying input, hard reset to 0, tau 4",
    make: (backend) => new LIFNode({ ...m, backend, tau: 4 }),
    x: [3, 2, 1],
    train: "010",
    v: [0.75, 0, 0.25],
  },
  {
    name: "LIF, decaying input, hard reset to -1: u = v + (x - (v + 1)) / 2",
    make: (backend) => new LIFNode({ ...m, backend, vReset: -1 }),
    x: [1, 1, 8, 1],
    train: "0010",
    v: [-0.5, -0.25, -1, -0.5],
  },
  {
    name: "LIF, whole input, soft reset, tau 4: u = v 3/4 + x",
    make: (backend) => new LIFNode({ ...m, backend, tau: 4, vReset: null, decayInput: false }),
    x: [0.5, 0.5, 0.5],
    train: "001",
    v: [0.5, 0.875, 0.15625],
  },
  {
    name: "LIF, whole input, hard reset to 0, tau 2: u = v / 2 + x",
    make: (backend) => new LIFNode({ ...m, backend, decayInput: false }),
    x: [0.5, 0.5, 0.625, 0.25],
    train: "0010",
    v: [0.5, 0.75, 0, 0.25],
  },
  {
    name: "LIF, whole input, hard reset to -1: u = v - (v + 1) / 2 + x",
    make: (backend) => new LIFNode({ ...m, backend, decayInput: false, vReset: -1 }),
    x: [0.5, 0.5, 2, 1],
    train: "0010",
    v: [-0.5, -0.25, -1, 0],
  },
  {
    name: "PLIF, decaying input, soft reset: u = v + (x - v) / 2",
    make: (backend) => new ParametricLIFNode({ ...m, backend, vReset: null }),
    x: [1.5, 1.5, 1.5, 0],
    train: "0100",
    v: [0.75, 0.125, 0.8125, 0.40625],
  },
  {
    name: "PLIF, whole input, hard reset to 0: u = v / 2 + x",
    make: (backend) => new ParametricLIFNode({ ...m, backend, decayInput: false }),
    x: [0.5, 0.5, 0.625, 0.25],
    train: "0010",
    v: [0.5, 0.75, 0, 0.25],
  },
  {
    name: "PLIF, whole input, hard reset to -1",
    make: (backend) => new ParametricLIFNode({ ...m, backend, decayInput: false, vReset: -1 }),
    x: [0.5, 0.5, 2, 1],
    train: "0010",
    v: [-0.5, -0.25, -1, 0],
  },
];

function normals(seed: number, n: number, scale = 1): Float32Array {
  const random = new Generator(seed);
  return Float32Array.from({ length: n }, () => scale * random.normal());
}

/** Every charge and reset, with time constants that no float32 holds exactly among them. */
const variants: [string, (options: { backend: NodeBackend; detachReset?: boolean }) => BaseNode][] = [];
for (const vReset of [null, 0, -0.3]) {
  const reset = vReset === null ? "soft reset" : `hard reset to ${vReset}`;
  variants.push([`IF, ${reset}`, (o) => new IFNode({ ...m, ...o, vReset, vThreshold: 0.9 })]);
  for (const decayInput of [true, false]) {
    const input = decayInput ? "decaying input" : "whole input";
    for (const tau of [1.5, 2.1, 3, 7.3]) {
      variants.push([
        `LIF tau ${tau}, ${input}, ${reset}`,
        (o) => new LIFNode({ ...m, ...o, vReset, tau, decayInput, vThreshold: 0.7 }),
      ]);
    }
    variants.push([
      `PLIF tau 2.6, ${input}, ${reset}`,
      (o) => new ParametricLIFNode({ ...m, ...o, vReset, initTau: 2.6, decayInput, vThreshold: 0.7 }),
    ]);
  }
}

describeBackends("neurons with a fixed threshold", (backend) => {
  beforeAll(() => init({ backend }));

  it.each(rows)("$name, by hand", ({ make, x, train, v }) => {
    for (const nodeBackend of nodeBackends) {
      const driven = drive(make(nodeBackend), { x, T: x.length });
      expect(driven.train(0)).toBe(train);
      expect([...driven.y]).toEqual([...train].map(Number));
      expect([...driven.v]).toEqual(v);
    }
  });

  it.each(variants)("%s: fused and eager agree, y and v to the bit, gradients to 1e-5", (_, make) => {
    for (const detachReset of [false, true]) {
      const [T, n] = [6, 37];
      const x = normals(40, T * n, 3);
      const w = normals(41, T * n);
      const [fused, eager] = nodeBackends.map((nodeBackend) =>
        scope(() => {
          const node = make({ backend: nodeBackend, detachReset });
          node.storeVSeq = true;
          const input = tensor(x, [T, n], { requiresGrad: true });
          const y = node.forward(input);
          const loss = y
            .mul(tensor(w, [T, n]))
            .sum()
            .add(node.v.mul(tensor(w.subarray(0, n), [n])).sum());
          loss.backward();
          const dw = node.parameters().map((parameter) => parameter.grad?.item() ?? NaN);
          return { y: y.toArray(), v: node.vSeq?.toArray() ?? [], dx: input.grad?.toArray() ?? [], dw };
        }),
      );
      expect(fused.y.filter((z) => z === 1).length).toBeGreaterThan(5);
      expectSameBits(fused.y, eager.y, "y");
      expectSameBits(fused.v, eager.v, "v");
      expectClose(fused.dx, eager.dx, 1e-5, { floor: 0.1, what: "dx" });
      expectClose(fused.dw, eager.dw, 1e-4, { floor: 1, what: "dw" });
    }
  });

  it.each(variants)(
    "%s: with a detached reset, dv/dx and dv/dw are those of finite differences",
    (_, make) => {
      // v alone does not depend on the surrogate when the reset is detached; spikes must not change within the step
      const [T, n] = [5, 4];
      const x = [
        0.5, 2, -0.5, 0.25, 0.125, 0.5, 1.5, 2.5, 1, -1, 0.125, 0.25, 0.5, 0.5, 0.125, 0.5, 0.25, 0, 1, 0.125,
      ];
      const w = [1, -0.5, 0.75, 0.25];
      const node = make({ backend: "fused", detachReset: true });
      const parameters = node.parameters();
      const loss = (): number =>
        scope(() => {
          node.reset();
          node.forward(tensor(x, [T, n]));
          return node.v.toArray().reduce((sum, v, i) => sum + v * w[i], 0);
        });
      const input = tensor(x, [T, n], { requiresGrad: true });
      node.forward(input);
      node.v
        .mul(tensor(w, [n]))
        .sum()
        .backward();
      const step = 2 ** -8;
      const differences = x.map((value, i) => {
        x[i] = value + step;
        const above = loss();
        x[i] = value - step;
        const below = loss();
        x[i] = value;
        return (above - below) / (2 * step);
      });
      expectClose(input.grad?.data ?? [], differences, 1e-4, { floor: 1, what: "dx" });
      for (const parameter of parameters) {
        const analytic = parameter.grad?.item() ?? NaN;
        const value = parameter.item();
        parameter.data[0] = value + step;
        const above = loss();
        parameter.data[0] = value - step;
        const below = loss();
        parameter.data[0] = value;
        expectClose([analytic], [(above - below) / (2 * step)], 1e-3, { floor: 1e-1, what: "dw" });
        expect(Math.abs(analytic)).toBeGreaterThan(1e-2);
      }
    },
  );

  it.each(variants)("%s: evaluation rounds as training does", (_, make) => {
    const [T, n] = [6, 37];
    const x = normals(42, T * n, 3);
    const [training, evaluation] = [make({ backend: "fused" }).train(), make({ backend: "fused" }).eval()];
    const [a, b] = [drive(training, { x, T }), drive(evaluation, { x, T })];
    expectSameBits(a.y, b.y, "y");
    expectSameBits(a.v, b.v, "v");
  });

  it("1 - 1 / tau is computed in float64 and rounded once: tau = 3 leaks as float32(2 / 3)", () => {
    for (const nodeBackend of nodeBackends) {
      const node = new LIFNode({ ...m, backend: nodeBackend, tau: 3, decayInput: false, vThreshold: 8 });
      const { v } = drive(node, { x: [1, 0], T: 2 });
      expect(v[1]).toBe(Math.fround(2 / 3));
      expect(v[1]).not.toBe(Math.fround(1 - Math.fround(1 / 3)));
    }
  });

  it("the output's slope is that of the surrogate, by default the sigmoid with alpha 4", () => {
    for (const nodeBackend of nodeBackends) {
      const x = tensor([1, 0.5], [1, 2], { requiresGrad: true });
      new IFNode({ ...m, backend: nodeBackend }).forward(x).sum().backward();
      const s = 1 / (1 + Math.exp(2));
      expectClose(x.grad?.data ?? [], [1, 4 * s * (1 - s)], 1e-6);
    }
  });

  it("an infinite input turns a hard reset into NaN, as 0 times infinity does, and passes a soft one", () => {
    for (const nodeBackend of nodeBackends) {
      const hard = drive(new IFNode({ ...m, backend: nodeBackend }), { x: [Infinity, 1], T: 2 });
      expect([[...hard.y], [...hard.v]]).toEqual([
        [1, 0],
        [NaN, NaN],
      ]);
      const soft = drive(new IFNode({ ...m, backend: nodeBackend, vReset: null }), {
        x: [Infinity, 1],
        T: 2,
      });
      expect([[...soft.y], [...soft.v]]).toEqual([
        [1, 1],
        [Infinity, Infinity],
      ]);
    }
  });

  it("PLIF learns w, a scalar in the state dict, with tau = 1 + e^-w", () => {
    const node = new ParametricLIFNode({ initTau: 5 });
    expect(node.w.shape).toEqual([]);
    expect(node.w.item()).toBeCloseTo(-Math.log(4), 6);
    expect(node.tau).toBeCloseTo(5, 5);
    expect(node.w.decays).toBe(true);
    expect(node.stateDict()).toEqual({ w: { shape: [], data: Float32Array.of(-Math.log(4)) } });
    node.loadStateDict({ w: { shape: [], data: [0] } });
    expect(node.tau).toBe(2);
    expect(new IFNode().stateDict()).toEqual({});
    expect(new LIFNode().stateDict()).toEqual({});
  });

  it("the time constant moves against its gradient", () => {
    // a slower neuron stays lower under a constant input: dv/dtau < 0, so dv/dw > 0 (k = sigmoid(w) = 1/tau)
    const node = new ParametricLIFNode({ ...m, vReset: null });
    node.forward(tensor([0.5, 0.5], [2, 1]));
    node.v.sum().backward();
    expect(node.w.grad?.item()).toBeGreaterThan(0);
  });

  it("has the defaults of the reference", () => {
    const [IF, LIF, PLIF] = [new IFNode(), new LIFNode(), new ParametricLIFNode()];
    for (const node of [IF, LIF, PLIF]) {
      expect([node.vThreshold, node.vReset, node.detachReset, node.stepMode]).toEqual([1, 0, false, "s"]);
      expect([node.backend, node.theta, node.storeVSeq]).toEqual(["fused", 1, false]);
      expect(node.surrogateFunction.sigmoidAlpha).toBe(4);
      expect(node.supportedBackends).toEqual(["fused", "eager"]);
    }
    expect([LIF.tau, LIF.decayInput, PLIF.tau, PLIF.decayInput]).toEqual([2, true, 2, true]);
  });

  it("takes any surrogate, and is then eager", () => {
    const steep = sigmoidSurrogate(8);
    const node = new IFNode({ surrogateFunction: (q) => steep(q) });
    expect(node.backend).toBe("eager");
    expect(node.forward(tensor([2, 0.5], [2])).toArray()).toEqual(Float32Array.of(1, 0));
    expect(() =>
      new IFNode({ surrogateFunction: (q) => steep(q), backend: "fused" }).forward(zeros([1])),
    ).toThrow(
      "IFNode: the fused kernels know the sigmoid surrogate only; set backend = 'eager' to use another.",
    );
  });

  it.each<[string, () => unknown, string]>([
    ["vThreshold 0", () => new IFNode({ vThreshold: 0 }), "IFNode: vThreshold is 0; expected a number above 0."],
    ["vThreshold NaN", () => new LIFNode({ vThreshold: NaN }), "LIFNode: vThreshold is NaN; expected a finite number."],
    ["vThreshold 1e39", () => new IFNode({ vThreshold: 1e39 }), "IFNode: vThreshold is 1e+39; expected a number that float32 can hold"],
    ["vReset NaN", () => new IFNode({ vReset: NaN }), "IFNode: vReset is NaN; expected a finite number."],
    ["vReset false", () => new IFNode({ vReset: false as never }), "IFNode: vReset is false; expected a finite number, or null."],
    ["vReset above", () => new IFNode({ vReset: 1 }), "IFNode: vReset is 1 and vThreshold 1; expected vReset below vThreshold, or it would fire at rest."],
    ["tau 1", () => new LIFNode({ tau: 1 }), "LIFNode: tau is 1; expected a time constant above 1 time step."],
    ["tau NaN", () => new LIFNode({ tau: NaN }), "LIFNode: tau is NaN; expected a finite number."],
    ["tau 1e39", () => new LIFNode({ tau: 1e39 }), "LIFNode: tau is 1e+39; expected a number that float32 can hold"],
    ["initTau 1", () => new ParametricLIFNode({ initTau: 1 }), "ParametricLIFNode: initTau is 1; expected a time constant above 1 time step."],
    ["stepMode", () => new IFNode({ stepMode: "multi" as "m" }), 'IFNode: stepMode is "multi"; expected one of "s", "m".'],
    ["backend", () => new IFNode({ backend: "torch" as "eager" }), 'IFNode: backend is "torch"; expected one of "fused", "eager".'],
    ["surrogateFunction", () => new IFNode({ surrogateFunction: null as never }), "IFNode: surrogateFunction is null; expected a function of q = u - theta, such as sigmoidSurrogate(1)."],
    ["tau of an IF", () => new IFNode({ tau: 2 } as object), 'IFNode: unknown option "tau"; known options are vThreshold, vReset, alpha, surrogateFunction, detachReset, stepMode, backend, storeVSeq.'],
    ["initTau of a LIF", () => new LIFNode({ initTau: 2 } as object), 'LIFNode: unknown option "initTau"; known options are'],
    ["v_reset", () => new ParametricLIFNode({ v_reset: 0 } as object), 'ParametricLIFNode: unknown option "v_reset"; known options are vThreshold, vReset, alpha, surrogateFunction, detachReset, stepMode, backend, storeVSeq, initTau, decayInput. Did you mean "vReset"?'],
    ["null", () => new LIFNode(null as never), "LIFNode: no options were given; expected an object like { vThreshold: … }."],
    ["a string", () => new ParametricLIFNode("tau" as never), 'ParametricLIFNode: options are "tau"; expected an object like { vThreshold: … }.'],
  ])("refuses %s", (_, make, message) => {
    expect(make).toThrow(message);
  }); // prettier-ignore
});
