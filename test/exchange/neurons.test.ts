/** Neurons of NIR and sinabs: values by hand, gradients by finite differences, arrays in state dicts. */

import { describe, expect, it } from "vitest";
import { gradcheck } from "../../src/autograd/gradcheck.js";
import { CubaLIF } from "../../src/exchange/neurons/cuba-lif.js";
import { CurrentIF, type CurrentIFOptions } from "../../src/exchange/neurons/current-if.js";
import { CurrentLIF } from "../../src/exchange/neurons/current-lif.js";
import { SnnTorchLeaky } from "../../src/exchange/neurons/snntorch-leaky.js";
import { init } from "../../src/kernels/select.js";
import type { Module } from "../../src/module/module.js";
import type { BaseNode } from "../../src/neurons/base-node.js";
import { createNeuron, neuronSpecOf } from "../../src/neurons/table.js";
import "../../src/ops/install.js";
import { Generator } from "../../src/random/generator.js";
import type { Shape } from "../../src/shapes.js";
import { atanSurrogate } from "../../src/surrogates/atan.js";
import { fastSigmoidSurrogate } from "../../src/surrogates/fast-sigmoid.js";
import { tensor, type Tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { expectClose } from "../closeness.js";

/** y and v after each step, of one neuron. */
function run(neuron: BaseNode, xs: readonly number[]): { y: number[]; v: number[] } {
  const [y, v]: number[][] = [[], []];
  for (const x of xs) {
    y.push(neuron.forward(tensor([x], [1, 1])).item());
    v.push(neuron.v.item());
  }
  return { y, v };
}

function numbers(shape: Shape, seed: number, shift = 0): Tensor {
  const random = new Generator(seed);
  const size = shape.reduce((product, length) => product * length, 1);
  return tensor(
    Float32Array.from({ length: size }, () => random.uniform(0.25, 1) + shift),
    shape,
  );
}

/** Gives every array numbers of its own. */
function scatter(module: Module, seed: number): void {
  const random = new Generator(seed);
  const dict = Object.entries(module.stateDict()).map(([name, { shape, data }]) => {
    const low = name.startsWith("tau") ? 2 : 0.25;
    return [name, { shape, data: data.map(() => random.uniform(low, low + 1)) }];
  });
  module.loadStateDict(Object.fromEntries(dict) as ReturnType<Module["stateDict"]>);
}

describeBackends("neurons of other tools", (backend) => {
  const ready = () => init({ backend, threads: 1 });

  it("fire above the threshold, or at it", async () => {
    await ready();
    const xs = [0.5, 0.5, 0.25];
    expect(run(new CurrentIF(), xs)).toEqual({ y: [0, 0, 1], v: [0.5, 1, 0] });
    expect(run(new CurrentIF({ compare: ">=" }), xs)).toEqual({ y: [0, 1, 0], v: [0.5, 0, 0.25] });
    expect(run(new CurrentIF(), [Number.NaN]).y).toEqual([0]);
  });

  it("set the potential, or subtract the threshold; they begin at 0, or where a reset ends", async () => {
    await ready();
    const options: CurrentIFOptions = { dt: 0.5, r: 2, vThreshold: 0.75, vReset: -0.25 };
    const xs = [1, 0.5, 0.5];
    expect(run(new CurrentIF(options), xs)).toEqual({ y: [1, 0, 0], v: [-0.25, 0.25, 0.75] });
    expect(run(new CurrentIF({ ...options, reset: "subtract" }), xs)).toEqual({
      y: [1, 0, 1],
      v: [0.25, 0.75, 0.5],
    });
    expect(run(new CurrentIF({ ...options, startAtReset: true }), [1, 1])).toEqual({
      y: [0, 1],
      v: [0.75, -0.25],
    });
    const set = new CurrentIF({ ...options, startAtReset: true });
    set.v = tensor([0.5], [1]);
    expect(run(set, [0.5])).toEqual({ y: [1], v: [-0.25] });
  });

  it("CurrentLIF leaks towards v_leak", async () => {
    await ready();
    const neuron = new CurrentLIF({ dt: 0.5, tau: 2, r: 3, vLeak: 0.5, vThreshold: 1, vReset: 0.25 });
    // v + 0.25 (0.5 - v + 3 x)
    expect(run(neuron, [1, 0.5, 0])).toEqual({ y: [0, 1, 0], v: [0.875, 0.25, 0.3125] });
  });

  it("CubaLIF updates its current first, or lets the potential see the jump", async () => {
    await ready();
    const options = { dt: 0.5, tauSyn: 1, tauMem: 2, r: 2, wIn: 2, vThreshold: 10 };
    const first = new CubaLIF(options);
    // i = i + 0.5 (2 x - i); v = v + 0.25 (2 i - v)
    expect(run(first, [1, 0])).toEqual({ y: [0, 0], v: [0.5, 0.625] });
    expect(first.current.item()).toBe(0.5);
    const last = new CubaLIF({ ...options, order: "potential-first" });
    // j = i + 2 x; v = v + 0.25 (2 j - v); i = j - 0.5 j
    expect(run(last, [1, 0])).toEqual({ y: [0, 0], v: [1, 1.25] });
    expect(last.current.item()).toBe(0.5);
    last.current = tensor([4], [1]);
    expect(run(last, [0]).v).toEqual([1.25 - 0.3125 + 2]);
    last.reset();
    expect(run(last, [1]).v).toEqual([1]);
  });

  it("sinabs: several spikes a step, and a bound below", async () => {
    await ready();
    const options: CurrentIFOptions = { vThreshold: 0.5, reset: "subtract", multiSpike: true };
    const xs = [1.75, 0.25, -3, 0.5];
    const bounded = { ...options, minV: -0.5, compare: ">=" } as const;
    expect(run(new CurrentIF(bounded), xs)).toEqual({ y: [3, 1, 0, 0], v: [0.25, 0, -0.5, 0] });
    // Above: three thresholds lie below 1.75, and none below 0.5.
    expect(run(new CurrentIF(options), [1.75, 0.25])).toEqual({ y: [3, 0], v: [0.25, 0.5] });
    const neuron = new CurrentIF({ ...bounded, learn: ["v_threshold"] });
    const x = tensor([1.6875], [1, 1]);
    x.requiresGrad = true;
    neuron.forward(x).sum().backward();
    // The nearest multiple is 3 x 0.5: q = 0.1875, and the slope of the sigmoid there.
    const s = 1 / (1 + Math.exp(-4 * 0.1875));
    expectClose(x.grad?.data ?? [], [4 * s * (1 - s)], 1e-5);
    expectClose(neuron.arrays.v_threshold.grad?.data ?? [], [-3 * 4 * s * (1 - s)], 1e-5);
    expect(() => new CurrentIF({ multiSpike: true })).toThrow(
      'CurrentIF: multiSpike is true; expected reset "subtract": each of the spikes subtracts the threshold.',
    );
    expect(() => new CurrentIF({ ...options, vThreshold: 0 })).toThrow("expected a vThreshold above 0.");
    expect(() => neuron.loadStateDict({ v_threshold: { shape: [], data: [-1] } }, { strict: false })).toThrow(
      "v_threshold holds -1 at element 0; expected numbers above 0.",
    );
  });

  it("hold an array for each neuron, channels first in state dicts", async () => {
    await ready();
    const neuron = new CurrentIF({ shape: [2, 1, 3] });
    const theta = [1, 2, 3, 4, 5, 6];
    const dict = neuron.stateDict();
    expect(Object.entries(dict).map(([name, { shape }]) => [name, shape])).toEqual([
      ["r", [3, 2, 1]],
      ["v_threshold", [3, 2, 1]],
      ["v_reset", [3, 2, 1]],
    ]);
    // Of channel c in row h: 2 c + h + 1.
    neuron.loadStateDict({ ...dict, v_threshold: { shape: [3, 2, 1], data: theta } });
    expect([...neuron.arrays.v_threshold.data]).toEqual([1, 3, 5, 2, 4, 6]);
    expect([...neuron.stateDict().v_threshold.data]).toEqual(theta);
    expect(neuron.theta).toBe(3.5);
    const y = neuron.forward(tensor(new Array<number>(12).fill(3.5), [2, 2, 1, 3]));
    expect([...y.data]).toEqual([1, 1, 0, 1, 0, 0, 1, 1, 0, 1, 0, 0]);
    const byChannel = new CurrentIF({ shape: [3], vThreshold: 1 });
    byChannel.loadStateDict({ v_threshold: { shape: [3], data: [1, 2, 3] } }, { strict: false });
    expect([...byChannel.forward(tensor(new Array<number>(6).fill(2.5), [1, 2, 1, 3])).data]).toEqual([
      1, 1, 0, 1, 1, 0,
    ]);
    byChannel.reset();
    expect(() => byChannel.forward(tensor([1, 1], [1, 2]))).toThrow(
      "CurrentIF gets [2], and its arrays are of shape [3]; expected [] (one number for all), [2] (one a channel) or [2] (one a neuron).",
    );
  });

  it("learn what they are told to", async () => {
    await ready();
    const fixed = new CubaLIF({ shape: [2] });
    expect(fixed.parameters()).toEqual([]);
    const neuron = new CubaLIF({ shape: [2], dt: 0.5, learn: ["tau_mem", "v_threshold"], detachReset: true });
    expect(neuron.namedParameters().map(([name, { decays, minimum }]) => [name, decays, minimum])).toEqual([
      ["tau_mem", false, 0.5],
      ["v_threshold", false, null],
    ]);
    expect(neuron.traits).toMatchObject({ kind: "CubaLIF", threshold: "learned", staircase: false });
    expect(neuronSpecOf(neuron).params).toMatchObject({
      learn: ["tau_mem", "v_threshold"],
      detachReset: true,
    });
    expect(() => new CubaLIF({ learn: ["tau" as never] })).toThrow(
      'CubaLIF: learn[0] is "tau"; expected one of',
    );
    expect(() => neuron.loadStateDict({ tau_syn: { shape: [2], data: [1, 0] } }, { strict: false })).toThrow(
      "tau_syn holds 0 at element 1; expected numbers above 0.",
    );
  });

  it("no gradient flows through a reset that is detached", async () => {
    await ready();
    const gradients = [false, true].map((detachReset) => {
      const neuron = new CurrentIF({ reset: "subtract", detachReset, surrogate: "fast_sigmoid", alpha: 1 });
      const x = tensor([1.5], [1, 1]);
      x.requiresGrad = true;
      neuron.forward(x);
      neuron.v.sum().backward();
      return x.grad?.item();
    });
    // q = 0.5: the slope is 1 / 1.5^2.
    expectClose(gradients as number[], [1 - 1 / 2.25, 1], 1e-6);
  });

  it("surrogates have the slopes that their names say", async () => {
    await ready();
    const cases = [
      [atanSurrogate(2), (q: number) => 1 / (1 + (Math.PI * q) ** 2)],
      [atanSurrogate(0.5), (q: number) => 0.25 / (1 + ((Math.PI / 4) * q) ** 2)],
      [fastSigmoidSurrogate(25), (q: number) => 1 / (25 * Math.abs(q) + 1) ** 2],
    ] as const;
    for (const [surrogate, slope] of cases) {
      const q = tensor([-2, -0.25, 0, 0.125, 3], [5]);
      q.requiresGrad = true;
      const z = surrogate(q);
      expect([...z.data]).toEqual([0, 0, 1, 1, 1]);
      z.mul(tensor([1, 2, 3, 4, 5], [5]))
        .sum()
        .backward();
      expectClose(
        q.grad?.data ?? [],
        [...q.data].map((each, i) => (i + 1) * slope(each)),
        1e-5,
      );
    }
    expect(() => fastSigmoidSurrogate(0)).toThrow(
      "fastSigmoidSurrogate: slope is 0; expected a number above 0.",
    );
    expect(() => atanSurrogate(-1)).toThrow("atanSurrogate: alpha is -1; expected a number above 0.");
  });

  it("are made again with their surrogate, and refuse one without a name", async () => {
    await ready();
    for (const kind of ["CurrentIF", "CurrentLIF", "CubaLIF", "SnnTorchLeaky"] as const) {
      const neuron = createNeuron({ kind, params: { surrogate: "fast_sigmoid", alpha: 25 } });
      expect(neuronSpecOf(neuron).params).toMatchObject({ surrogate: "fast_sigmoid", alpha: 25 });
      neuron.alpha = 2;
      expect(neuronSpecOf(neuron).params).toMatchObject({ surrogate: "sigmoid", alpha: 2 });
      neuron.surrogateFunction = (q) => q.sigmoid();
      expect(() => neuronSpecOf(neuron)).toThrow(
        `${kind}: surrogateFunction is a function that no option names`,
      );
      expect(() => (neuron.backend = "fused")).toThrow(
        `${kind}: backend is "fused"; expected one of "eager".`,
      );
    }
  });

  it("SnnTorchLeaky takes its reset from the state dict, and keeps it", async () => {
    await ready();
    const neuron = new SnnTorchLeaky({ beta: 0.5 });
    expect(neuron.resetMechanism).toBe("subtract");
    neuron.loadStateDict({ reset_mechanism_val: { shape: [], data: [2] } }, { strict: false });
    expect(neuronSpecOf(neuron).params).toMatchObject({ resetMechanism: "none" });
    // v = 0.5 v + x, whatever fires
    expect(run(neuron, [2, 1, 0])).toEqual({ y: [1, 1, 0], v: [2, 2, 1] });
    expect(() =>
      neuron.loadStateDict({ reset_mechanism_val: { shape: [], data: [3] } }, { strict: false }),
    ).toThrow("reset_mechanism_val is 3; expected 0 (subtract), 1 (zero) or 2 (none).");
    expect(new SnnTorchLeaky({ gradedSpikesFactor: 2 }).spikeHeight).toBe(2);
  });
});

// They are made of operations whose gradients are checked on every backend.
describe("gradients of neurons of other tools", () => {
  const smooth: [string, () => BaseNode][] = [
    ["CurrentIF", () => new CurrentIF({ shape: [3], learn: ["r", "v_threshold", "v_reset"] })],
    ["CurrentIF, subtracting, bounded", () => new CurrentIF({ shape: [3], reset: "subtract", minV: -5, learn: ["r", "v_threshold"] })],
    ["CurrentIF, from v_reset", () => new CurrentIF({ shape: [2, 3], startAtReset: true, learn: ["r", "v_reset"] })],
    ["CurrentLIF", () => new CurrentLIF({ learn: ["tau", "r", "v_leak", "v_threshold", "v_reset"] })],
    ["CubaLIF", () => new CubaLIF({ learn: ["tau_syn", "tau_mem", "r", "v_leak", "w_in", "v_threshold"] })],
    ["CubaLIF, the other order", () => new CubaLIF({ shape: [3], order: "potential-first", reset: "subtract", learn: ["tau_syn", "tau_mem", "w_in"] })],
  ]; // prettier-ignore

  it.each(smooth)("%s: gradients through time, of a firing that is smooth", async (_, make) => {
    await init({ backend: "wasm", threads: 1 });
    const neuron = make();
    neuron.stepMode = "m";
    scatter(neuron, 3);
    neuron.surrogateFunction = (q) => q.mul(3).sigmoid();
    const x = numbers([3, 1, 2, 3], 5);
    x.requiresGrad = true;
    const inputs = [x, ...neuron.parameters()];
    const weighted = (): Tensor => {
      neuron.reset();
      return neuron.forward(x).add(neuron.v.mul(0.5));
    };
    expect(gradcheck(weighted, inputs).worst.error).toBeLessThan(1e-2);
    // One step after another is the same, to the bit.
    neuron.reset();
    const y = neuron.forward(x);
    const v = neuron.v;
    neuron.reset();
    neuron.stepMode = "s";
    for (let t = 0; t < 3; t++) expect([...neuron.forward(x.at(t)).data]).toEqual([...y.at(t).data]);
    expect([...neuron.v.data]).toEqual([...v.data]);
  });
});
