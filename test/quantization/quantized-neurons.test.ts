/** Quantized neurons: by hand, against whole numbers, in both step modes, and what they keep. */

import { beforeAll, describe, expect, it } from "vitest";
import { noGrad } from "../../src/autograd/grad-mode.js";
import { init } from "../../src/kernels/select.js";
import { MultiStepATIF } from "../../src/neurons/atif.js";
import type { BaseNode } from "../../src/neurons/base-node.js";
import { IFNode } from "../../src/neurons/if-node.js";
import { createNeuron, neuronSpecOf, type NeuronSpec } from "../../src/neurons/table.js";
import "../../src/ops/install.js";
import { stack } from "../../src/ops/slice.js";
import { QuantizedATIF } from "../../src/quantization/quantized-atif.js";
import { QuantizedIFNode } from "../../src/quantization/quantized-if-node.js";
import { QuantizedLIFNode } from "../../src/quantization/quantized-lif-node.js";
import type { QuantParams } from "../../src/quantization/quantizer-options.js";
import { Generator } from "../../src/random/generator.js";
import { tensor, zeros, type Tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { expectClose, expectSameBits } from "../closeness.js";

const list = (x: Tensor): number[] => [...x.toArray()];

const kinds = ["QuantizedIFNode", "QuantizedLIFNode", "QuantizedATIF"] as const;

function inputs(seed: number, T: number, n: number, width = 1): Tensor[] {
  const random = new Generator(seed);
  return Array.from({ length: T }, () =>
    tensor(
      Array.from({ length: n }, () => width * random.normal() + 0.3),
      [n],
    ),
  );
}

/** Shows x in training mode, so that ranges are known. */
function calibrated<N extends BaseNode>(node: N, xs: readonly Tensor[]): N {
  noGrad(() => {
    for (const x of xs) node.forward(x);
    node.reset();
  });
  node.eval();
  return node;
}

/** The arithmetic of integer code: v and theta with qv fractional bits, x with qx, of so many bits. */
interface IntegerNeuron {
  readonly bits: number;
  readonly qx: number;
  readonly qv: number;
  readonly theta: number;
  readonly roundtype: "floor" | "nearest";
}

/** One step of a neuron with a soft reset, on whole numbers. */
function integerStep(
  x: number,
  v: number,
  { bits, qx, qv, theta, roundtype }: IntegerNeuron,
): [z: number, v: number] {
  const t = Math.max(qx, qv);
  const threshold = theta * 2 ** (t - qv);
  let h = v * 2 ** (t - qv) + x * 2 ** (t - qx);
  const z = h >= threshold ? 1 : 0;
  h -= z * threshold;
  const half = roundtype === "nearest" && t > qv ? 2 ** (t - qv - 1) : 0;
  const shifted = Math.floor((h + half) / 2 ** (t - qv));
  return [z, Math.min(2 ** (bits - 1) - 1, Math.max(-(2 ** (bits - 1)), shifted))];
}

describeBackends("quantized neurons", (backend) => {
  beforeAll(() => init({ backend }));

  it("by hand: 3 bits and no fractional bits, theta 2", () => {
    const node = new QuantizedIFNode({
      vThreshold: 2, vReset: null, quantParams: { bits: 3, forceQ: 0, act: { forceQ: 1 } },
    }); // prettier-ignore
    // x: 1 (of 1.4), 3 (of 9), 1, -4 (of -7)
    const seen = [1.4, 9, 1.2, -7].map((x) => [node.forward(tensor([x])).item(), node.v.item()]);
    // u: 1; 1 + 3 = 4, fires, 2; 2 + 1 = 3, fires, 1; 1 - 4 = -3
    expect(seen).toEqual([[0, 1], [1, 2], [1, 1], [0, -3]]); // prettier-ignore
  });

  it("fires on the exact sum, in training too; the reference on the clamped one", () => {
    // v and theta up to 3, in whole steps from -4 to 3: 2 + 3 = 5 is clamped to 3 by Qv
    const options = { vThreshold: 3.4, vReset: null, quantParams: { bits: 3, forceQ: 0, v: { forceQ: -1 } } };
    const after = (node: QuantizedIFNode): number[] => {
      node.v = tensor([2]);
      return [node.forward(tensor([1.4])).item(), node.v.item()];
    };
    // Steps of 2: theta 3.4 is 4; u = 2 + 1 = 3 is below it, and 4 once it is rounded.
    expect(after(new QuantizedIFNode(options))).toEqual([0, 4]);
    expect(after(new QuantizedIFNode(options).eval())).toEqual([0, 4]);
    expect(after(new QuantizedIFNode({ ...options, compat: "qualia" }))).toEqual([1, 0]);
    expect(after(new QuantizedIFNode({ ...options, compat: "qualia" }).eval())).toEqual([0, 4]);
  });

  it.each(["floor", "nearest"] as const)("IF is what whole numbers give, at every step: %s", (roundtype) => {
    for (const [bits, vThreshold] of [
      [8, 1],
      [8, 0.77],
      [5, 0.6],
      [12, 1.3],
    ] as const) {
      // prettier-ignore
      const node = new QuantizedIFNode({ vThreshold, vReset: null, quantParams: { bits, roundtype } });
      const xs = inputs(bits, 12, 40);
      calibrated(node, xs);
      const [{ fractionalBits: qx }, { fractionalBits: qv }] = [node.quantizerInput, node.quantizerV];
      if (qx === null || qv === null) throw new Error("no fixed point");
      const neuron = { bits, qx, qv, theta: node.theta * 2 ** qv, roundtype };
      expect(Number.isInteger(neuron.theta)).toBe(true);
      let v = new Array<number>(40).fill(0);
      let fired = 0;
      for (const x of xs) {
        const integers = list(node.quantizerInput.forward(x)).map((value) => value * 2 ** qx);
        const next = integers.map((each, i) => integerStep(each, v[i], neuron));
        const y = noGrad(() => node.forward(x));
        expect(list(y)).toEqual(next.map(([z]) => z));
        expect(list(node.v)).toEqual(next.map(([, each]) => each / 2 ** qv + 0));
        v = next.map(([, each]) => each);
        fired += next.filter(([z]) => z === 1).length;
      }
      expect(fired).toBeGreaterThan(40);
    }
  });

  it("ATIF gives theta as it is quantized, and keeps it as it was learned", () => {
    const node = new QuantizedATIF({ quantParams: { bits: 6, roundtype: "floor" } });
    node.setCoeffs(0.77);
    calibrated(node, inputs(3, 8, 30));
    const q = node.quantizerV.fractionalBits ?? NaN;
    const expected = Math.floor(Math.fround(0.77) * 2 ** q) / 2 ** q;
    expect(node.theta).toBe(expected);
    const y = inputs(3, 8, 30).flatMap((x) => list(noGrad(() => node.forward(x))));
    expect(new Set(y.map((value) => value + 0))).toEqual(new Set([0, node.spikeHeight]));
    expect(node.vThreshold.item()).toBe(Math.fround(0.77));
    // Potentials are whole steps.
    for (const v of list(node.v)) expect(Number.isInteger(v * 2 ** q)).toBe(true);
  });

  it("with 16 bits, nearly the float neuron, and nearly its gradients", () => {
    const T = 5;
    const xs = inputs(4, T, 20, 0.5);
    const random = new Generator(5);
    const weights = tensor(Array.from({ length: T * 20 }, () => random.normal()), [T, 20]); // prettier-ignore
    const learned = (node: MultiStepATIF | QuantizedATIF) => {
      node.setCoeffs(0.9);
      const x = tensor(xs.flatMap(list), [T, 20], { requiresGrad: true });
      const y = node.forward(x);
      y.mul(weights).sum().backward();
      return { y: list(y), dx: list(x.grad as Tensor), dtheta: list(node.vThreshold.grad as Tensor) };
    };
    const float = learned(new MultiStepATIF());
    const quantized = new QuantizedATIF({ stepMode: "m", quantParams: { bits: 16 } });
    calibrated(quantized, [tensor(xs.flatMap(list), [T, 20])]);
    const got = learned(quantized);
    expectClose(got.y, float.y, 1e-3, { floor: 1 });
    expectClose(got.dx, float.dx, 2e-3, { floor: 1 });
    expectClose(got.dtheta, float.dtheta, 5e-3, { floor: 1 });
  });

  it("IF passes gradients as the float neuron does, where nothing is clamped", () => {
    const x = tensor([0.25, 0.5, -0.25], [3], { requiresGrad: true });
    const w = tensor([1, 2, 3]);
    const float = new IFNode({ vReset: null, backend: "eager" });
    float.forward(x).mul(w).sum().backward();
    const expected = list(x.grad as Tensor);
    const again = tensor(x.toArray(), [3], { requiresGrad: true });
    new QuantizedIFNode({ vReset: null, quantParams: { forceQ: 4 } }).forward(again).mul(w).sum().backward();
    expectClose(list(again.grad as Tensor), expected, 1e-6);
    // Qi clamps the first of these: nothing comes through.
    const wide = tensor([100, 0.25], [2], { requiresGrad: true });
    new QuantizedIFNode({ vReset: null, quantParams: { forceQ: 4 } }).forward(wide).sum().backward();
    expect(list(wide.grad as Tensor)[0]).toBe(0);
    expect(list(wide.grad as Tensor)[1]).toBeGreaterThan(0);
  });

  it("LIF: the constants stay, whatever the range; a leak that rounds to nothing is none, not NaN", () => {
    const node = new QuantizedLIFNode({
      tau: 50,
      vThreshold: 0.77,
      quantParams: { bits: 4, roundtype: "floor" },
    });
    for (const x of inputs(6, 6, 20, 20)) node.forward(x);
    expect([node.tau, node.vThreshold]).toEqual([50, Math.fround(0.77)]);
    for (const v of list(node.v)) expect(Number.isFinite(v)).toBe(true);
    const drifting = new QuantizedLIFNode({ tau: 3, compat: "qualia", quantParams: { bits: 8, forceQ: 5 } });
    drifting.forward(tensor([0.5]));
    expect(drifting.tau).toBeCloseTo(32 / 11, 12);
    drifting.tau = 3;
    expect(drifting.tau).toBe(3);
  });

  it.each([true, false])("LIF: the charge by hand, decaying input %s", (decayInput) => {
    const node = new QuantizedLIFNode({
      tau: 4,
      vThreshold: 10,
      vReset: -1,
      decayInput,
      quantParams: { bits: 16, forceQ: 8 },
    });
    node.v = tensor([0.5]);
    node.forward(tensor([2]));
    // v - r = 1.5
    expect(node.v.item()).toBe(decayInput ? 0.5 + (2 - 1.5) / 4 : 0.5 - 1.5 / 4 + 2);
  });

  it.each(kinds)("%s gives the same in both step modes", (kind) => {
    const xs = inputs(7, 6, 10);
    const spec = { kind, params: { quantParams: { bits: 6, forceQ: 3 } } } as NeuronSpec;
    const [single, multi] = (["s", "m"] as const).map((mode) => createNeuron(spec, mode));
    if (single instanceof QuantizedATIF && multi instanceof QuantizedATIF)
      multi.setCoeffs(single.vThreshold.item());
    for (const training of [true, false]) {
      for (const node of [single, multi]) node.train(training).reset();
      const each = xs.flatMap((x) => list(single.forward(x)));
      multi.storeVSeq = true;
      expectSameBits(multi.forward(stack(xs)).toArray(), each);
      expectSameBits(multi.v.toArray(), single.v.toArray());
      expect(multi.vSeq?.shape).toEqual([6, 10]);
      expectSameBits(
        multi.forwardStill(xs[0], 3).toArray(),
        [0, 1, 2].flatMap(() => list(single.forward(xs[0]))),
      );
    }
  });

  it.each(kinds)("%s is made again from what it says, and with its ranges gives the same bits", (kind) => {
    const params: QuantParams = { bits: 6, roundtype: "floor", w: { bits: 4 }, v: { bits: 9 } };
    const node = createNeuron({ kind, params: { quantParams: params, alpha: 2 } });
    const xs = inputs(8, 5, 12);
    calibrated(node, xs);
    const spec = neuronSpecOf(node);
    expect(spec).toMatchObject({ kind, params: { quantParams: params, alpha: 2 } });
    const again = createNeuron(JSON.parse(JSON.stringify(spec)) as NeuronSpec).eval();
    again.loadStateDict(node.stateDict({ extras: true }));
    node.reset();
    for (const x of xs) expectSameBits(again.forward(x).toArray(), node.forward(x).toArray());
  });

  it.each(kinds)("%s says what it is", (kind) => {
    const { traits, parameters, stateDict } = (() => {
      const node = createNeuron({ kind });
      return {
        traits: node.traits,
        parameters: node.parameters().length,
        stateDict: Object.keys(node.stateDict()),
      };
    })();
    const isAtif = kind === "QuantizedATIF";
    expect(traits).toEqual({
      kind, spikeHeight: isAtif ? "theta" : "one", threshold: isAtif ? "learned" : "fixed", staircase: false,
    }); // prettier-ignore
    expect(parameters).toBe(isAtif ? 1 : 0);
    expect(stateDict).toEqual(isAtif ? ["v_threshold"] : []);
  });

  it.each(kinds)(
    "%s refuses another batch without a reset, a fused backend, and evaluation without a range",
    (kind) => {
      const node = createNeuron({ kind });
      node.forward(zeros([4, 2]));
      expect(() => node.forward(zeros([3, 2]))).toThrow(
        "Call reset() on the layer or the model before a new batch.",
      );
      node.reset();
      expect(node.forward(zeros([3, 2])).shape).toEqual([3, 2]);
      expect(() => (node.backend = "fused")).toThrow('backend is "fused"; expected one of "eager".');
      const fresh = createNeuron({ kind }).eval();
      expect(() => fresh.forward(zeros([1]))).toThrow(/^Quantizer: it has no range \((input|v), 8 bits\)/);
      expect(() => createNeuron({ kind, params: { quantParams: { bits: 1 } } })).toThrow(
        `${kind}: quantParams.bits is 1; expected a whole number of at least 2.`,
      );
    },
  );

  it("ATIF refuses a range of thresholds that is none, as the float neuron does", () => {
    expect(() => new QuantizedATIF({ vthInitL: 2 })).toThrow("QuantizedATIF: vthInitL is 2 and vthInitH 1");
    expect(() => new QuantizedIFNode({ vReset: 2 })).toThrow("it would fire at rest");
    expect(() => new QuantizedATIF({ repair: "upstream" as "raw" })).toThrow(
      'expected one of "quantized", "raw"',
    );
  });

  describe("a neuron without a batch axis", () => {
    it.each(kinds)("%s", (kind) => {
      const node = createNeuron({ kind });
      expect(node.forward(tensor([0.5], [])).shape).toEqual([]);
    });
  });
});
