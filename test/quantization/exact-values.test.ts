/** In evaluation, quantized layers and neurons give what exact arithmetic gives, where float32 would not. */

import { beforeAll, expect, it } from "vitest";
import { noGrad } from "../../src/autograd/grad-mode.js";
import { init } from "../../src/kernels/select.js";
import { createModel } from "../../src/models/table.js";
import type { SpikingModel } from "../../src/models/spiking-model.js";
import type { StepMode } from "../../src/module/module.js";
import "../../src/ops/install.js";
import { conv2d } from "../../src/ops/convolution.js";
import { calibrate } from "../../src/quantization/calibrate.js";
import { fitsFloat, weightedSums } from "../../src/quantization/exact-sums.js";
import { QuantizedATIF } from "../../src/quantization/quantized-atif.js";
import { QuantizedIFSRL } from "../../src/quantization/quantized-ifsrl.js";
import { QuantizedLIFNode } from "../../src/quantization/quantized-lif-node.js";
import { QuantizedParametricLIFNode } from "../../src/quantization/quantized-parametric-lif-node.js";
import { quantizeModel } from "../../src/quantization/quantize-model.js";
import { Quantizer } from "../../src/quantization/quantizer.js";
import { QuantizedLinear } from "../../src/quantization/weighted-layers.js";
import { QuantizedAdd } from "../../src/quantization/weightless-layers.js";
import { Generator } from "../../src/random/generator.js";
import { tensor, type Tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { expectSameBits } from "../closeness.js";
import { randomSamples } from "../deployment/random-networks.js";

const list = (x: Tensor): number[] => [...x.toArray()];

/** Whole steps everywhere, of so many bits. */
const whole = (bits: number, more = {}) => ({ quantParams: { bits, forceQ: 0, ...more } });

describeBackends("evaluation", (backend) => {
  beforeAll(() => init({ backend }));

  it("adds products of 16 bits exactly, and rounds once", () => {
    // Sums of a few 2^30, of which the lowest bits decide; 2^24 is passed by far.
    const inFeatures = 302;
    const spec = { inFeatures, outFeatures: 1, bias: false, flattenedChannels: 1 };
    const layer = new QuantizedLinear(spec, whole(16));
    layer.weight.data.fill(32767);
    layer.weight.data[300] = -32768;
    layer.weight.data[301] = 1;
    const x = new Float32Array(inFeatures);
    x.set([32767, 32767, 1, 3], 0);
    x.set([32767, 1], 300);
    // 32767 (32767 + 32767 + 1 + 3) - 32768 32767 + 1, which is 16384.49998 of the output's steps; float32 has 16384.5
    const sum = 32767 * 65538 - 32768 * 32767 + 1;
    expect([sum / 65536 < 16384.5, Math.fround(sum) / 65536]).toEqual([true, 16384.5]);
    for (const rounding of ["floor", "nearest"] as const) {
      const settings = whole(16, { act: { forceQ: -16, roundtype: rounding } });
      const each = new QuantizedLinear(spec, settings);
      each.loadStateDict(layer.stateDict());
      expect(list(each.eval().forward(tensor(x, [1, inFeatures])))).toEqual([16384 * 65536]);
    }
  });

  it("does not let a half that float32 rounds up become a whole", () => {
    // 1 - 2^-24 halves: 0.5 - 2^-25 is below the half, and float32 adds 0.5 to 1.
    const layer = new QuantizedAdd(2, {
      quantParams: { bits: 16, input: { quantEnable: false }, act: { forceQ: 0 } },
    });
    const y = layer.eval().forward(tensor([0.5]), tensor([-(2 ** -25)]));
    expect(list(y)).toEqual([0]);
  });

  it("gives the gradients of what training computes", () => {
    const spec = { inFeatures: 3, outFeatures: 2, bias: true, flattenedChannels: 1 };
    const layer = new QuantizedLinear(spec, { quantParams: { bits: 8 } });
    const x = tensor([0.5, -1, 0.25], [1, 3], { requiresGrad: true });
    layer
      .forward(x)
      .mul(tensor([1, -2], [1, 2]))
      .sum()
      .backward();
    const expected = [x, layer.weight, layer.bias as Tensor].map((each) => list(each.grad as Tensor));
    layer.eval();
    const again = tensor([0.5, -1, 0.25], [1, 3], { requiresGrad: true });
    layer.zeroGrad();
    layer
      .forward(again)
      .mul(tensor([1, -2], [1, 2]))
      .sum()
      .backward();
    expect([again, layer.weight, layer.bias as Tensor].map((each) => list(each.grad as Tensor))).toEqual(
      expected,
    );
  });

  it("float32 is trusted only where it is exact", () => {
    const g = new Generator(7);
    const [trusted, exact] = [0, 0].map(() => [] as boolean[]);
    for (let i = 0; i < 60; i++) {
      const bits = 2 + g.integer(14);
      const draw = (n: number, q: number) =>
        Float32Array.from({ length: n }, () => (g.integer(2 ** bits) - 2 ** (bits - 1)) * 2 ** -q);
      const x = tensor(draw(2 * 5 * 4 * 4, 3), [2, 5, 4, 4]);
      const [w, b] = [tensor(draw(3 * 3 * 2 * 6, 7), [3, 3, 2, 6]), tensor(draw(6, 7), [6])];
      const float = conv2d(x, w, b, { stride: [2, 1], padding: [1, 1], groups: 2 });
      const map = { input: [5, 4, 4], kernel: [3, 3], stride: [2, 1], padding: [1, 1], groups: 2 } as const;
      const sums = weightedSums(map, x, w, b, float.size);
      trusted.push(fitsFloat(x, w, b));
      exact.push(list(float).every((value, k) => value === sums[k]));
    }
    trusted.forEach((isTrusted, i) => isTrusted && expect(exact[i]).toBe(true));
    expect([trusted.includes(true), trusted.includes(false), exact.includes(false)]).toEqual([
      true,
      true,
      true,
    ]);
  });

  it("a leak is not rounded before the threshold test", () => {
    // k = 1/4: u = 7/4 = 1.75 is below 2; 8/4 = 2 is not. With k rounded first, 7/4 would be 2.
    const options = {
      tau: 4,
      vThreshold: 2,
      vReset: null,
      quantParams: { bits: 8, forceQ: 2, act: { forceQ: 0 } },
    };
    const fires = (x: number): number[] => {
      const node = new QuantizedLIFNode(options).eval();
      const y = list(node.forward(tensor([x])));
      return [...y, ...list(node.v)];
    };
    // 7.75 / 4 = 1.9375, stored as 2: the nearest quarter.
    expect(fires(7.75)).toEqual([0, 2]);
    expect(fires(8)).toEqual([1, 0]);
    // v = 2, x = 1.75: 2 + (1.75 - 2) / 4 = 1.9375 again
    const node = new QuantizedLIFNode(options).eval();
    node.v = tensor([2]);
    expect(list(node.forward(tensor([1.75])))).toEqual([0]);
  });

  it("QuantizedATIF and QuantizedIFSRL fire on the sum before it is clamped, and round once", () => {
    // Potentials from -8 to 7: v + x = 7 + 6 = 13, less theta 5 is 8, clamped to 7.
    const quantParams = { bits: 4, forceQ: 0 };
    const [atif, ifsrl] = [new QuantizedATIF({ quantParams }), new QuantizedIFSRL({ quantParams })];
    for (const [node, height] of [[atif, 5], [ifsrl, 1]] as const) {
      node.setCoeffs(5.3);
      node.eval();
      node.v = tensor([7, 2]);
      expect([node.theta, node.spikeHeight]).toEqual([5, height]);
      expect(list(node.forward(tensor([6, 2])))).toEqual([height, 0]);
      expect(list(node.v)).toEqual([7, 4]);
    } // prettier-ignore
    // In training, the sum is clamped to 7 first: 2 are left.
    atif.train().reset();
    atif.v = tensor([7, 2]);
    atif.forward(tensor([6, 2]));
    expect(list(atif.v)).toEqual([2, 4]);
  });

  it("QuantizedParametricLIFNode learns w through the quantizer, in training and in evaluation", () => {
    const node = new QuantizedParametricLIFNode({ initTau: 3, vReset: null, quantParams: { forceQ: 3 } });
    // 1/3 is 3/8: u = 2 3/8
    const gradient = (): number => {
      node.zeroGrad();
      node.reset();
      node.forward(tensor([0.75]));
      expect(node.v.item()).toBe(0.25);
      node.reset();
      node.forward(tensor([0.75]));
      node.v.sum().backward();
      return (node.w.grad as Tensor).item();
    };
    // dv/dw = x sigmoid'(w), but for the surrogate's part in the reset
    const trained = gradient();
    expect(trained).toBeGreaterThan(0);
    node.eval();
    expect(gradient()).toBe(trained);
  });

  it("a range of 0 has the step that integer code is told of", () => {
    for (const bits of [4, 8, 16]) {
      const quantizer = new Quantizer({ bits });
      quantizer.forward(tensor([0, 0]));
      expect(quantizer.grid?.step).toBe(2 ** -(quantizer.fractionalBits ?? NaN));
      expect(list(quantizer.eval().forward(tensor([1, 2 ** (2 - bits)])))).toEqual([1, 2 ** (2 - bits)]);
    }
    const forced = new Quantizer({ forceQ: 3 });
    forced.forward(tensor([0]));
    expect(list(forced.eval().forward(tensor([0.125])))).toEqual([0.125]);
    const tiny = new Quantizer({ bits: 16 });
    tiny.forward(tensor([2 ** -140]));
    expect(tiny.grid?.step).toBe(2 ** -(tiny.fractionalBits ?? NaN));
  });

  it("run() of a still input, both step modes, and steps one by one give the same", () => {
    const made = (stepMode: StepMode): SpikingModel => {
      const options = {
        inputShape: [6, 6, 1], outputShape: [3], filters: [4, 4], kernelSizes: [3, 3], paddings: [1, 1], strides: [1, 1],
        poolSizes: [2, 0], fcUnits: [5], batchNorm: true, dims: 2, timesteps: 4, stepMode,
        neuron: { kind: "LIFNode", params: { vThreshold: 0.3, vReset: null } },
      } as const; // prettier-ignore
      return createModel({ kind: "SCNN", options });
    };
    const float = made("m");
    const data = randomSamples(float, 1, 120, 1);
    const [m, s] = (["m", "s"] as const).map((stepMode) => {
      const each = made(stepMode);
      each.loadStateDict(float.stateDict());
      const quantized = quantizeModel(each, { bits: 16 }).eval();
      calibrate(quantized, data);
      return quantized;
    });
    // 4 120 36 elements: what is still is computed once.
    const x = tensor(data.x, [120, 6, 6, 1]);
    noGrad(() => {
      const [a, b] = [m.run(x), s.run(x)];
      s.reset();
      const steps = [0, 1, 2, 3].map(() => s.stream(x));
      const mean = steps.reduce((sum, y) => sum.add(y)).div(4);
      expectSameBits(a.toArray(), b.toArray());
      expectSameBits(b.toArray(), mean.toArray());
      expect(new Set(list(a)).size).toBeGreaterThan(10);
    });
  });
});
