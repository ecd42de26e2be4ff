/** The quantizer of the reference, replayed: values, ranges, gradients. */

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import "../../src/ops/install.js";
import { quantizerOptions } from "../../src/quantization/quantizer-options.js";
import { Quantizer } from "../../src/quantization/quantizer.js";
import type {
  Quantype,
  QuantParams,
  RangeSetting,
  Roundtype,
  TensorType,
} from "../../src/quantization/quantizer-options.js";
import { tensor, type Tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { expectClose, expectSameBits } from "../closeness.js";

type Numbers = readonly (number | string)[];

interface Case {
  readonly kind: Quantype;
  readonly bits: number;
  readonly roundtype: Roundtype;
  readonly global_max: number;
  readonly force_q: number | null;
  readonly fractional_bits: number | null;
  readonly y: Numbers;
}

interface Step {
  readonly mode?: "eval";
  readonly x: Numbers;
  readonly y: Numbers;
  readonly global_max: number;
  readonly global_min: number;
  readonly fractional_bits: number;
}

interface Tracking {
  readonly tensor_type: string;
  readonly quantype: Quantype;
  readonly range_setting: RangeSetting;
  readonly bits: number;
  readonly roundtype: Roundtype;
  readonly steps: readonly Step[];
}

interface Golden {
  readonly x: Numbers;
  readonly cases: readonly Case[];
  readonly range_tracking: readonly Tracking[];
  readonly shared_weight_bias: {
    readonly w: readonly Numbers[];
    readonly b: Numbers;
    readonly wq: readonly Numbers[];
    readonly bq: Numbers;
    readonly global_max: number;
    readonly fractional_bits: number;
  };
  readonly untrained_eval: { readonly y: Numbers; readonly fractional_bits: number };
  readonly untrained_eval_force_q: { readonly y: Numbers; readonly fractional_bits: number };
  readonly zero_range: { readonly y: Numbers; readonly global_max: number; readonly fractional_bits: number };
  readonly disabled: { readonly y: Numbers; readonly fractional_bits: null };
  readonly mse_ranges: readonly {
    readonly range_setting: RangeSetting;
    readonly bits: number;
    readonly x: Numbers;
    readonly y: Numbers;
    readonly global_max: number;
    readonly global_min: number;
    readonly fractional_bits: number;
  }[];
  readonly ste_gradients: readonly (Case & {
    readonly quantype: Quantype;
    readonly x: Numbers;
    readonly c: Numbers;
    readonly grad_x: Numbers;
  })[];
  readonly lsq: readonly {
    readonly bits: number;
    readonly x: Numbers;
    readonly scale_init: number | readonly number[];
    readonly y_train: Numbers;
    readonly y_eval?: Numbers;
    readonly c?: Numbers;
    readonly grad_x?: Numbers;
    readonly grad_scale?: number;
    readonly fractional_bits?: number;
    readonly global_max?: number;
  }[];
  readonly update_params: {
    readonly quant_params: Readonly<Record<string, unknown>>;
    readonly results: readonly {
      readonly tensor_type: TensorType;
      readonly params: Readonly<Record<string, unknown>>;
    }[];
  };
}

const golden = JSON.parse(readFileSync(new URL("quantizer.json", import.meta.url), "utf8")) as Golden;

const numbers = (values: Numbers): Float32Array => Float32Array.from(values, (value) => Number(value));
const compat = "qualia" as const;

function backward(y: Tensor, c: Numbers): void {
  y.mul(tensor(numbers(c)))
    .sum()
    .backward();
}

describeBackends("the reference's quantizer", (backend) => {
  beforeAll(() => init({ backend }));

  it.each([undefined, compat] as const)(
    "gives the same values for each range, width and rounding (compat %s)",
    (faults) => {
      for (const {
        kind,
        bits,
        roundtype,
        global_max: max,
        force_q: forceQ,
        fractional_bits: q,
        y,
      } of golden.cases) {
        const quantizer = new Quantizer({
          quantype: kind,
          bits,
          roundtype,
          forceQ,
          ...(faults && { compat: faults }),
        });
        quantizer.globalMax = max;
        const what = `${kind} ${bits} ${roundtype} ${max} ${forceQ}`;
        expectSameBits(
          quantizer
            .eval()
            .forward(tensor(numbers(golden.x)))
            .toArray(),
          numbers(y),
          what,
        );
        expect(quantizer.fractionalBits, what).toBe(q);
      }
      expect(golden.cases.length).toBe(108);
    },
  );

  it("keeps the largest range, or that of the present weights", () => {
    for (const {
      tensor_type: type,
      steps,
      quantype,
      range_setting: rangeSetting,
      bits,
      roundtype,
    } of golden.range_tracking) {
      const tensorType = type === "w" ? "w" : "act";
      const quantizer = new Quantizer({ tensorType, quantype, rangeSetting, bits, roundtype });
      for (const { mode, x, y, global_max: max, global_min: min, fractional_bits: q } of steps) {
        const given = quantizer.train(mode !== "eval").forward(tensor(numbers(x)));
        expectSameBits(given.toArray(), numbers(y));
        expect([quantizer.globalMax, quantizer.globalMin, quantizer.fractionalBits]).toEqual([max, min, q]);
      }
    }
  });

  it("compat: weights keep the largest range, too", () => {
    const [{ steps }] = golden.range_tracking;
    const quantizer = new Quantizer({ tensorType: "w", compat });
    for (const { mode, x, y, global_max: max } of steps) {
      expectSameBits(
        quantizer
          .train(mode !== "eval")
          .forward(tensor(numbers(x)))
          .toArray(),
        numbers(y),
      );
      expect(quantizer.globalMax).toBe(max);
    }
  });

  it("gives weights and bias one range", () => {
    const { w, b, wq, bq, global_max: max, fractional_bits: q } = golden.shared_weight_bias;
    const quantizer = new Quantizer({ roundtype: "floor" });
    const [weights, bias] = quantizer.forward(tensor(numbers(w.flat()), [2, 2]), tensor(numbers(b)));
    expect(weights.shape).toEqual([2, 2]);
    expectSameBits(weights.toArray(), numbers(wq.flat()));
    expectSameBits(bias.toArray(), numbers(bq));
    expect([quantizer.globalMax, quantizer.fractionalBits]).toEqual([max, q]);
  });

  it("compat: NaN before there is a range, unless the fractional bits are given", () => {
    const untrained = new Quantizer({ compat }).eval();
    expectSameBits(untrained.forward(tensor([0.5, -1])).toArray(), numbers(golden.untrained_eval.y));
    expect(untrained.fractionalBits).toBe(golden.untrained_eval.fractional_bits);
    expect(
      new Quantizer({ quantype: "fake", compat })
        .eval()
        .forward(tensor([1]))
        .item(),
    ).toBeNaN();
    const { y, fractional_bits: q } = golden.untrained_eval_force_q;
    const forced = new Quantizer({ forceQ: 3 }).eval();
    expectSameBits(forced.forward(tensor([0.5, -1])).toArray(), numbers(y));
    expect(forced.fractionalBits).toBe(q);
  });

  it("a range of 0, and none at all", () => {
    const { y, global_max: max, fractional_bits: q } = golden.zero_range;
    const silent = new Quantizer();
    expectSameBits(silent.forward(tensor([0, 0])).toArray(), numbers(y));
    expect([silent.globalMax, silent.fractionalBits]).toEqual([max, q]);
    const disabled = new Quantizer({ quantEnable: false });
    const x = tensor(numbers(golden.disabled.y));
    expect(disabled.forward(x)).toBe(x);
    expect(disabled.fractionalBits).toBe(golden.disabled.fractional_bits);
  });

  it("searches ranges", () => {
    for (const {
      range_setting: rangeSetting,
      bits,
      x,
      y,
      global_max: max,
      global_min: min,
      fractional_bits: q,
    } of golden.mse_ranges) {
      const quantizer = new Quantizer({ rangeSetting, bits });
      const given = quantizer.forward(tensor(numbers(x)));
      // The formula is flat at its minimum: the reference, in float32, may end a step of 0.02 away.
      const tolerance = rangeSetting === "MSE_analysis" ? 0.0201 : 0;
      expect(Math.abs(quantizer.globalMax - max), `${rangeSetting} ${bits}`).toBeLessThanOrEqual(tolerance);
      expect(quantizer.globalMin).toBe(-quantizer.globalMax);
      if (quantizer.globalMax === max) {
        expectSameBits(given.toArray(), numbers(y));
        expect([quantizer.globalMin, quantizer.fractionalBits]).toEqual([min, q]);
      }
    }
  });

  it("lets gradients straight through", () => {
    for (const {
      bits,
      quantype,
      roundtype,
      force_q: forceQ,
      global_max: max,
      x,
      y,
      c,
      grad_x: dx,
    } of golden.ste_gradients) {
      const quantizer = new Quantizer({ bits, quantype, roundtype, forceQ });
      quantizer.globalMax = max;
      const input = tensor(numbers(x), [x.length], { requiresGrad: true });
      const given = quantizer.eval().forward(input);
      expectSameBits(given.toArray(), numbers(y));
      backward(given, c);
      expectSameBits(input.grad?.toArray() ?? [], numbers(dx));
    }
  });

  it("learns its step", () => {
    for (const each of golden.lsq) {
      const { bits, x, y_train: train, y_eval: evaluated, c, grad_x: dx, grad_scale: dstep } = each;
      const quantizer = new Quantizer({ bits, LSQ: true, compat });
      const input = tensor(numbers(x), [x.length], { requiresGrad: true });
      const given = quantizer.forward(input);
      expectSameBits(quantizer.learnedStep?.toArray() ?? [], [each.scale_init].flat(), "step");
      expectSameBits(given.toArray(), numbers(train), "training");
      if (evaluated === undefined || c === undefined || dx === undefined || dstep === undefined) continue;
      backward(given, c);
      expectSameBits(input.grad?.toArray() ?? [], numbers(dx), "dx");
      // The sums of the reference, in float32, nearly cancel.
      expectClose(quantizer.learnedStep?.grad?.toArray() ?? [], [dstep], 1e-5);
      expectSameBits(quantizer.eval().forward(input).toArray(), numbers(evaluated), "evaluation");
      expect([quantizer.globalMax, quantizer.fractionalBits]).toEqual([
        each.global_max,
        each.fractional_bits,
      ]);
    }
  });
});

describe("options per kind of tensor", () => {
  const camelCase = (key: string): string =>
    key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const renamed = (params: object): object =>
    Object.fromEntries(
      Object.entries(params).map(([key, value]: [string, unknown]) => [
        camelCase(key),
        typeof value === "object" && value !== null ? renamed(value) : value,
      ]),
    );

  it("are those of all, and over them those of the kind", () => {
    const params = renamed(golden.update_params.quant_params) as QuantParams;
    for (const { tensor_type: type, params: expected } of golden.update_params.results) {
      const { tensorType, ...options } = quantizerOptions(type, params, undefined);
      expect({ ...options, tensorType: `${tensorType}_type` }).toEqual({ LSQ: false, ...renamed(expected) });
    }
  });
});
