/**
 * Laws of the neuron (docs/neuron.md) on random dyadic values, which float32 sums exactly. Whole numbers count
 * sixty-fourths here, so that the expected values are exact too.
 */

import { beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import type { NodeBackend } from "../../src/neurons/base-node.js";
import { Generator } from "../../src/random/generator.js";
import { describeBackends } from "../backends.js";
import { expectSameBits } from "../closeness.js";
import { drive, layer } from "./drive.js";

const UNIT = 64;
const NEURONS = 300;
const LAYERS = 20;

/** One random layer: everything in sixty-fourths. x is [T][NEURONS]. */
interface Case {
  readonly theta: number;
  readonly T: number;
  readonly v0: readonly number[];
  readonly x: readonly (readonly number[])[];
}

type Draw = (random: Generator, theta: number) => number;

/** low <= value < high, in sixty-fourths; bounds in units of theta */
const between =
  (low: number, high: number): Draw =>
  (random, theta) =>
    Math.ceil(low * theta) + random.integer(Math.ceil(high * theta) - Math.ceil(low * theta));

/** Between the bounds, both included. */
const within =
  (low: number, high: number): Draw =>
  (random, theta) =>
    Math.ceil(low * theta) + random.integer(Math.floor(high * theta) - Math.ceil(low * theta) + 1);

const anyT = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

function cases(
  seed: number,
  v0: Draw,
  x: Draw,
  { constant = false, steps = anyT }: { constant?: boolean; steps?: readonly number[] } = {},
): Case[] {
  const random = new Generator(seed);
  return Array.from({ length: LAYERS }, () => {
    const theta = 8 + random.integer(120);
    const T = steps[random.integer(steps.length)];
    const neurons = Array.from({ length: NEURONS }, () => 0);
    const row = (): number[] => neurons.map(() => x(random, theta));
    const first = row();
    return {
      theta,
      T,
      v0: neurons.map(() => v0(random, theta)),
      x: Array.from({ length: T }, () => (constant ? first : row())),
    };
  });
}

/** Steps the library's neuron; counts and potentials, the latter in sixty-fourths. */
function step(
  { theta, T, v0, x }: Case,
  backend: NodeBackend,
): { counts: Int32Array; v: number[]; z: number[] } {
  const driven = drive(layer(theta / UNIT, { backend }), {
    x: x.flat().map((value) => value / UNIT),
    T,
    v0: v0.map((value) => value / UNIT),
  });
  return {
    counts: driven.counts,
    v: [...driven.v].map((value) => value * UNIT),
    z: [...driven.y].map((value) => (value === 0 ? 0 : 1)),
  };
}

/** floor(S_t / theta), S_t = v0 + x_1 + ... + x_t, for t = 1..T */
function levels({ theta, v0, x }: Case, i: number): number[] {
  let sum = v0[i];
  return x.map((row) => Math.floor((sum += row[i]) / theta));
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** Checks a rule for the count of every neuron of every case. */
function expectCounts(
  all: readonly Case[],
  backend: NodeBackend,
  rule: (c: Case, i: number) => number,
): void {
  let fired = 0;
  for (const c of all) {
    const { counts } = step(c, backend);
    counts.forEach((count, i) => {
      const expected = rule(c, i);
      if (count !== expected) {
        const x = c.x.map((row) => row[i]).join(", ");
        expect.fail(
          `theta ${c.theta}, v0 ${c.v0[i]}, x ${x} (in 1/64): ${count} spikes; expected ${expected}`,
        );
      }
      fired += count;
    });
  }
  // the rule was put to the test: some fired, some did not
  expect(fired).toBeGreaterThan(0);
  expect(fired).toBeLessThan(all.reduce((total, { T }) => total + T * NEURONS, 0));
}

/** clamp(floor((v0 + T x) / theta), 0, T) */
const R1 = ({ theta, T, v0, x }: Case, i: number): number =>
  clamp(Math.floor((v0[i] + T * x[0][i]) / theta), 0, T);

const anyState = within(-3, 4);
const anyInput = within(-2, 3);
const restState = between(0, 1);

describeBackends("laws of the neuron", (backend) => {
  beforeAll(() => init({ backend }));

  describe.each<NodeBackend>(["fused", "eager"])("%s", (nodeBackend) => {
    it("R0: theta N = v0 + sum of x - v, whatever the input", () => {
      for (const c of cases(10, anyState, anyInput)) {
        const { counts, v } = step(c, nodeBackend);
        const received = c.v0.map((v0, i) => c.x.reduce((sum, row) => sum + row[i], v0));
        const last = v.slice(-NEURONS);
        expectSameBits(
          [...counts].map((N) => c.theta * N),
          received.map((sum, i) => sum - last[i]),
        );
      }
    });

    it("R1: N = clamp(floor((v0 + T x) / theta), 0, T) for 0 <= v0 < theta and any constant x", () => {
      expectCounts(cases(11, restState, anyInput, { constant: true }), nodeBackend, R1);
    });

    it("R1: for 0 <= x <= theta the spike times are the steps of floor((v0 + t x) / theta)", () => {
      for (const c of cases(12, restState, within(0, 1), { constant: true })) {
        const A = c.v0.map((v0, i) => [Math.floor(v0 / c.theta), ...levels(c, i)]);
        const fires = c.x.flatMap((_, t) => A.map((a) => a[t + 1] - a[t]));
        expectSameBits(step(c, nodeBackend).z, fires);
      }
    });

    it("R2: R1 holds for any v0 >= 0 with x >= 0, and any v0 <= 0 with 0 <= x <= theta", () => {
      expectCounts(cases(13, within(0, 5), within(0, 3), { constant: true }), nodeBackend, R1);
      expectCounts(cases(14, within(-5, 0), within(0, 1), { constant: true }), nodeBackend, R1);
    });

    it("R2: elsewhere other rules hold", () => {
      const below = cases(15, within(-5, -0.01), within(1, 3), { constant: true });
      expectCounts(below, nodeBackend, ({ theta, T, v0, x }, i) => {
        const first = Math.max(1, Math.ceil((theta - v0[i]) / x[0][i]));
        return Math.max(0, T - first + 1);
      });
      const above = cases(16, within(1, 5), within(-2, -0.01), { constant: true });
      expectCounts(above, nodeBackend, ({ theta, T, v0, x }, i) =>
        Math.min(T, Math.floor(v0[i] / (theta - x[0][i]))),
      );
    });

    it("R3: N[t] = N[t-1] + [floor(S[t] / theta) > N[t-1]] for any input and any state", () => {
      expectCounts(cases(17, anyState, anyInput), nodeBackend, (c, i) =>
        levels(c, i).reduce((N, A) => (A > N ? N + 1 : N), 0),
      );
    });

    it("R3: N = floor(S / theta) for 0 <= x <= theta, and 0 <= v < theta after every step", () => {
      const all = cases(18, restState, within(0, 1));
      expectCounts(all, nodeBackend, (c, i) => levels(c, i)[c.T - 1]);
      for (const c of all) {
        expect(step(c, nodeBackend).v.every((v) => v >= 0 && v < c.theta)).toBe(true);
      }
    });

    it("R3: for 0 <= x <= theta the count does not depend on the order of the inputs", () => {
      const random = new Generator(19);
      for (const c of cases(20, restState, within(0, 1))) {
        const order = random.shuffle(c.x.map((_, t) => t));
        const shuffled = { ...c, x: order.map((t) => c.x[t]) };
        expectSameBits(step(shuffled, nodeBackend).counts, step(c, nodeBackend).counts);
      }
    });

    it("R3: N = max(0, max over t of floor(S[t] / theta)) for x <= theta of any sign: spikes cannot be undone", () => {
      expectCounts(cases(21, restState, within(-2, 1)), nodeBackend, (c, i) => Math.max(0, ...levels(c, i)));
    });

    it("R3: N = min(T, min over s of floor(S[s] / theta) + T - s) for x >= 0: a queue with one server", () => {
      expectCounts(cases(22, restState, within(0, 3)), nodeBackend, (c, i) =>
        Math.min(c.T, ...levels(c, i).map((A, t) => A + c.T - (t + 1))),
      );
    });

    it("R5: T steps of a binary spike are one step with T levels of theta / T", () => {
      // with T a power of 2, theta / T and v0 / T are exact
      const all = cases(23, restState, anyInput, { constant: true, steps: [1, 2, 4, 8] });
      for (const c of all) {
        const step1 = c.theta / c.T;
        const oneStep = c.v0.map((v0, i) => clamp(Math.floor((v0 / c.T + c.x[0][i]) / step1), 0, c.T));
        expectSameBits(step(c, nodeBackend).counts, oneStep);
      }
    });

    it("R6: scaling x, v0 and theta by a power of 2 scales y and v by it, to the bit", () => {
      const random = new Generator(24);
      const draw = (): Float32Array => Float32Array.from({ length: 6 * 300 }, () => random.normal());
      const [x, v0] = [draw(), draw().slice(0, 300)];
      const once = drive(layer(0.83, { backend: nodeBackend }), { x, T: 6, v0 });
      for (const c of [2 ** -20, 0.5, 2, 2 ** 13]) {
        const scaled = drive(layer(Math.fround(0.83) * c, { backend: nodeBackend }), {
          x: x.map((value) => value * c),
          T: 6,
          v0: v0.map((value) => value * c),
        });
        expectSameBits(
          scaled.y,
          once.y.map((value) => value * c),
          `y at ${c}`,
        );
        expectSameBits(
          scaled.v,
          once.v.map((value) => value * c),
          `v at ${c}`,
        );
      }
    });
  });

  describe("where the short formula clamp(floor(S / theta), 0, T) is wrong", () => {
    it.each([
      // [x, count, short formula]
      [[1, -1], 1, 0],
      [[0, 2], 1, 2],
      [[2, 0], 2, 2],
    ])("x %j: %i spikes, not %i", (x, count, short) => {
      expect(clamp(Math.floor(x.reduce((a, b) => a + b)), 0, x.length)).toBe(short);
      expect(drive(layer(1), { x, T: x.length }).counts[0]).toBe(count);
    });

    it.each([
      [-10, 3, 5, 2, 5],
      [3, -0.5, 4, 2, 1],
    ])("v0 %f, x %f, T %i: %i spikes, not %i", (v0, x, T, count, short) => {
      expect(clamp(Math.floor(v0 + T * x), 0, T)).toBe(short);
      expect(drive(layer(1), { x: [x], T, v0: [v0], constant: true }).counts[0]).toBe(count);
    });
  });
});
