/** The quantizer by hand, its laws, and what it keeps. */

import { beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import { Module } from "../../src/module/module.js";
import { SGD } from "../../src/optimizers/sgd.js";
import "../../src/ops/install.js";
import { errorFunction } from "../../src/quantization/error-function.js";
import { fractionalBitsOf } from "../../src/quantization/fixed-point.js";
import { quantizerOptions, readQuantParams } from "../../src/quantization/quantizer-options.js";
import type { QuantizerOptions } from "../../src/quantization/quantizer-options.js";
import { Quantizer } from "../../src/quantization/quantizer.js";
import { integersOf, roundHalfEven } from "../../src/quantization/rounding.js";
import { Generator } from "../../src/random/generator.js";
import { scope } from "../../src/tensor/scope.js";
import { memory } from "../../src/tensor/memory.js";
import { tensor, type Tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { expectClose, expectSameBits } from "../closeness.js";

const list = (x: Tensor): number[] => [...x.toArray()];

function ranged(options: QuantizerOptions, max: number): Quantizer {
  const quantizer = new Quantizer(options);
  quantizer.globalMax = max;
  return quantizer.eval();
}

describeBackends("a quantizer", (backend) => {
  beforeAll(() => init({ backend }));

  it.each<[QuantizerOptions["roundtype"] & string, number[]]>([
    ["nearest", [-2, -1, 0, 0, 1, 3]],
    ["floor", [-2, -2, -1, 0, 0, 2]],
    ["ceil", [-1, -1, -0, 1, 1, 3]],
  ])("rounds to %s", (roundtype, expected) => {
    const x = tensor([-1.75, -1.5, -0.5, 0.25, 0.75, 2.5]);
    expectSameBits(ranged({ bits: 4, roundtype, forceQ: 0 }, 1).forward(x).toArray(), expected);
  });

  it("clamps to the integers of its bits", () => {
    for (const bits of [2, 3, 8, 16]) {
      const ends = list(ranged({ bits, forceQ: 0 }, 1).forward(tensor([-1e9, 1e9])));
      expect(ends).toEqual([-(2 ** (bits - 1)), 2 ** (bits - 1) - 1]);
    }
  });

  it("what it gave it gives again, in every kind of rounding: its values are fixed points", () => {
    const random = new Generator(1);
    const x = tensor(Array.from({ length: 500 }, () => 3 * random.normal()));
    for (const quantype of ["fxp", "fake"] as const) {
      for (const bits of [2, 5, 8, 16]) {
        const quantizer = new Quantizer({ bits, quantype });
        const y = quantizer.forward(x);
        expectSameBits(quantizer.eval().forward(y).toArray(), y.toArray());
        const step = quantizer.grid?.step ?? NaN;
        // inside the range, no value moves by more than half a step
        const { high } = quantizer.grid ?? { high: NaN };
        list(x).forEach((value, i) => {
          if (value / step <= high)
            expect(Math.abs(value - y.toArray()[i])).toBeLessThanOrEqual((step / 2) * (1 + 1e-6));
        });
      }
    }
  });

  it("fxp: the values times 2^q are the integers", () => {
    const random = new Generator(2);
    const x = tensor(Array.from({ length: 200 }, () => random.normal()));
    const quantizer = new Quantizer({ bits: 6, roundtype: "floor" });
    const y = quantizer.forward(x);
    const { grid, fractionalBits } = quantizer;
    if (grid === null || fractionalBits === null) throw new Error("no grid");
    const integers = integersOf(x.toArray(), grid);
    expectSameBits(
      y.toArray(),
      [...integers].map((value) => value * 2 ** -fractionalBits),
    );
    expect(Math.max(...integers)).toBeLessThan(32);
  });

  it("keeps the largest range, of all calls in training; evaluation changes nothing", () => {
    const quantizer = new Quantizer();
    expect([quantizer.globalMax, quantizer.globalMin, quantizer.hasRange]).toEqual([
      -Infinity,
      Infinity,
      false,
    ]);
    quantizer.forward(tensor([]));
    expect(quantizer.hasRange).toBe(false);
    quantizer.forward(tensor([0.5, -2]));
    quantizer.forward(tensor([1]));
    quantizer.eval().forward(tensor([100]));
    expect([quantizer.globalMax, quantizer.globalMin, quantizer.hasRange]).toEqual([2, -2, true]);
    quantizer.globalMax = 4;
    expect([quantizer.globalMax, quantizer.globalMin]).toEqual([4, -2]);
    quantizer.globalMax = -Infinity;
    expect(quantizer.hasRange).toBe(false);
    quantizer.globalMin = -1;
    expect([quantizer.globalMax, quantizer.globalMin]).toEqual([1, -1]);
  });

  it("of weights, the range is that of the present ones", () => {
    const quantizer = new Quantizer({ tensorType: "w" });
    quantizer.forward(tensor([4]), tensor([8]));
    expect(quantizer.fractionalBits).toBe(3);
    quantizer.forward(tensor([0.25]), tensor([0.5]));
    expect([quantizer.globalMax, quantizer.fractionalBits]).toEqual([0.5, 7]);
    const kept = new Quantizer({ tensorType: "w", compat: "qualia" });
    kept.forward(tensor([8]));
    kept.forward(tensor([0.25]));
    expect(kept.globalMax).toBe(8);
  });

  it("a gradient passes where nothing was clamped, for weights and bias alike", () => {
    const quantizer = ranged({ bits: 3, forceQ: 0 }, 1);
    // -4 … 3; 3.4 is rounded to 3, 3.6 to 4, which is clamped
    const w = tensor([-5, -4.4, 0.2, 3.4, 3.6], [5], { requiresGrad: true });
    const b = tensor([9, 1], [2], { requiresGrad: true });
    const [wq, bq] = quantizer.forward(w, b);
    wq.sum().add(bq.mul(2).sum()).backward();
    expect(list(w.grad as Tensor)).toEqual([0, 1, 1, 1, 0]);
    expect(list(b.grad as Tensor)).toEqual([0, 2]);
  });

  it("LSQ: the step's gradient is that of the loss where rounding does not jump, straight through where it does", () => {
    const [s, c] = [0.5, [1, 2, 3]];
    // clamped at both ends, and one inside: high 1, low -2
    const quantizer = new Quantizer({ bits: 2, LSQ: true });
    const x = tensor([-3, 0.3, 2], [3], { requiresGrad: true });
    quantizer.forward(x);
    const step = quantizer.learnedStep;
    if (step === null) throw new Error("no step");
    step.data[0] = s;
    step.touched();
    const y = quantizer.forward(x);
    expect(list(y)).toEqual([-1, 0.5, 0.5]);
    y.mul(tensor(c)).sum().backward();
    // -2, 1 - 0.6, 1; g = 1 / sqrt(1 * 3)
    expectClose([step.grad?.item() ?? NaN], [(1 * -2 + 2 * (1 - 0.6) + 3 * 1) / Math.sqrt(3)], 1e-6);
    expectClose(list(x.grad as Tensor), [0, 2, 0], 1e-6);
    // Of clamped values, y is low s and high s: finite differences say the same.
    const sumAt = (at: number): number => {
      step.data[0] = at;
      step.touched();
      const [first, , last] = list(quantizer.forward(x.detach()));
      return c[0] * first + c[2] * last;
    };
    expectClose([(sumAt(0.5625) - sumAt(0.4375)) / 0.125], [1 * -2 + 3 * 1], 1e-5);
  });

  it("LSQ: the step is an optimizer's from the start, stays above 0, and starts at 1 of nothing but zeros", () => {
    const quantizer = new Quantizer({ bits: 4, LSQ: true });
    const optimizer = new SGD(quantizer.parameters(), { lr: 1000 });
    expect(quantizer.hasLearnedStep).toBe(false);
    quantizer
      .forward(tensor([10, 20]))
      .sum()
      .backward();
    const before = quantizer.learnedStep?.item() ?? 0;
    optimizer.step();
    expect(before).toBeGreaterThan(0);
    expect(quantizer.learnedStep?.item()).toBeGreaterThan(0);
    expect(quantizer.learnedStep?.item()).toBeLessThan(before);
    const zeros = new Quantizer({ bits: 4, LSQ: true });
    expect(list(zeros.eval().forward(tensor([0, 0])))).toEqual([0, 0]);
    expect(zeros.learnedStep?.item()).toBe(1);
  });

  it("needs no memory that lasts", () => {
    const quantizer = new Quantizer();
    const x = tensor([1, 2, 3], [3], { requiresGrad: true });
    const step = (): void => scope(() => quantizer.forward(x).sum().backward());
    step();
    const before = memory().liveBytes;
    for (let i = 0; i < 10; i++) step();
    expect(memory().liveBytes).toBe(before);
  });

  describe("what it keeps", () => {
    class Pair extends Module {
      readonly #q: Quantizer;
      readonly #lsq: Quantizer;
      constructor() {
        super();
        this.#q = this.registerChild("q", new Quantizer());
        this.#lsq = this.registerChild("lsq", new Quantizer({ LSQ: true }));
      }
      forward(x: Tensor): Tensor {
        return this.#lsq.forward(this.#q.forward(x));
      }
    }

    it("is nothing at first: the state dict of a network without quantizers loads", () => {
      const fresh = new Pair();
      expect([fresh.stateDict(), fresh.stateDict({ extras: true })]).toEqual([{}, {}]);
      expect(fresh.loadStateDict({})).toEqual({ missing: [], unexpected: [] });
      expect(fresh.extraShape("q.range")).toEqual([2]);
      expect(fresh.extraShape("q.weight")).toBeNull();
      fresh.checkStateDict("here");
    });

    it("is the range, where extras are asked for, and the learned step; both come back to the bit", () => {
      const used = new Pair();
      used.forward(tensor([0.3, -0.7]));
      expect(Object.keys(used.stateDict())).toEqual(["lsq.LSQscale"]);
      const all = used.stateDict({ extras: true });
      expect(Object.keys(all)).toEqual(["q.range", "lsq.LSQscale", "lsq.range"]);
      const again = new Pair();
      again.loadStateDict(all);
      expect(again.stateDict({ extras: true })).toEqual(all);
      const x = tensor([0.1, 0.2, -0.65, 3]);
      expectSameBits(again.eval().forward(x).toArray(), used.eval().forward(x).toArray());
      // What is missing stays.
      again.loadStateDict({});
      expect(again.stateDict({ extras: true })).toEqual(all);
    });

    it.each<[string, number[], string]>([
      ["q.range", [-1, 1], "q.range holds -1 and 1; expected the largest and the smallest value."],
      ["lsq.LSQscale", [0], "lsq.LSQscale holds 0; expected a step above 0."],
    ])("is checked: %s %j", (name, data, message) => {
      expect(() => new Pair().loadStateDict({ [name]: { shape: [data.length], data } })).toThrow(message);
    });
  });

  it("without a range it does not evaluate, unless q is given", () => {
    expect(() => new Quantizer({ tensorType: "v", bits: 5 }).eval().forward(tensor([1]))).toThrow(
      "Quantizer: it has no range (v, 5 bits), so that it cannot quantize in evaluation; expected one from training. " +
        "Show it data in training mode, call calibrate(model, dataset), or set globalMax.",
    );
    expect(list(new Quantizer({ forceQ: 2 }).eval().forward(tensor([0.3])))).toEqual([0.25]);
    expect(new Quantizer({ LSQ: true }).fractionalBits).toBeNull();
  });

  it.each<[object, typeof TypeError | typeof RangeError, string]>([
    [{ bits: 1 }, RangeError, "Quantizer: bits is 1; expected a whole number of at least 2."],
    [{ bits: 17 }, RangeError, "Quantizer: bits is 17; expected a whole number from 2 to 16."],
    [{ quantype: "fixed" }, RangeError, 'Quantizer: quantype is "fixed"; expected one of "fxp", "fake".'],
    [{ roundtype: "flor" }, RangeError, 'one of "nearest", "floor", "ceil". Did you mean "floor"?'],
    [{ rangeSetting: "max" }, RangeError, "Quantizer: rangeSetting is"],
    [
      { isAsymmetric: true },
      RangeError,
      "Quantizer: isAsymmetric is true; expected false: ranges are symmetric.",
    ],
    [
      { forceQ: 3, quantype: "fake" },
      RangeError,
      'Quantizer: forceQ is 3 and quantype "fake"; expected quantype "fxp"',
    ],
    [{ forceQ: 0.5 }, RangeError, "Quantizer: forceQ is 0.5; expected a whole number"],
    [{ lsq: true }, TypeError, 'Quantizer: unknown option "lsq"'],
    [{ compat: "torch" }, RangeError, "Quantizer: compat is"],
  ])("refuses %j", (options, type, message) => {
    expect(() => new Quantizer(options)).toThrow(type);
    expect(() => new Quantizer(options)).toThrow(message);
  });

  it("refuses a range that is none, and what is no tensor", () => {
    const quantizer = new Quantizer();
    expect(() => (quantizer.globalMax = -3)).toThrow(
      "Quantizer: globalMax is -3; expected a number of at least 0.",
    );
    expect(() => (quantizer.globalMin = NaN)).toThrow(RangeError);
    expect(() => quantizer.forward(3 as unknown as Tensor)).toThrow(
      "Quantizer: an argument is 3; expected a Tensor.",
    );
  });
});

describe("fractional bits", () => {
  it.each([
    [1, 8, 6], [0.9, 8, 7], [4, 8, 4], [3.9999998, 8, 5], [15.999999, 8, 3], [16, 8, 2],
    [0, 8, 6], [Infinity, 8, 7], [2 ** -149, 2, 149], [2 ** 127, 16, -113],
  ])("of a range of %f in %i bits are %i", (M, bits, q) => {
    expect(fractionalBitsOf(Math.fround(M), bits)).toBe(q);
  }); // prettier-ignore
});

describe("options of a network's quantizers", () => {
  it("potentials do not learn their step, unless the reference is followed", () => {
    expect(quantizerOptions("v", { LSQ: true }, undefined).LSQ).toBe(false);
    expect(quantizerOptions("v", { LSQ: true }, "qualia").LSQ).toBe(true);
    expect(quantizerOptions("w", { LSQ: true }, undefined).LSQ).toBe(true);
  });

  it.each<[object, string]>([
    [{ w: { bits: 20 } }, "here: w.bits is 20; expected a whole number from 2 to 16."],
    [{ weights: {} }, 'here: unknown option "weights"'],
    [{ act: { act: {} } }, 'here: act: unknown option "act"'],
    [{ quantype: "fake", v: { forceQ: 2 } }, 'here: v forceQ is 2 and quantype "fake"'],
  ])("refuses %j", (params, message) => {
    expect(() => readQuantParams("here", params)).toThrow(message);
  });
});

describe("numbers", () => {
  it("erf", () => {
    // A. & S., table 7.1
    const known = [
      [0, 0], [0.1, 0.1124629160182849], [0.5, 0.5204998778130465], [1, 0.8427007929497149], [2, 0.9953222650189527],
      [2.5, 0.999593047982555], [3, 0.9999779095030014], [4, 0.9999999845827421], [30, 1], [-1, -0.8427007929497149],
    ]; // prettier-ignore
    for (const [x, y] of known) expect(Math.abs(errorFunction(x) - y)).toBeLessThan(1e-14);
    expect(errorFunction(NaN)).toBeNaN();
  });

  it("halves go to the even one", () => {
    expect([-2.5, -1.5, -0.6, 0.5, 1.5, 2.4, 3].map(roundHalfEven)).toEqual([-2, -2, -1, 0, 2, 2, 3]);
  });
});
