/** Layers of NIR: values by hand, gradients by finite differences, state between time steps. */

import { beforeAll, describe, expect, it } from "vitest";
import { gradcheck } from "../../src/autograd/gradcheck.js";
import { noGrad } from "../../src/autograd/grad-mode.js";
import { CubaLI } from "../../src/exchange/layers/cuba-li.js";
import { Delay } from "../../src/exchange/layers/delay.js";
import { Integrator } from "../../src/exchange/layers/integrator.js";
import { LI } from "../../src/exchange/layers/leaky-integrator.js";
import { Scale } from "../../src/exchange/layers/scale.js";
import { SumPool2d } from "../../src/exchange/layers/sum-pool-2d.js";
import { ThresholdSpikes } from "../../src/exchange/layers/threshold-spikes.js";
import { ZeroPad } from "../../src/exchange/layers/zero-pad.js";
import { init } from "../../src/kernels/select.js";
import type { Module } from "../../src/module/module.js";
import "../../src/ops/install.js";
import { Generator } from "../../src/random/generator.js";
import { scope } from "../../src/tensor/scope.js";
import { memory } from "../../src/tensor/memory.js";
import { sizeOf, type Shape } from "../../src/shapes.js";
import { tensor, type Tensor } from "../../src/tensor/tensor.js";
import { expectClose } from "../closeness.js";

const list = (t: Tensor): number[] => [...t.data];

/** What a layer gives at each step for numbers. */
function outputs(layer: Module, xs: readonly number[]): number[] {
  return xs.map((x) => layer.forward(tensor([x], [1, 1])).item());
}

function numbers(shape: Shape, seed: number): Tensor {
  const random = new Generator(seed);
  return tensor(
    Float32Array.from({ length: sizeOf(shape) }, () => random.uniform(-1, 1)),
    shape,
  );
}

beforeAll(async () => {
  await init({ backend: "wasm", threads: 1 });
});

describe("values by hand", () => {
  it("Integrator, LI and CubaLI give their potentials", () => {
    const integrator = new Integrator({ dt: 0.5, r: 3 });
    expect(outputs(integrator, [1, 2, -1])).toEqual([1.5, 4.5, 3]);
    integrator.reset();
    integrator.v = tensor([2], [1]);
    expect(outputs(integrator, [1])).toEqual([3.5]);
    // v + 0.25 (1 - v + 2 x)
    expect(outputs(new LI({ dt: 0.5, tau: 2, r: 2, vLeak: 1 }), [1, 0, 0])).toEqual([0.75, 0.8125, 0.859375]);
    const options = { dt: 0.5, tauSyn: 1, tauMem: 2, r: 2, wIn: 2 };
    expect(outputs(new CubaLI(options), [1, 0])).toEqual([0.5, 0.625]);
    expect(outputs(new CubaLI({ ...options, order: "potential-first" }), [1, 0])).toEqual([1, 1.25]);
  });

  it("ThresholdSpikes fires above, or at, each threshold", () => {
    const x = tensor([0.5, 0.75, 1, 0.5], [1, 2, 2]);
    const strict = new ThresholdSpikes({ shape: [2] });
    strict.loadStateDict({ threshold: { shape: [2], data: [0.5, 0.75] } });
    expect(list(strict.forward(x))).toEqual([0, 0, 1, 0]);
    expect(list(new ThresholdSpikes({ threshold: 0.5, compare: ">=" }).forward(x))).toEqual([1, 1, 1, 1]);
    const learned = new ThresholdSpikes({
      threshold: 0.25,
      learn: ["threshold"],
      surrogate: "fast_sigmoid",
      alpha: 1,
    });
    learned.forward(x).sum().backward();
    const slope = [0.25, 0.5, 0.75, 0.25].reduce((sum, q) => sum + 1 / (1 + q) ** 2, 0);
    expectClose(learned.threshold.grad?.data ?? [], [-slope], 1e-6);
  });

  it("Scale multiplies each element, channels first in state dicts", () => {
    const scale = new Scale({ shape: [2, 1, 2], learn: ["scale"] });
    // Channel 0 of both rows, channel 1 of both rows.
    scale.loadStateDict({ scale: { shape: [2, 2, 1], data: [1, 2, 3, 4] } });
    expect(list(scale.forward(tensor([1, 1, 1, 1], [1, 2, 1, 2])))).toEqual([1, 3, 2, 4]);
    expect(scale.parameters()).toEqual([scale.scale]);
    expect(() => scale.forward(tensor([1, 1], [1, 2]))).toThrow(
      "Scale gets [2], and its arrays are of shape [2, 1, 2]; expected",
    );
  });

  it("SumPool2d adds up windows, exactly", () => {
    const x = tensor(
      Array.from({ length: 18 }, (_, i) => i),
      [1, 3, 3, 2],
    );
    expect(list(new SumPool2d(2, { stride: 1 }).forward(x))).toEqual([16, 20, 24, 28, 40, 44, 48, 52]);
    expect(list(new SumPool2d([3, 1], { padding: [1, 0], stride: [2, 3] }).forward(x))).toEqual([
      6, 8, 18, 20,
    ]);
    const ones = tensor(new Array<number>(49).fill(1), [1, 7, 7, 1]);
    expect(list(new SumPool2d(7).forward(ones))).toEqual([49]);
  });

  it("ZeroPad adds zeros on each side", () => {
    const x = tensor([1, 2, 3, 4], [1, 2, 2, 1]);
    const y = new ZeroPad({ padding: [[1, 0], [0, 2]] }).forward(x); // prettier-ignore
    expect(y.shape).toEqual([1, 3, 4, 1]);
    expect(list(y)).toEqual([0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0]);
    const sequence = new ZeroPad({ padding: [[2, 1]] }).forward(tensor([1, 2, 3, 4], [2, 1, 2]));
    expect(list(sequence)).toEqual([0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 3, 4, 0, 0]);
    expect(() => new ZeroPad({ padding: [[1, 1]] }).forward(x)).toThrow(
      "ZeroPad gets [2, 2, 1]; expected [S, C], channels last: its padding has one axis.",
    );
  });

  it("Delay gives what came so many steps before, one number or one for each neuron", () => {
    expect(outputs(new Delay({ delay: 0 }), [1, 2])).toEqual([1, 2]);
    const two = new Delay({ delay: 2 });
    expect(outputs(two, [1, 2, 3, 4])).toEqual([0, 0, 1, 2]);
    two.reset();
    expect(outputs(two, [5])).toEqual([0]);
    const each = new Delay({ shape: [3] });
    each.loadStateDict({ delay: { shape: [3], data: [0, 2, 1] } });
    const steps = [1, 2, 3].map((t) => list(each.forward(tensor([t, 10 * t, 100 * t], [1, 3]))));
    expect(steps).toEqual([
      [1, 0, 0],
      [2, 0, 100],
      [3, 10, 200],
    ]);
    expect(() => each.forward(tensor([1, 2, 3, 4, 5, 6], [2, 3]))).toThrow("Call reset()");
    expect(() => each.loadStateDict({ delay: { shape: [3], data: [0, 1.5, 1] } })).toThrow(
      "delay holds 1.5 at element 1; expected whole time steps from 0 to 65536.",
    );
  });
});

const layers: [string, () => Module][] = [
  ["Integrator", () => new Integrator({ shape: [2], learn: ["r"] })],
  ["LI", () => new LI({ shape: [3, 2], tau: 3, learn: ["tau", "r", "v_leak"] })],
  ["CubaLI", () => new CubaLI({ tauSyn: 3, tauMem: 2.5, learn: ["tau_syn", "tau_mem", "r", "v_leak", "w_in"] })],
  ["CubaLI, the other order", () => new CubaLI({ order: "potential-first", tauSyn: 3, tauMem: 3, learn: ["tau_syn", "tau_mem", "w_in"] })],
  ["Scale", () => new Scale({ shape: [3, 2], scale: 1.5, learn: ["scale"] })],
  ["ZeroPad", () => new ZeroPad({ padding: [[2, 1]] })],
  ["Delay", () => new Delay({ delay: 2 })],
]; // prettier-ignore

describe.each(layers)("%s", (_, make) => {
  it("has the gradients of finite differences, through time", () => {
    const layer = make();
    layer.stepMode = "m";
    const x = numbers([4, 1, 3, 2], 2);
    x.requiresGrad = true;
    const fn = (): Tensor => {
      layer.reset();
      return layer.forward(x);
    };
    expect(gradcheck(fn, [x, ...layer.parameters()]).worst.error).toBeLessThan(1e-2);
  });

  it("gives step by step what it gives at once, keeps its state, forgets it and leaks no memory", () => {
    const layer = make();
    const x = numbers([5, 2, 3, 2], 4);
    layer.stepMode = "m";
    const whole = layer.forward(x);
    layer.reset();
    layer.stepMode = "s";
    const given = Array.from({ length: 5 }, (__, t) => layer.forward(x.at(t)));
    // What was given out stays, whatever the layer does next.
    expect(given.flatMap(list)).toEqual(list(whole));
    layer.reset();
    layer.stepMode = "m";
    const halves = [x.at(0), x.at(1)].map((each) => each.reshape([1, 2, 3, 2]));
    const first = halves.map((half) => list(layer.forward(half)));
    expect(first.flat()).toEqual(list(whole).slice(0, (2 * whole.size) / 5));
    layer.reset();
    const { liveBytes } = memory();
    scope(() => void noGrad(() => layer.forward(x)));
    layer.reset();
    expect(memory().liveBytes).toBe(liveBytes);
  });

  it("detach() cuts the past from the gradient", () => {
    const layer = make();
    const x = numbers([1, 3, 2], 6);
    x.requiresGrad = true;
    layer.forward(x);
    layer.detach();
    layer.forward(numbers([1, 3, 2], 7)).sum();
    expect(x.grad).toBe(null);
    const y = layer.forward(numbers([1, 3, 2], 8));
    if (y.requiresGrad) y.sum().backward();
    expect(x.grad).toBe(null);
  });
});
