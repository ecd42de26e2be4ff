/** Gradients of the neuron: closed forms, pins of the reference, local laws (docs/neuron.md, "Backward"). */

import { beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import type { NodeBackend } from "../../src/neurons/base-node.js";
import { IFSRL } from "../../src/neurons/ifsrl.js";
import "../../src/ops/install.js";
import { Generator } from "../../src/random/generator.js";
import { scope } from "../../src/tensor/scope.js";
import { tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { expectClose } from "../closeness.js";
import { layer } from "./drive.js";

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** g(q) = alpha s (1 - s), s = sigmoid(alpha q) */
const surrogateSlope = (q: number, alpha: number): number => {
  const s = sigmoid(alpha * q);
  return alpha * s * (1 - s);
};

interface Steps {
  /** Spikes and surrogate slopes per step. */
  z: number[];
  g: number[];
}

/** One neuron in float64, with inputs whose sums float32 holds exactly. */
function stepsOf(x: readonly number[], theta: number, alpha: number, v0 = 0): Steps {
  const [z, g]: number[][] = [[], []];
  let v = v0;
  for (const xt of x) {
    const u = v + xt;
    const fires = u - theta >= 0;
    z.push(fires ? 1 : 0);
    g.push(surrogateSlope(u - theta, alpha));
    v = fires ? u - theta : u;
  }
  return { z, g };
}

/** The backward recursion of docs/neuron.md in float64; scaled: y = theta z, else y = z. */
function recursion(
  x: readonly number[],
  w: readonly number[],
  { theta, alpha = 1, v0 = 0, detachReset = false, scaled = true, dv = 0 }: RecursionOptions,
): { dx: number[]; dtheta: number; dv0: number } {
  const { z, g } = stepsOf(x, theta, alpha, v0);
  const dx = new Array<number>(x.length);
  let lambda = dv;
  let dtheta = 0;
  for (let t = x.length - 1; t >= 0; t--) {
    const tg = theta * g[t];
    const viaReset = detachReset ? 0 : tg;
    dtheta += w[t] * (scaled ? z[t] - tg : -g[t]) + lambda * (viaReset - z[t]);
    lambda += w[t] * (scaled ? tg : g[t]) - lambda * viaReset;
    dx[t] = lambda;
  }
  return { dx, dtheta, dv0: lambda };
}

interface RecursionOptions {
  theta: number;
  alpha?: number;
  v0?: number;
  detachReset?: boolean;
  scaled?: boolean;
  /** dL/dv after the last step */
  dv?: number;
}

interface LibraryOptions {
  theta?: number;
  alpha?: number;
  backend?: NodeBackend;
  detachReset?: boolean;
  scaled?: boolean;
  /** v0 = phi theta, with its gradient */
  phi?: number;
}

interface Gradients {
  dx: Float32Array;
  dtheta: number;
}

/** dL/dx [T, n] and dL/dtheta of L = sum(w y) + dv sum(v_T), from the library. */
function gradients(
  x: ArrayLike<number>,
  w: ArrayLike<number>,
  T: number,
  options: LibraryOptions & { dv?: number } = {},
): Gradients {
  const {
    theta = 1,
    alpha = 1,
    backend = "fused",
    detachReset = false,
    scaled = true,
    phi,
    dv = 0,
  } = options;
  return scope(() => {
    const node = scaled
      ? layer(theta, { alpha, backend })
      : Object.assign(new IFSRL({ alpha, minThreshold: null }), { stepMode: "m", backend });
    node.setCoeffs(theta);
    node.detachReset = detachReset;
    if (phi !== undefined) node.v = node.getCoeffs().mul(phi);
    const shape = [T, x.length / T];
    const input = tensor(x, shape, { requiresGrad: true });
    let loss = node.forward(input).mul(tensor(w, shape)).sum();
    if (dv !== 0) loss = loss.add(node.v.sum().mul(dv));
    loss.backward();
    return { dx: input.grad?.toArray() ?? new Float32Array(), dtheta: node.getCoeffs().grad?.item() ?? NaN };
  });
}

const onesOf = (x: ArrayLike<number>): Float32Array => new Float32Array(x.length).fill(1);

/** L = Y, the sum of all outputs. */
function gradientsOfY(x: readonly number[], options: LibraryOptions = {}): Gradients {
  return gradients(x, onesOf(x), x.length, options);
}

const product = (factors: readonly number[]): number => factors.reduce((a, b) => a * b, 1);

/** Random inputs in sixty-fourths, so that float32 steps exactly as float64 does. */
function dyadic(random: Generator, n: number): number[] {
  return Array.from({ length: n }, () => (random.integer(256) - 96) / 64);
}

describeBackends("gradients of the neuron", (backend) => {
  beforeAll(() => init({ backend }));

  describe.each<NodeBackend>(["fused", "eager"])("%s", (nodeBackend) => {
    const base = { backend: nodeBackend };

    it("pins of the reference, theta = alpha = 1", () => {
      const pins: [number[], number, number[] | null, number?][] = [
        [
          [0.375, 0.375, 0.375, 0.375],
          0.0997352927,
          [0.6652609951, 0.5669098041, 0.4255076587, 0.2350037122],
        ],
        [[0.625, 0.625, 0.625, 0.625], 0.9030289765, null],
        [[0.5, -1, 1.5, 1], 1.1161311407, [0.6338688593, 0.5213948793, 0.4375, 0.25]],
        [[0.5, 0.5, 0.5, 0.5], 0.9954381994, null, 0.875],
      ];
      for (const [x, dtheta, dx, theta = 1] of pins) {
        const found = gradientsOfY(x, { ...base, theta });
        expectClose([found.dtheta], [dtheta], 1e-5, { what: `dtheta of ${x.join()}` });
        if (dx !== null) expectClose(found.dx, dx, 1e-6, { what: `dx of ${x.join()}` });
      }
    });

    it("pins of the reference, theta = 0.9, five neurons with constant inputs over T = 4", () => {
      const x = [0.2, 0.5, 0.9, 1.3, -0.4];
      const all = [...x, ...x, ...x, ...x];
      const found = gradients(all, onesOf(all), 4, { ...base, theta: 0.9 });
      // the reference gives the gradient of the constant input: the sum over the steps
      const dx = x.map((_, i) => [0, 1, 2, 3].reduce((sum, t) => sum + found.dx[t * x.length + i], 0));
      expectClose(dx, [1.7607201, 1.7778555, 1.7981403, 1.3339629, 0.8135086], 1e-6);
      expectClose([found.dtheta], [4.8646193], 1e-6);
    });

    it("T = 1: dY/dx = theta g and dY/dtheta = z - theta g", () => {
      const onThreshold = gradientsOfY([1], base);
      expect([onThreshold.dx[0], onThreshold.dtheta]).toEqual([0.25, 0.75]);
      expectClose([gradientsOfY([0.9], base).dtheta], [-0.249376], 3e-6);
    });

    it("dY/dtheta = b_T - 1 with b_t = (1 - theta g) b_{t-1} + z; dY/dx_s = 1 - product of (1 - theta g) from s", () => {
      const random = new Generator(30);
      for (let i = 0; i < 40; i++) {
        const [T, theta, alpha] = [1 + random.integer(12), (24 + random.integer(80)) / 64, [1, 2, 4][i % 3]];
        const x = dyadic(random, T);
        const { z, g } = stepsOf(x, theta, alpha);
        const kept = g.map((slope) => 1 - theta * slope);
        const b = kept.reduce((before, factor, t) => factor * before + z[t], 1);
        const found = gradientsOfY(x, { ...base, theta, alpha });
        expectClose([found.dtheta], [b - 1], 1e-4, { floor: 1e-2, what: "dtheta" });
        expectClose(
          found.dx,
          x.map((_, s) => 1 - product(kept.slice(s))),
          1e-5,
          { floor: 1e-1, what: "dx" },
        );
        if (theta * alpha < 4) expect(found.dx.every((value) => value > 0 && value < 1)).toBe(true);
      }
    });

    it("detached reset: dY/dtheta = sum of z - theta g (1 + N before)", () => {
      const random = new Generator(31);
      for (let i = 0; i < 40; i++) {
        const [T, theta] = [1 + random.integer(12), (24 + random.integer(80)) / 64];
        const x = dyadic(random, T);
        const { z, g } = stepsOf(x, theta, 1);
        let before = 0;
        let expected = 0;
        z.forEach((spike, t) => {
          expected += spike - theta * g[t] * (1 + before);
          before += spike;
        });
        const found = gradientsOfY(x, { ...base, theta, detachReset: true });
        expectClose([found.dtheta], [expected], 1e-4, { floor: 1e-2, what: "dtheta" });
        const tail = g.map((_, s) => g.slice(s).reduce((sum, slope) => sum + theta * slope, 0));
        expectClose(found.dx, tail, 1e-5, { floor: 1e-1, what: "dx" });
      }
    });

    it.each([
      [false, true],
      [true, true],
      [false, false],
      [true, false],
    ])("the recursion, any incoming gradient, detachReset %s, scaled %s", (detachReset, scaled) => {
      const random = new Generator(32);
      const [T, n] = [9, 60];
      for (const [theta, alpha] of [
        [1, 1],
        [0.4375, 2],
        [1.75, 4],
      ]) {
        const x = dyadic(random, T * n);
        const w = Array.from({ length: T * n }, () => random.normal());
        const column = (values: readonly number[], i: number): number[] =>
          values.filter((_, at) => at % n === i);
        const dv = 0.7;
        const expected = Array.from({ length: n }, (_, i) =>
          recursion(column(x, i), column(w, i), { theta, alpha, detachReset, scaled, dv }),
        );
        const found = gradients(x, w, T, { ...base, theta, alpha, detachReset, scaled, dv });
        const dx = x.map((_, at) => expected[at % n].dx[Math.floor(at / n)]);
        // 1 - s is rounded to 6e-8 however small it is, and theta alpha scales it
        expectClose(found.dx, dx, 1e-5, { floor: 0.1 * Math.max(1, theta * alpha), what: "dx" });
        // the sum of n T terms of size 1
        const dtheta = expected.reduce((sum, each) => sum + each.dtheta, 0);
        expectClose([found.dtheta], [dtheta], 1e-4, { floor: 1, what: "dtheta" });
      }
    });

    it("v0 = phi theta adds phi lambda to dtheta", () => {
      const random = new Generator(33);
      for (const phi of [0.25, 0.5]) {
        const x = dyadic(random, 7);
        const w = Array.from({ length: 7 }, () => random.normal());
        const { dtheta, dv0 } = recursion(x, w, { theta: 1, v0: phi });
        expect(Math.abs(phi * dv0)).toBeGreaterThan(1e-2);
        const found = gradients(x, w, 7, { ...base, phi });
        expectClose([found.dtheta], [dtheta + phi * dv0], 1e-5, { floor: 1e-1 });
      }
    });

    it("y + v + spikes leave nothing out: Y + v_T has slope 1 in every input and 0 in theta", () => {
      const random = new Generator(34);
      const x = Array.from({ length: 8 * 50 }, () => random.normal());
      const found = gradients(x, onesOf(x), 8, { ...base, theta: 0.7, dv: 1 });
      expect(found.dx.every((value) => value === 1)).toBe(true);
      expect(Math.abs(found.dtheta)).toBeLessThan(1e-4);
    });

    it("a silent neuron pulls theta down; a saturated one pushes it up by T", () => {
      const x = [0.0625, 0.125, 0.125, 0.25];
      const { z, g } = stepsOf(x, 1, 1);
      expect(z).toEqual([0, 0, 0, 0]);
      const silent = gradientsOfY(x, base).dtheta;
      expect(silent).toBeLessThan(0);
      expectClose([silent], [-(1 - product(g.map((slope) => 1 - slope)))], 1e-5);
      expectClose([gradientsOfY([40, 40, 40, 40], base).dtheta], [4], 1e-5);
    });

    it("alpha theta = 4 exactly on the threshold cuts the gradient; alpha theta > 4 makes it alternate", () => {
      // u_1 = theta: 1 - theta g = 0, so nothing from later steps comes through
      const cut = gradients([1, 0.25], [0, 1], 2, { ...base, alpha: 4 });
      expect(cut.dx[0]).toBe(0);
      expect(cut.dx[1]).toBeGreaterThan(0);
      // u_1 = theta, alpha 6: 1 - theta g = -0.5
      const alternates = gradients([1, 0.25], [0, 1], 2, { ...base, alpha: 6 });
      expect(alternates.dx[0] / alternates.dx[1]).toBeCloseTo(-0.5, 6);
    });

    it("theta.grad is a sum over neurons and batch, not a mean", () => {
      const x = [0.5, -1, 1.5, 1];
      const tiled = x.flatMap((value) => new Array<number>(6).fill(value));
      const one = gradientsOfY(x, base).dtheta;
      const six = gradients(tiled, onesOf(tiled), 4, base).dtheta;
      expectClose([six], [6 * one], 1e-5);
    });
  });

  it("the mean output of a constant input has the slope of a wide, leaky straight-through estimator", () => {
    /** Mean slope over some inputs, for T = 1, 2, 4, 8, 16. */
    const slopes = (x: readonly number[]): number[] =>
      [1, 2, 4, 8, 16].map((T) => {
        const inputs = Array.from({ length: T }, () => x).flat();
        const { dx } = gradients(inputs, onesOf(inputs), T);
        return dx.reduce((sum, value) => sum + value, 0) / T / x.length;
      });
    const printed = { floor: 1, what: "slopes" };
    const inRange = Array.from({ length: 200 }, (_, i) => (i + 0.5) / 200);
    expectClose(slopes(inRange), [0.24, 0.33, 0.47, 0.65, 0.81], 0.011, printed);
    expectClose(slopes([1.53]), [0.23, 0.29, 0.3, 0.23, 0.13], 0.006, printed);
    expectClose(slopes([-0.53]), [0.15, 0.17, 0.16, 0.12, 0.06], 0.006, printed);
  });
});
