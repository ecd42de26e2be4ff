/** The reference's time loops against values worked out by hand. */

import { describe, expect, it } from "vitest";
import { Charge } from "../../src/kernels/contract.js";
import { referenceKernels as k } from "../../src/kernels/reference/kernels.js";

const f = (...values: number[]): Float32Array => Float32Array.from(values);
/** An array that a kernel is to overwrite. */
const blank = (n: number): Float32Array => new Float32Array(n).fill(NaN);

describe("ATIF and IFSRL", () => {
  /** Spike trains of one neuron. */
  function train(x: number[], theta: number, v0 = 0): { spikes: string; v: number[] } {
    const T = x.length;
    const [y, vSeq, v] = [blank(T), blank(T), blank(1)];
    k.atifForward(y, v, vSeq, f(...x), f(v0), f(theta), T, 1, true, false);
    const unscaled = blank(T);
    k.atifForward(unscaled, blank(1), null, f(...x), f(v0), f(theta), T, 1, false, false);
    expect(y).toEqual(unscaled.map((z) => z * theta));
    expect(v[0]).toBe(vSeq[T - 1]);
    return { spikes: unscaled.join(""), v: [...vSeq] };
  }
  const constant = (x: number, T: number): number[] => new Array<number>(T).fill(x);

  it.each([
    [constant(0.25, 8), 1, 0, "00010001"],
    [constant(0.375, 8), 1, 0, "00100101"],
    [constant(0.625, 8), 1, 0, "01011011"],
    [constant(0.75, 4), 1, 0.5, "1101"],
    [constant(0.5, 8), 0.875, 0, "01010110"],
    [constant(0.375, 8), 1, 0.5, "01010010"],
    [[0.5, -1, 1.5, 1], 1, 0, "0011"],
    [[0.75, 0.75, -2, 0.75], 1, 0, "0100"],
  ])("x = %j, theta = %f, v0 = %f fires %s", (x, theta, v0, spikes) => {
    expect(train(x, theta, v0).spikes).toBe(spikes);
  });

  it("keeps what is left after a spike", () => {
    expect(train(constant(1.5, 4), 1)).toEqual({ spikes: "1111", v: [0.5, 1, 1.5, 2] });
    expect(train(constant(-0.5, 4), 1)).toEqual({ spikes: "0000", v: [-0.5, -1, -1.5, -2] });
    expect(train([0.75, 0.75, -2, 0.75], 1).v.at(-1)).toBe(-0.75);
  });

  it("an infinite membrane is NaN after the step, as in PyTorch: 0 times infinity", () => {
    const [y, v] = [blank(2), blank(2)];
    k.atifForward(y, v, null, f(Infinity, -Infinity), null, f(1), 1, 2, true, false);
    expect(y).toEqual(f(1, 0));
    expect(v).toEqual(f(NaN, NaN));
  });

  it("NaN stays in its neuron and never fires", () => {
    const [y, v] = [blank(4), blank(2)];
    k.atifForward(y, v, null, f(NaN, 1, 5, 1), null, f(1), 2, 2, true, false);
    expect(y).toEqual(f(0, 1, 0, 1));
    expect(v).toEqual(f(NaN, 0));
  });

  // u = v0 + x = 1/2 = theta, so z = 1; alpha = 4 makes g = 1 and theta g = 1/2; w = 2, dL/dv = 8
  it.each([
    ["ATIF", true, false, -3, 5], // (2 - 8) (1 - 1/2);  8 + (2 - 8) / 2
    ["ATIF, detached", true, true, -7, 9], // 2 (1 - 1/2) - 8;  8 + 2 / 2
    ["IFSRL", false, false, -6, 6], // -2 + 8 (1/2 - 1);  2 + 8 (1 - 1/2)
    ["IFSRL, detached", false, true, -10, 10], // -2 - 8;  2 + 8
  ])("backward of one step on the threshold: %s", (_, scaled, detach, dtheta, dx) => {
    const [gotX, gotTheta, dv] = [blank(1), blank(1), f(8)];
    k.atifBackward(gotX, dv, gotTheta, f(2), f(0.25), f(0.25), f(0.5), 1, 1, 4, scaled, detach, false);
    expect({ dx: gotX[0], dv: dv[0], dtheta: gotTheta[0] }).toEqual({ dx, dv: dx, dtheta });
  });

  it("backward of nothing: no steps or no neurons", () => {
    const [dv, dtheta] = [f(3), blank(1)];
    k.atifBackward(f(), dv, dtheta, f(), f(), null, f(1), 0, 1, 1, true, false, false);
    expect([dv[0], dtheta[0]]).toEqual([3, 0]);
    k.atifBackward(f(), f(), dtheta, f(), f(), null, f(1), 4, 0, 1, true, false, false);
    expect(dtheta[0]).toBe(0);
  });
});

describe("IF and LIF", () => {
  const never = 1e9;

  it.each([
    ["integrate", Charge.integrate, 0, 0, 1, 0.5, 1.5],
    ["leakInputByTau, r = 0", Charge.leakInputByTau, 2, 0, 1, 0.5, 0.75], // 1 + (0.5 - 1) / 2
    ["leakInputByTau, r = 0.5", Charge.leakInputByTau, 2, 0.5, 1, 0.25, 0.875], // 1 + (0.25 - 0.5) / 2
    ["leakByTau, r = 0", Charge.leakByTau, 2, 0, 1, 0.25, 0.75], // 1 (1 - 1/2) + 0.25
    ["leakByTau, r = 0.5", Charge.leakByTau, 2, 0.5, 1, 0.25, 1], // 1 - 0.5 / 2 + 0.25
    ["leakInputByRate, r = 0", Charge.leakInputByRate, 0.25, 0, 1, 2, 1.25], // 1 + (2 - 1) / 4
    ["leakInputByRate, r = 0.5", Charge.leakInputByRate, 0.25, 0.5, 1, 2, 1.375], // 1 + (2 - 0.5) / 4
    ["leakByRate, r = 0", Charge.leakByRate, 0.25, 0, 1, 0.5, 1.25], // 1 (1 - 1/4) + 0.5
    ["leakByRate, r = 0.5", Charge.leakByRate, 0.25, 0.5, 1, 0.5, 1.375], // 1 - 0.5 / 4 + 0.5
  ])("charge %s", (_, charge, leak, r, v0, x, u) => {
    const v = f(v0);
    k.lifForward(blank(1), v, null, f(x), leak === 0 ? null : f(leak), 1, 1, charge, never, r, false);
    expect(v[0]).toBe(u);
  });

  it("resets softly and hard; a tie fires", () => {
    const [y, vSeq] = [blank(3), blank(3)];
    k.lifForward(y, f(0), vSeq, f(0.5, 0.25, 1), null, 3, 1, Charge.integrate, 0.75, 0, true);
    expect([...y, ...vSeq]).toEqual([0, 1, 1, 0.5, 0, 0.25]);
    k.lifForward(y, f(0), vSeq, f(0.5, 0.25, 2), null, 3, 1, Charge.integrate, 0.75, -0.5, false);
    expect([...y, ...vSeq]).toEqual([0, 1, 1, 0.5, -0.5, -0.5]);
  });

  // v = 1/2, x = 1: u = 1/2 + (1 - 1/2) / 2 = 3/4, on the threshold; alpha = 4 makes g = 1; w = 2, dL/dv = 8
  it.each([
    ["soft", true, false, 4], // mu = 2 + 8 (1 - 3/4)
    ["soft, detached", true, true, 10], // 2 + 8
    ["hard", false, false, -4], // 2 + 8 (0 - 3/4)
    ["hard, detached", false, true, 2], // 2 + 8 * 0
  ])("backward of one step on the threshold: %s", (_, soft, detach, mu) => {
    const [dx, dleak, dv] = [blank(1), blank(1), f(8)];
    const charge = Charge.leakInputByTau;
    k.lifBackward(dx, dv, dleak, f(2), f(1), f(0.5), f(2), 1, 1, charge, 0.75, 0, soft, 4, detach);
    // du/dx = 1/2, du/dv = 1/2, du/dtau = -(1 - 1/2) / 4
    expect([dx[0], dv[0], dleak[0]]).toEqual([mu / 2, mu / 2, -mu / 8]);
  });
});
