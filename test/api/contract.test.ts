/**
 * The names and signatures that programs outside this repository call, on the built entry point: every name of the
 * contract is used here as its users use it.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FunctionContext, Parameter, StateDict, Tensor } from "../../src/index.js";
import { describeBackends } from "../backends.js";

const entry = new URL("../../dist/index.js", import.meta.url).href;
const atif = (await import(entry)) as typeof import("../../src/index.js");
const { init, tensor, zeros, ones, stack, noGrad, scope, heaviside, SpikeFunctionSigmoid, AutogradFunction } =
  atif;
const { IFSRL, ATIF, MultiStepATIF, Module, BaseNode, Sequential, SMLP, SCNN, crossEntropy, mse, SGD, Adam } =
  atif;
const {
  Linear,
  Conv1d,
  Conv2d,
  BatchNorm1d,
  BatchNorm2d,
  MaxPool1d,
  MaxPool2d,
  AvgPool1d,
  AvgPool2d,
  Flatten,
  Dropout,
} = atif;

const list = (t: Tensor | null): number[] => [...(t ?? zeros([0])).toArray()];

describeBackends("the public API", (backend) => {
  beforeAll(async () => {
    await expect(init({ backend, threads: 1 })).resolves.toBeUndefined();
  });

  describe("tensors", () => {
    it("tensor(data, shape, { requiresGrad }), zeros, ones, stack", () => {
      const t = tensor([1, 2, 3, 4], [2, 2], { requiresGrad: true });
      expect([t.shape, t.requiresGrad, t.grad]).toEqual([[2, 2], true, null]);
      expect(t.toArray()).toEqual(Float32Array.of(1, 2, 3, 4));
      expect(tensor(Float32Array.of(1, 2)).shape).toEqual([2]);
      expect([zeros([2]), ones([2])].map(list)).toEqual([
        [0, 0],
        [1, 1],
      ]);
      const stacked = stack([zeros([2]), ones([2])]);
      expect([stacked.shape, list(stacked)]).toEqual([
        [2, 2],
        [0, 0, 1, 1],
      ]);
      expect(tensor([7], []).item()).toBe(7);
    });

    it("at(i) slices axis 0 and is differentiable", () => {
      const t = tensor([1, 2, 3, 4], [2, 2], { requiresGrad: true });
      const row = t.at(1);
      expect([row.shape, list(row)]).toEqual([[2], [3, 4]]);
      row.mul(row).sum().backward();
      expect(list(t.grad)).toEqual([0, 0, 6, 8]);
    });

    it("add, sub, mul, div take a tensor or a number; neg, matmul, sum, mean, reshape, detach", () => {
      const [a, b] = [tensor([6, 8]), tensor([2, 4])];
      expect([a.add(b), a.sub(b), a.mul(b), a.div(b)].map(list)).toEqual([
        [8, 12],
        [4, 4],
        [12, 32],
        [3, 2],
      ]);
      expect([a.add(1), a.sub(1), a.mul(2), a.div(2)].map(list)).toEqual([
        [7, 9],
        [5, 7],
        [12, 16],
        [3, 4],
      ]);
      expect(list(a.neg())).toEqual([-6, -8]);
      const m = tensor([1, 2, 3, 4], [2, 2]);
      expect(list(m.matmul(tensor([1, 1], [2, 1])))).toEqual([3, 7]);
      expect([m.sum().item(), m.mean().item()]).toEqual([10, 2.5]);
      expect([m.sum(0), m.sum(1), m.mean(0)].map(list)).toEqual([
        [4, 6],
        [3, 7],
        [2, 3],
      ]);
      expect(m.reshape([4, 1]).shape).toEqual([4, 1]);
      const x = ones([1], { requiresGrad: true }).mul(2);
      expect([x.requiresGrad, x.detach().requiresGrad]).toEqual([true, false]);
    });

    it("backward(grad?) adds to grad; a gradient must be given for more than one element", () => {
      const x = tensor([1, 2], [2], { requiresGrad: true });
      x.mul(3).sum().backward();
      x.mul(3).backward(tensor([1, 10]));
      expect(list(x.grad)).toEqual([6, 33]);
      expect(() => x.mul(3).backward()).toThrow("expected one element, or a gradient of that shape");
    });

    it("noGrad(fn), scope(fn), dispose()", () => {
      const x = ones([2], { requiresGrad: true });
      expect(noGrad(() => x.mul(2)).requiresGrad).toBe(false);
      const before = atif.memory().liveBytes;
      const kept = scope(() => x.mul(2).add(1));
      expect(list(kept)).toEqual([3, 3]);
      kept.dispose();
      expect(atif.memory().liveBytes).toBe(before);
      expect(() => kept.toArray()).toThrow("was disposed of");
    });
  });

  describe("the surrogate", () => {
    it("heaviside(x): 0 fires", () => {
      expect(list(heaviside(tensor([-1, -0, 0, 1, NaN])))).toEqual([0, 1, 1, 1, 0]);
    });

    it("SpikeFunctionSigmoid.apply(x, alpha), alpha a number or a tensor", () => {
      expect(Object.getPrototypeOf(SpikeFunctionSigmoid)).toBe(AutogradFunction);
      for (const alpha of [2, tensor([2], [1])]) {
        const x = tensor([0, -1], [2], { requiresGrad: true });
        const z = SpikeFunctionSigmoid.apply(x, alpha);
        expect(list(z)).toEqual([1, 0]);
        z.sum().backward();
        const s = 1 / (1 + Math.exp(2));
        expect(list(x.grad)[0]).toBe(0.5);
        expect(list(x.grad)[1]).toBeCloseTo(2 * s * (1 - s), 6);
      }
    });

    it("forward saves only what a gradient needs; backward gives null for alpha and for what is not needed", () => {
      const context = (needs: boolean): FunctionContext & { saved: Tensor[] } => {
        const saved: Tensor[] = [];
        return {
          saved,
          saveForBackward: (...tensors) => void saved.push(...tensors),
          get savedTensors() { return saved; },
          needsInputGrad: [needs, false],
        };
      }; // prettier-ignore
      const [learned, given] = [context(true), context(false)];
      SpikeFunctionSigmoid.forward(learned, tensor([0.5], [1], { requiresGrad: true }), 1);
      SpikeFunctionSigmoid.forward(given, tensor([0.5]), 1);
      expect([learned.saved.length, given.saved.length]).toEqual([2, 0]);
      const [dx, dalpha] = SpikeFunctionSigmoid.backward(learned, ones([1]));
      expect([dx?.shape, dalpha]).toEqual([[1], null]);
      expect(SpikeFunctionSigmoid.backward(given, ones([1]))).toEqual([null, null]);
    });

    it("AutogradFunction: ctx.saveForBackward, savedTensors, needsInputGrad", () => {
      class Cube extends AutogradFunction {
        static forward(ctx: FunctionContext, x: Tensor, scale: number): Tensor {
          ctx.saveForBackward(x);
          expect(ctx.needsInputGrad).toEqual([true, false]);
          return x.mul(x).mul(x).mul(scale);
        }
        static backward(ctx: FunctionContext, gradOutput: Tensor): (Tensor | null)[] {
          const [x] = ctx.savedTensors;
          return [gradOutput.mul(x).mul(x).mul(3), null];
        }
      }
      const x = tensor([2], [1], { requiresGrad: true });
      Cube.apply(x, 1).backward();
      expect(list(x.grad)).toEqual([12]);
    });
  });

  describe("neurons", () => {
    it("IFSRL: vpTh, v, getCoeffs, setCoeffs, reset; forward gives z", () => {
      const neuron = new IFSRL({ vThreshold: 1, vthInitL: 0.8, vthInitH: 1, alpha: 1, device: "cpu" });
      expect(neuron).toBeInstanceOf(Module);
      expect(neuron.vpTh.item()).toBeGreaterThanOrEqual(Math.fround(0.8));
      expect(neuron.vpTh.item()).toBeLessThanOrEqual(1);
      neuron.setCoeffs(tensor([0.5]));
      const coeffs: Parameter = neuron.getCoeffs();
      expect([coeffs.item(), neuron.vpTh.item()]).toEqual([0.5, 0.5]);
      expect(list(neuron.forward(tensor([0.75, 0.25], [1, 2])))).toEqual([1, 0]);
      expect([neuron.v.shape, list(neuron.v)]).toEqual([
        [1, 2],
        [0.25, 0.25],
      ]);
      neuron.reset();
      expect(list(neuron.v)).toEqual([0]);
      expect(new IFSRL().alpha).toBe(1);
    });

    it("ATIF: vThreshold, v, stepMode 's', supportedBackends, coefficients; forward gives theta z", () => {
      const neuron = new ATIF({ vThreshold: 2, vthInitL: 1, vthInitH: 1 });
      expect(neuron).toBeInstanceOf(BaseNode);
      expect([neuron.stepMode, neuron.vThreshold.item(), neuron.vThreshold.requiresGrad]).toEqual([
        "s",
        2,
        true,
      ]);
      expect(neuron.supportedBackends.length).toBeGreaterThan(0);
      expect(list(neuron.forward(tensor([3, 1], [1, 2])))).toEqual([2, 0]);
      expect(list(neuron.v)).toEqual([1, 1]);
      neuron.setCoeffs(tensor([4]));
      expect(neuron.getCoeffs().item()).toBe(4);
      neuron.reset();
      expect(neuron.vThreshold.item()).toBe(4);
      neuron.stepMode = "m";
      expect(() => neuron.supportedBackends).toThrow(RangeError);
    });

    it("MultiStepATIF: an ATIF in step mode 'm', [T, N, ...] at once, as ATIF step by step", () => {
      const [multi, single] = [new MultiStepATIF({ vthInitL: 1 }), new ATIF({ vthInitL: 1 })];
      expect(multi).toBeInstanceOf(ATIF);
      expect([multi.stepMode, multi.supportedBackends.length > 0]).toEqual(["m", true]);
      const x = tensor([0.5, 1.25, 0.75, 0.25, 0.5, 2], [3, 1, 2]);
      const y = multi.forward(x);
      const steps = [0, 1, 2].map((t) => single.forward(x.at(t)));
      expect([y.shape, list(y)]).toEqual([[3, 1, 2], list(stack(steps))]);
      expect(list(multi.v)).toEqual(list(single.v));
    });
  });

  describe("modules", () => {
    it("parameters, namedParameters, stateDict, loadStateDict with strict, train, eval", () => {
      const layer = new Linear(3, 2);
      expect(layer.namedParameters().map(([name]) => name)).toEqual(["weight", "bias"]);
      expect(layer.parameters()).toHaveLength(2);
      expect([layer.eval().training, layer.train().training]).toEqual([false, true]);
      const dict: StateDict = layer.stateDict();
      expect(dict.weight.shape).toEqual([2, 3]);
      expect(dict.weight.data).toBeInstanceOf(Float32Array);
      dict.weight.data.set([1, 2, 3, 4, 5, 6]);
      layer.loadStateDict(dict);
      expect(layer.stateDict().weight.data).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
      const { bias } = dict;
      expect(() => layer.loadStateDict({ bias })).toThrow("missing weight");
      layer.loadStateDict({ bias }, { strict: false });
    });

    it("every layer, in a Sequential, in two dimensions and in one", () => {
      const images = new Sequential(
        new Conv2d(1, 4, 3, { padding: 1, stride: 1, groups: 1 }), new BatchNorm2d(4), new ATIF(), new MaxPool2d(2),
        new AvgPool2d(2), new Flatten(), new Dropout(0.5), new Linear(16, 3),
      ); // prettier-ignore
      expect(images.forward(ones([2, 8, 8, 1])).shape).toEqual([2, 3]);
      const signals = new Sequential(
        new Conv1d(1, 4, 3), new BatchNorm1d(4), new IFSRL(), new MaxPool1d(2), new AvgPool1d(2), new Flatten(), new Linear(4, 3),
      ); // prettier-ignore
      expect(signals.forward(ones([2, 8, 1])).shape).toEqual([2, 3]);
    });
  });

  describe("models", () => {
    const smlp = (stepMode: "s" | "m"): InstanceType<typeof SMLP> =>
      new SMLP({
        inputShape: [4],
        outputShape: [3],
        units: [6, 5],
        timesteps: 4,
        neuron: { kind: "ATIF", params: { alpha: 2 } },
        stepMode,
      });
    const scnn = (stepMode: "s" | "m"): InstanceType<typeof SCNN> =>
      new SCNN({
        inputShape: [8, 8, 1],
        outputShape: [10],
        filters: [4, 6],
        kernelSizes: [3, 3],
        paddings: [1, 1],
        strides: [1, 1],
        poolSizes: [2, 2],
        dropouts: 0,
        fcUnits: [12],
        batchNorm: true,
        timesteps: 4,
        neuron: { kind: "ATIF" },
        stepMode,
        dims: 2,
      });

    it("run(x [N, ...]) gives [N, classes], the same in both step modes", () => {
      for (const make of [smlp, scnn]) {
        const [single, multi] = [make("s").eval(), make("m").eval()];
        multi.loadStateDict(single.stateDict());
        const x = tensor(
          Array.from({ length: 2 * single.inputShape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i)),
          [2, ...single.inputShape],
        );
        const [a, b] = noGrad(() => [single.run(x), multi.run(x)]);
        expect(a.shape).toEqual([2, single.outputShape[0]]);
        list(a).forEach((value, i) => expect(value).toBeCloseTo(list(b)[i], 5));
      }
    });

    it("have PyTorch's names and layouts", () => {
      const shapes = Object.entries(scnn("s").stateDict()).map(
        ([name, { shape }]) => `${name} ${shape.join("x")}`,
      );
      expect(shapes).toContain("layers.conv1.weight 4x1x3x3");
      expect(shapes).toContain("layers.conv2.weight 6x4x3x3");
      expect(shapes).toContain("layers.bn1.running_mean 4");
      expect(shapes).toContain("layers.neuron1.v_threshold 1");
      expect(shapes).toContain("layers.fc1.weight 12x24");
      expect(shapes).toContain("layers.fc2.weight 10x12");
    });

    it("learn: crossEntropy and mse, SGD and Adam, step and zeroGrad", () => {
      const x = tensor([0, 0, 1, 1, 1, 1, 0, 0], [2, 4]);
      for (const make of [
        (model: InstanceType<typeof SMLP>) => new SGD(model.parameters(), { lr: 0.2, momentum: 0.9, weightDecay: 0 }),
        (model: InstanceType<typeof SMLP>) => new Adam(model.parameters(), { lr: 0.05, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0 }),
      ]) {
        atif.manualSeed(1);
        const model = smlp("m");
        const optimizer = make(model);
        const losses = Array.from({ length: 40 }, () =>
          scope(() => {
            const loss = crossEntropy(model.run(x), Int32Array.of(0, 2));
            optimizer.zeroGrad();
            loss.backward();
            optimizer.step();
            return loss.item();
          }),
        );
        expect(losses[39]).toBeLessThan(losses[0] / 4);
      }
      expect(crossEntropy(zeros([2, 3]), [0, 1]).item()).toBeCloseTo(Math.log(3), 6);
      expect(mse(tensor([1, 3]), tensor([1, 1])).item()).toBe(2);
    }); // prettier-ignore

    it("zeroGrad forgets gradients", () => {
      const p = ones([1], { requiresGrad: true });
      const optimizer = new SGD([p], { lr: 0.5 });
      p.mul(2).backward();
      optimizer.step();
      expect(p.item()).toBe(0);
      optimizer.zeroGrad();
      expect(p.grad).toBeNull();
    });

    describe("in files", () => {
      const folder = mkdtempSync(join(tmpdir(), "atif-contract-"));
      afterAll(() => rmSync(folder, { recursive: true, force: true }));

      it("saveModel(path, model), loadModel(path)", async () => {
        const model = scnn("m").eval();
        const path = join(folder, "model.safetensors");
        await atif.saveModel(path, model);
        const loaded = await atif.loadModel(path);
        expect(loaded).toBeInstanceOf(SCNN);
        expect(loaded.architecture).toEqual(model.architecture);
        const x = ones([2, 8, 8, 1]);
        expect(noGrad(() => list(loaded.run(x)))).toEqual(noGrad(() => list(model.run(x))));
      });
    });
  });
});

describe("the entry point", () => {
  it("does no work when it is imported, and does not need options", async () => {
    await init();
    expect(ones([1]).backend.name).toBe("wasm");
    await init({});
  });
});
