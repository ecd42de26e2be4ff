/** ATIF, MultiStepATIF and IFSRL as modules: step modes, backends, surrogates, odd inputs. */

import { beforeAll, describe, expect, it } from "vitest";
import { StateError } from "../../src/errors.js";
import { init } from "../../src/kernels/select.js";
import { ATIF, MultiStepATIF } from "../../src/neurons/atif.js";
import type { NodeBackend } from "../../src/neurons/base-node.js";
import { IFSRL } from "../../src/neurons/ifsrl.js";
import "../../src/ops/install.js";
import { Generator } from "../../src/random/generator.js";
import { SpikeFunctionSigmoid, sigmoidSurrogate } from "../../src/surrogates/sigmoid.js";
import { tensor, zeros, type Tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { expectClose, expectSameBits } from "../closeness.js";
import { drive, layer } from "./drive.js";

const nodeBackends: NodeBackend[] = ["fused", "eager"];

function normals(seed: number, n: number): Float32Array {
  const random = new Generator(seed);
  return Float32Array.from({ length: n }, () => random.normal());
}

describeBackends("ATIF", (backend) => {
  beforeAll(() => init({ backend }));

  describe("step modes and backends", () => {
    it("supportedBackends of ATIF throws unless the step mode is 's', and so does forward", () => {
      const node = new ATIF();
      expect(node.supportedBackends).toEqual(["fused", "eager"]);
      node.stepMode = "m";
      const message = "ATIF: stepMode is 'm'; expected 's'. Use MultiStepATIF for inputs [T, N, ...].";
      expect(() => node.supportedBackends).toThrow(RangeError);
      expect(() => node.supportedBackends).toThrow(message);
      expect(() => node.forward(zeros([4, 2]))).toThrow(message);
      expect(() => (node.backend = "eager")).toThrow(message);
    });

    it("MultiStepATIF works in both modes, 'm' by default", () => {
      const node = new MultiStepATIF();
      expect(node.stepMode).toBe("m");
      expect(node.supportedBackends).toEqual(["fused", "eager"]);
      expect(node.forward(zeros([4, 2])).shape).toEqual([4, 2]);
      node.reset();
      node.stepMode = "s";
      expect(node.forward(zeros([4, 2])).shape).toEqual([4, 2]);
      expect(node.v.shape).toEqual([4, 2]);
      expect(new MultiStepATIF({ stepMode: "s" }).stepMode).toBe("s");
    });

    it("refuses modes and backends that there are not", () => {
      const node = new MultiStepATIF();
      expect(() => (node.stepMode = "x" as "s")).toThrow(
        'MultiStepATIF: stepMode is "x"; expected one of "s", "m".',
      );
      expect(() => (node.backend = "cupy" as NodeBackend)).toThrow(
        'MultiStepATIF: backend is "cupy"; expected one of "fused", "eager".',
      );
      expect(() => node.forward(zeros([0, 2]))).toThrow(
        "MultiStepATIF: x is [0, 2] in step mode 'm'; expected [T, N, ...] with T of at least 1.",
      );
      expect(() => node.forward(zeros([]))).toThrow(
        "MultiStepATIF: x is [] in step mode 'm'; expected [T, N, ...]",
      );
      expect(() => node.forward([1, 2] as unknown as Tensor)).toThrow(
        "MultiStepATIF: an argument is [1, 2]; expected a Tensor. Make one with tensor(data, shape).",
      );
    });

    it("all steps at once are the steps one by one, and a sequence in two parts is the whole", () => {
      const x = tensor(normals(3, 6 * 35), [6, 5, 7]);
      for (const nodeBackend of nodeBackends) {
        const whole = layer(0.4, { backend: nodeBackend });
        const y = whole.forward(x).toArray();
        const single = new ATIF();
        single.setCoeffs(0.4);
        single.backend = nodeBackend;
        const ys = [0, 1, 2, 3, 4, 5].flatMap((t) => [...single.forward(x.at(t)).toArray()]);
        expectSameBits(ys, y, "y, step by step");
        expectSameBits(single.v.toArray(), whole.v.toArray(), "v, step by step");
        const parts = layer(0.4, { backend: nodeBackend });
        const first = parts.forward(tensor(x.toArray().subarray(0, 70), [2, 5, 7])).toArray();
        const second = parts.forward(tensor(x.toArray().subarray(70), [4, 5, 7])).toArray();
        expectSameBits([...first, ...second], y, "y, in two parts");
        expectSameBits(parts.v.toArray(), whole.v.toArray(), "v, in two parts");
      }
    });

    it("neurons do not see each other", () => {
      const x = normals(4, 5 * 9);
      const all = drive(layer(0.6), { x, T: 5 });
      for (let i = 0; i < 9; i++) {
        const alone = drive(layer(0.6), { x: x.filter((_, at) => at % 9 === i), T: 5 });
        expectSameBits(
          alone.y,
          all.y.filter((_, at) => at % 9 === i),
        );
      }
    });

    it("fused and eager agree: y, v and every v on the way to the bit, gradients to 1e-5", () => {
      for (const [scaled, alpha, T, n, phi] of [
        [true, 1, 7, 33, 0],
        [false, 4, 5, 64, 0],
        [true, 2, 1, 1, 0],
        [true, 1, 6, 10, 0.5],
      ] as const) {
        const x = normals(5 + T, T * n);
        const w = normals(6 + T, T * n);
        const [fused, eager] = nodeBackends.map((nodeBackend) => {
          const node = scaled
            ? layer(0.83, { alpha, backend: nodeBackend })
            : Object.assign(new IFSRL({ alpha }), { stepMode: "m" as const, backend: nodeBackend });
          node.setCoeffs(0.83);
          node.storeVSeq = true;
          if (phi > 0) node.v = node.getCoeffs().mul(phi);
          const input = tensor(x, [T, n], { requiresGrad: true });
          const y = node.forward(input);
          const [values, v, vSeq] = [y.toArray(), node.v.toArray(), node.vSeq?.toArray() ?? []];
          y.mul(tensor(w, [T, n]))
            .sum()
            .add(node.v.sum())
            .backward();
          const dtheta = node.getCoeffs().grad?.item() ?? NaN;
          return { y: values, v, vSeq, dx: input.grad?.toArray() ?? [], dtheta };
        });
        expectSameBits(fused.y, eager.y, "y");
        expectSameBits(fused.v, eager.v, "v");
        expectSameBits(fused.vSeq, eager.vSeq, "vSeq");
        expectClose(fused.dx, eager.dx, 1e-5, { floor: 0.1, what: "dx" });
        expectClose([fused.dtheta], [eager.dtheta], 1e-4, { floor: 1e-1, what: "dtheta" });
      }
    });

    it("a backend may be changed between steps: the state stays", () => {
      const x = tensor(normals(8, 4 * 10), [4, 10]);
      const [node, whole] = [new ATIF(), layer(0.5)];
      node.setCoeffs(0.5);
      const outputs = (["fused", "eager", "fused", "eager"] as const).flatMap((nodeBackend, t) => {
        node.backend = nodeBackend;
        return [...node.forward(x.at(t)).toArray()];
      });
      expectSameBits(outputs, whole.forward(x).toArray());
    });

    it("ATIF gives theta times what IFSRL gives, with the same potentials", () => {
      const x = tensor(normals(9, 5 * 20), [5, 20]);
      const atif = layer(0.7);
      const ifsrl = new IFSRL();
      ifsrl.setCoeffs(0.7);
      ifsrl.stepMode = "m";
      const z = ifsrl.forward(x);
      expectSameBits(atif.forward(x).toArray(), z.mul(ifsrl.vpTh).toArray());
      expectSameBits(atif.v.toArray(), ifsrl.v.toArray());
      expect(new Set(z.toArray())).toEqual(new Set([0, 1]));
    });
  });

  describe("surrogate", () => {
    it("takes any function of q when eager, and the fused kernels refuse it", () => {
      const node = layer(1, { backend: "eager" });
      const seen: number[] = [];
      // a surrogate of its own: the sigmoid's with alpha 2, as a function of one argument
      node.surrogateFunction = (q) => {
        seen.push(...q.toArray());
        return SpikeFunctionSigmoid.apply(q, 2);
      };
      const x = tensor([0.75, 0.5], [2, 1], { requiresGrad: true });
      const y = node.forward(x);
      expect([...y.toArray()]).toEqual([0, 1]);
      expect(seen).toEqual([-0.25, 0.25]);
      y.sum().backward();
      const known = layer(1, { alpha: 2 });
      const same = tensor([0.75, 0.5], [2, 1], { requiresGrad: true });
      known.forward(same).sum().backward();
      expectClose(x.grad?.data ?? [], same.grad?.data ?? [], 1e-5);

      node.reset();
      node.backend = "fused";
      expect(() => node.forward(x)).toThrow(StateError);
      expect(() => node.forward(x)).toThrow(
        "MultiStepATIF: the fused kernels know the sigmoid surrogate only; set backend = 'eager' to use another.",
      );
      node.surrogateFunction = sigmoidSurrogate(2);
      expect(node.forward(x).toArray()).toEqual(Float32Array.of(0, 1));
    });

    it("the fused kernels use the steepness of the sigmoid that is set", () => {
      const slope = (alpha: number): number => {
        const node = layer(1, { alpha: 1 });
        node.surrogateFunction = sigmoidSurrogate(alpha);
        const x = tensor([1], [1, 1], { requiresGrad: true });
        node.forward(x).sum().backward();
        return x.grad?.item() ?? NaN;
      };
      expect(slope(1)).toBe(0.25);
      expect(slope(4)).toBe(1);
    });

    it("refuses what is no function", () => {
      const node = new ATIF();
      expect(() => (node.surrogateFunction = 4 as never)).toThrow(
        "ATIF: surrogateFunction is 4; expected a function of q = u - theta, such as sigmoidSurrogate(1).",
      );
    });
  });

  describe.each(nodeBackends)("odd inputs, %s", (nodeBackend) => {
    const stepsOf = (x: number[]): { y: number[]; v: number[] } => {
      const { y, v } = drive(layer(1, { backend: nodeBackend }), { x, T: x.length });
      return { y: [...y], v: [...v] };
    };

    it("NaN gives y = 0, and v stays NaN", () => {
      expect(stepsOf([0.5, NaN, 1, 5])).toEqual({ y: [0, 0, 0, 0], v: [0.5, NaN, NaN, NaN] });
    });

    it("an infinite input gives a NaN potential: 0 times infinity, as in the reference", () => {
      expect(stepsOf([Infinity, 1])).toEqual({ y: [1, 0], v: [NaN, NaN] });
      expect(stepsOf([-Infinity, 1])).toEqual({ y: [0, 0], v: [NaN, NaN] });
    });

    it("-0 at rest becomes 0, as 0 + -0 does", () => {
      expectSameBits(drive(layer(1, { backend: nodeBackend }), { x: [-0], T: 1 }).v, [0]);
    });

    it("an empty batch is fine, and so is one neuron without a batch axis", () => {
      const node = new ATIF();
      node.backend = nodeBackend;
      expect(node.forward(zeros([0, 3])).shape).toEqual([0, 3]);
      expect(node.v.shape).toEqual([0, 3]);
      node.reset();
      node.setCoeffs(0.5);
      const y = node.forward(tensor([0.75], []));
      expect([y.shape, y.item(), node.v.item()]).toEqual([[], 0.5, 0.25]);
      const steps = layer(1, { backend: nodeBackend });
      expect([...steps.forward(tensor([0.5, 0.75], [2])).toArray()]).toEqual([0, 1]);
    });

    it("an empty batch has gradients of zero", () => {
      const node = layer(1, { backend: nodeBackend });
      const x = zeros([3, 0], { requiresGrad: true });
      node.forward(x).sum().backward();
      expect(x.grad?.shape).toEqual([3, 0]);
      expect(node.vThreshold.grad?.item()).toBe(0);
    });
  });

  describe.each(nodeBackends)("thresholds that training without a guard can reach, %s", (nodeBackend) => {
    const stepsOf = (theta: number, x: number, T: number): { y: number[]; v: number[] } => {
      const { y, v } = drive(layer(theta, { backend: nodeBackend }), { x: [x], T, constant: true });
      return { y: [...y], v: [...v] };
    };

    it("theta = 0 fires at every v >= 0, emits 0, and v grows", () => {
      expect(stepsOf(0, 0.25, 4)).toEqual({ y: [0, 0, 0, 0], v: [0.25, 0.5, 0.75, 1] });
      const ifsrl = Object.assign(new IFSRL({ minThreshold: null }), { stepMode: "m", backend: nodeBackend });
      ifsrl.setCoeffs(0);
      expect([...ifsrl.forward(tensor([0, 0.25, -1], [3, 1])).toArray()]).toEqual([1, 1, 0]);
    });

    it("theta = -0.5 emits -0.5 at every step, and v runs away", () => {
      const { y, v } = stepsOf(-0.5, Math.fround(0.3), 4);
      expect(y).toEqual([-0.5, -0.5, -0.5, -0.5]);
      expectClose(v, [0.8, 1.6, 2.4, 3.2], 1e-6);
    });

    it("a negative theta that does not fire emits -0, as 0 times theta does", () => {
      expectSameBits(stepsOf(-0.5, -1, 1).y, [-0]);
    });

    it("a very large theta never fires and has next to no gradient", () => {
      const node = layer(1e6, { backend: nodeBackend });
      const x = tensor([1, 2, 3], [3, 1], { requiresGrad: true });
      const y = node.forward(x);
      expect([...y.toArray()]).toEqual([0, 0, 0]);
      y.sum().backward();
      expectClose(x.grad?.data ?? [], [0, 0, 0], 1e-30, { floor: 1 });
    });
  });

  it("counts its spikes when asked", () => {
    const node = layer(1);
    node.forward(tensor([1, 0, 1, 1], [2, 2]));
    expect(node.spikeCount).toBeNull();
    node.spikeCount = { spikes: 0, opportunities: 0 };
    node.reset();
    node.forward(tensor([1, 0, 1, 1], [2, 2]));
    node.forward(tensor([1, -5], [1, 2]));
    expect(node.spikeCount).toEqual({ spikes: 4, opportunities: 6 });
  });
});
