/**
 * The neurons' backward kernels against forward-mode differentiation: every quantity carries its derivative by one
 * input, in float64, through the equations as the contract writes them, with dz = g(q) dq for the spike.
 */

import { describe, expect, it } from "vitest";
import { Charge } from "../../src/kernels/contract.js";
import { referenceKernels as kernels } from "../../src/kernels/reference/kernels.js";
import { Generator } from "../../src/random/generator.js";

/** A value and its derivative. */
class Dual {
  constructor(
    readonly value: number,
    readonly slope = 0,
  ) {}
  plus(b: Dual): Dual {
    return new Dual(this.value + b.value, this.slope + b.slope);
  }
  minus(b: Dual): Dual {
    return new Dual(this.value - b.value, this.slope - b.slope);
  }
  times(b: Dual): Dual {
    return new Dual(this.value * b.value, this.slope * b.value + this.value * b.slope);
  }
  over(b: Dual): Dual {
    const quotient = this.value / b.value;
    return new Dual(quotient, (this.slope - quotient * b.slope) / b.value);
  }
  /** A spike, whose derivative is that of sigmoid(alpha q). */
  fire(alpha: number): Dual {
    const s = 1 / (1 + Math.exp(-alpha * this.value));
    return new Dual(this.value >= 0 ? 1 : 0, alpha * s * (1 - s) * this.slope);
  }
  detached(): Dual {
    return new Dual(this.value);
  }
}

const ONE = new Dual(1);

/** One neuron's inputs, named by what they are differentiated by. */
interface Inputs {
  x: number[];
  v0: number;
  /** theta or leak */
  parameter: number;
}

/** Charge of v and x by the parameter, then fire and reset: y and the next v. */
type Step = (v: Dual, x: Dual, parameter: Dual) => [y: Dual, v: Dual];

/** L = sum of w y + wv v_T, and its derivative by every input. */
function differentiate(step: Step, inputs: Inputs, w: readonly number[], wv: number) {
  const slopeBy = (seed: (name: string, index: number) => boolean): { spikes: number[]; slope: number } => {
    const dual = (value: number, name: string, index = 0): Dual => new Dual(value, seed(name, index) ? 1 : 0);
    const parameter = dual(inputs.parameter, "parameter");
    let v = dual(inputs.v0, "v0");
    let loss = new Dual(0);
    const spikes: number[] = [];
    inputs.x.forEach((x, t) => {
      const [y, next] = step(v, dual(x, "x", t), parameter);
      loss = loss.plus(y.times(new Dual(w[t])));
      spikes.push(y.value === 0 ? 0 : 1);
      v = next;
    });
    return { spikes, slope: loss.plus(v.times(new Dual(wv))).slope };
  };
  return {
    spikes: slopeBy(() => false).spikes,
    dx: inputs.x.map((_, t) => slopeBy((name, index) => name === "x" && index === t).slope),
    dv0: slopeBy((name) => name === "v0").slope,
    dparameter: slopeBy((name) => name === "parameter").slope,
  };
}

interface Problem {
  T: number;
  n: number;
  /** Of neuron i. */
  inputs: Inputs[];
  w: number[][];
  wv: number[];
}

function randomProblem(random: Generator, parameter: number): Problem {
  const [T, n] = [6, 5];
  const normal = (): number => Math.fround(random.normal());
  const row = (length: number): number[] => Array.from({ length }, normal);
  return {
    T,
    n,
    inputs: Array.from({ length: n }, () => ({ x: row(T), v0: normal(), parameter: Math.fround(parameter) })),
    w: Array.from({ length: n }, () => row(T)),
    wv: row(n),
  };
}

/** [n][T] to [T, n] */
function timeFirst(rows: readonly (readonly number[])[], T: number): Float32Array {
  return Float32Array.from(
    { length: T * rows.length },
    (_, i) => rows[i % rows.length][Math.floor(i / rows.length)],
  );
}

interface Arrays {
  dx: Float32Array;
  dv: Float32Array;
  dparameter: Float32Array;
  w: Float32Array;
  x: Float32Array;
  v0: Float32Array;
  parameter: Float32Array;
}

/** Runs a backward kernel on the problem and compares. `fired` gives the kernel's own spikes. */
function compare(
  problem: Problem,
  step: Step,
  fired: (arrays: Arrays) => Float32Array,
  backward: (arrays: Arrays) => void,
): void {
  const { T, n, inputs, w, wv } = problem;
  const arrays: Arrays = {
    dx: new Float32Array(T * n),
    dv: Float32Array.from(wv),
    dparameter: new Float32Array(1),
    w: timeFirst(w, T),
    x: timeFirst(
      inputs.map(({ x }) => x),
      T,
    ),
    v0: Float32Array.from(inputs, ({ v0 }) => v0),
    parameter: Float32Array.of(inputs[0].parameter),
  };
  const truth = inputs.map((input, i) => differentiate(step, input, w[i], wv[i]));
  // float32 and float64 must have decided every spike alike, or the derivatives are those of different runs
  const spikes = fired(arrays).map((y) => (y === 0 ? 0 : 1));
  expect(spikes).toEqual(
    timeFirst(
      truth.map((one) => one.spikes),
      T,
    ),
  );
  expect(spikes).toContain(1);
  backward(arrays);
  const near = (actual: number, expected: number): void =>
    expect(Math.abs(actual - expected) / Math.max(1, Math.abs(expected))).toBeLessThan(1e-5);
  const dx = timeFirst(
    truth.map((one) => one.dx),
    T,
  );
  dx.forEach((expected, i) => near(arrays.dx[i], expected));
  truth.forEach(({ dv0 }, i) => near(arrays.dv[i], dv0));
  near(
    arrays.dparameter[0],
    truth.reduce((total, { dparameter }) => total + dparameter, 0),
  );
}

describe("atifBackward", () => {
  const flags = [true, false].flatMap((scaled) => [true, false].map((detach) => ({ scaled, detach })));

  it.each(flags)("is the derivative: scaled $scaled, detached $detach", ({ scaled, detach }) => {
    const random = new Generator(1);
    for (const [theta, alpha] of [
      [1, 1],
      [0.7, 2],
      [0.35, 4],
      [1.3, 0.5],
    ]) {
      const step: Step = (v, x, th) => {
        const u = v.plus(x);
        const q = u.minus(th);
        const z = q.fire(alpha);
        const zReset = detach ? z.detached() : z;
        return [scaled ? z.times(th) : z, ONE.minus(zReset).times(u).plus(zReset.times(q))];
      };
      const problem = randomProblem(random, theta);
      const { T, n } = problem;
      compare(
        problem,
        step,
        ({ x, v0, parameter }) => {
          const y = new Float32Array(T * n);
          kernels.atifForward(y, v0.slice(), null, x, v0, parameter, T, n, scaled, false);
          return y;
        },
        ({ dx, dv, dparameter, w, x, v0, parameter }) =>
          kernels.atifBackward(dx, dv, dparameter, w, x, v0, parameter, T, n, alpha, scaled, detach, false),
      );
    }
  });

  /** d(sum of y)/dtheta and /dx for theta = alpha = 1 unless said otherwise. */
  function total(x: number[], theta = 1): { dtheta: number; dx: number[] } {
    const T = x.length;
    const [dx, dtheta] = [new Float32Array(T), new Float32Array(1)];
    const [w, xs] = [new Float32Array(T).fill(1), Float32Array.from(x)];
    kernels.atifBackward(
      dx,
      new Float32Array(1),
      dtheta,
      w,
      xs,
      null,
      Float32Array.of(theta),
      T,
      1,
      1,
      true,
      false,
      false,
    );
    return { dtheta: dtheta[0], dx: [...dx] };
  }

  it("gives the closed form's values", () => {
    const constant = total([0.375, 0.375, 0.375, 0.375]);
    expect(constant.dtheta).toBeCloseTo(0.0997352927, 6);
    [0.6652609951, 0.5669098041, 0.4255076587, 0.2350037122].forEach((dx, t) =>
      expect(constant.dx[t]).toBeCloseTo(dx, 6),
    );
    expect(total([0.625, 0.625, 0.625, 0.625]).dtheta).toBeCloseTo(0.9030289765, 6);
    const varying = total([0.5, -1, 1.5, 1]);
    expect(varying.dtheta).toBeCloseTo(1.1161311407, 6);
    [0.6338688593, 0.5213948793, 0.4375, 0.25].forEach((dx, t) => expect(varying.dx[t]).toBeCloseTo(dx, 6));
    expect(total([0.5, 0.5, 0.5, 0.5], 0.875).dtheta).toBeCloseTo(0.9954381994, 6);
  });

  it("takes a missing state for zeros", () => {
    const run = (v0: Float32Array | null): Float32Array => {
      const dx = new Float32Array(4);
      const x = Float32Array.of(0.5, 0.75, 0.5, 0.25);
      const [dv, dtheta, w, theta] = [
        new Float32Array(2),
        new Float32Array(1),
        x.map((value) => 1 - value),
        x.slice(1, 2),
      ];
      kernels.atifBackward(dx, dv, dtheta, w, x, v0, theta, 2, 2, 1, true, false, false);
      return dx;
    };
    expect(run(null)).toEqual(run(new Float32Array(2)));
  });
});

describe("lifBackward", () => {
  const resets = [
    { softReset: true, vReset: 0, detach: false },
    { softReset: true, vReset: 0, detach: true },
    { softReset: false, vReset: 0, detach: false },
    { softReset: false, vReset: 0, detach: true },
    { softReset: false, vReset: -0.3, detach: false },
    { softReset: false, vReset: -0.3, detach: true },
  ];
  const runs = Object.entries(Charge).flatMap(([name, charge]) =>
    resets.map((reset) => ({ name, charge, ...reset })),
  );

  it.each(runs)(
    "is the derivative: $name, soft reset $softReset to $vReset, detached $detach",
    ({ charge, softReset, vReset, detach }) => {
      const random = new Generator(7);
      const byTau = charge === Charge.leakInputByTau || charge === Charge.leakByTau;
      const threshold = new Dual(Math.fround(0.6));
      const r = new Dual(Math.fround(vReset));
      for (const alpha of [1, 4]) {
        const step: Step = (v, x, leak) => {
          const rate = byTau ? ONE.over(leak) : leak;
          const u = {
            [Charge.integrate]: () => v.plus(x),
            [Charge.leakInputByTau]: () => v.plus(x.minus(v.minus(r)).times(rate)),
            [Charge.leakInputByRate]: () => v.plus(x.minus(v.minus(r)).times(rate)),
            [Charge.leakByTau]: () => v.minus(v.minus(r).times(rate)).plus(x),
            [Charge.leakByRate]: () => v.minus(v.minus(r).times(rate)).plus(x),
          }[charge]();
          const z = u.minus(threshold).fire(alpha);
          const zReset = detach ? z.detached() : z;
          const next = softReset
            ? u.minus(zReset.times(threshold))
            : ONE.minus(zReset).times(u).plus(zReset.times(r));
          return [z, next];
        };
        const problem = randomProblem(random, byTau ? 2.3 : 0.4);
        // drive harder, so that neurons that take in a part of the input fire too
        for (const input of problem.inputs) input.x = input.x.map((x) => Math.fround(2 * x));
        const { T, n } = problem;
        const leakOf = (parameter: Float32Array): Float32Array | null =>
          charge === Charge.integrate ? null : parameter;
        compare(
          problem,
          step,
          ({ x, v0, parameter }) => {
            const y = new Float32Array(T * n);
            const leak = leakOf(parameter);
            kernels.lifForward(y, v0.slice(), null, x, leak, T, n, charge, 0.6, vReset, softReset);
            return y;
          },
          ({ dx, dv, dparameter, w, x, v0, parameter }) => {
            const leak = leakOf(parameter);
            const dleak = leak === null ? null : dparameter;
            kernels.lifBackward(
              dx, dv, dleak, w, x, v0, leak, T, n, charge, 0.6, vReset, softReset, alpha, detach,
            ); // prettier-ignore
          },
        );
      }
    },
  );
});
