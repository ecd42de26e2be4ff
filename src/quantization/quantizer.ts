/**
 * A quantizer: makes values what integers of a few bits can hold, and goes on with them as float32.
 *
 *   y = s clamp(round(x / s), -2^(bits-1), 2^(bits-1) - 1)
 *
 * The step s follows the range of what was seen in training: 2^-q with q fractional bits ("fxp"), or 2M / (2^bits - 1)
 * ("fake"). With LSQ it is learned (learned-step.ts). Gradients: rounding.ts.
 */

import { checkNonNegative } from "../checks.js";
import { StateError } from "../errors.js";
import { Module } from "../module/module.js";
import { Parameter } from "../module/parameter.js";
import { fix } from "../schema/fixed.js";
import { show } from "../show.js";
import { checkSameBackend } from "../tensor/same-backend.js";
import { Tensor } from "../tensor/tensor.js";
import { fractionalBitsOf } from "./fixed-point.js";
import { firstStep, LearnedStep } from "./learned-step.js";
import {
  readQuantizerOptions,
  type Quantype,
  type QuantizerOptions,
  type QuantizerSettings,
  type RangeSetting,
  type Roundtype,
  type TensorType,
} from "./quantizer-options.js";
import { rangeOf } from "./range-search.js";
import { roundingLoopsOf } from "./rounding-loops.js";
import { integerRange, type Grid } from "./grid.js";
import { RoundToGrid } from "./rounding.js";
import { countLimits, type SaturationCount } from "./saturation-count.js";

/** Below this a learned step is lost in rounding. */
const LEAST_STEP = 2 ** -100;

/** 2^-q is a float32 number that nothing is lost of. */
const MOST_FRACTIONAL_BITS = 126;

/** What stands for a range that is not known: no range is like it. */
const UNKNOWN = [-1, 1] as const;

/**
 * @example
 *   const quantizer = new Quantizer({ bits: 8 });
 *   quantizer.forward(x);                 // in training: takes note of the range of x
 *   const y = quantizer.eval().forward(x);
 */
export class Quantizer extends Module {
  declare readonly bits: number;
  declare readonly quantype: Quantype;
  declare readonly roundtype: Roundtype;
  declare readonly rangeSetting: RangeSetting;
  declare readonly forceQ: number | null;
  declare readonly LSQ: boolean;
  declare readonly quantEnable: boolean;
  declare readonly tensorType: TensorType;
  declare readonly compat: "qualia" | undefined;
  /** [global max, global min] */
  readonly #range: Tensor;
  /** [1]; 0 until the first use. */
  readonly #step: Parameter | null;
  /** Time steps that a value stands for. */
  #timesteps = 1;
  /** Where what it gives is counted; null: it is not. */
  saturationCount: SaturationCount | null = null;

  /** @throws TypeError, RangeError for options that make no quantizer */
  constructor(options: QuantizerOptions = {}) {
    super();
    const { isAsymmetric: _, ...settings } = readQuantizerOptions("Quantizer", options);
    fix<Quantizer>(this, { compat: undefined, ...settings });
    this.#range = this.registerBuffer("range", Tensor.full([2], 0), {
      extra: () => this.hasRange,
      check: checkRange,
    });
    this.#range.data.set(UNKNOWN);
    this.#step = settings.LSQ ? this.#registerStep(settings) : null;
  }

  #registerStep({ compat }: QuantizerSettings): Parameter {
    // The reference lets it become negative.
    const minimum = compat === undefined ? LEAST_STEP : null;
    const step = new Parameter(Tensor.full([1], 0), { decays: false, minimum });
    return this.registerParameter("LSQscale", step, {
      extra: () => this.hasLearnedStep,
      check: (name, values) => checkStep(name, values[0], minimum),
    });
  }

  /** Whether anything was seen in training, or a range was set. */
  get hasRange(): boolean {
    const [max, min] = this.#range.data;
    return !(max === UNKNOWN[0] && min === UNKNOWN[1]);
  }

  /** The largest value of the range; -Infinity before there is one. */
  get globalMax(): number {
    return this.hasRange ? this.#range.data[0] : -Infinity;
  }

  /** The range then goes from -max, unless there is a smallest value. -Infinity forgets it. @throws TypeError, RangeError */
  set globalMax(max: number) {
    if (max === -Infinity) this.#setRange(...UNKNOWN);
    else {
      checkNonNegative("Quantizer: globalMax", max);
      this.#setRange(max, this.hasRange ? this.globalMin : -max);
    }
  }

  /** The smallest value of the range; Infinity before there is one. */
  get globalMin(): number {
    return this.hasRange ? this.#range.data[1] : Infinity;
  }

  /** The range then goes to -min, unless there is a largest value. Infinity forgets it. @throws TypeError, RangeError */
  set globalMin(min: number) {
    if (min === Infinity) this.#setRange(...UNKNOWN);
    else {
      checkNonNegative("Quantizer: -globalMin", -min);
      this.#setRange(this.hasRange ? this.globalMax : -min, min);
    }
  }

  /** The learned step [1], or null without LSQ. It is 0 until the first use, which decides what it starts from. */
  get learnedStep(): Parameter | null {
    return this.#step;
  }

  /** Whether there was a first use. */
  get hasLearnedStep(): boolean {
    const value = this.#step?.item() ?? 0;
    return value !== 0 && Number.isFinite(value);
  }

  /**
   * q, if steps are 2^-q: what integer code shifts by. null where they are not: disabled, "fake", or learned. Before there is a
   * range, bits - 1.
   */
  get fractionalBits(): number | null {
    const { bits, forceQ, quantype, quantEnable, compat, LSQ } = this;
    if (!quantEnable || quantype !== "fxp" || (LSQ && compat === undefined)) return null;
    const q = forceQ ?? fractionalBitsOf(this.globalMax, bits);
    return compat === undefined ? Math.min(q, MOST_FRACTIONAL_BITS) : q;
  }

  /** The values that there are; null where nothing is quantized, or by a learned step. @throws StateError before there is a range */
  get grid(): Grid | null {
    if (!this.quantEnable || this.LSQ) return null;
    return { ...integerRange(this.bits), step: this.#presentStep(), roundtype: this.roundtype };
  }

  /**
   * In training, the range first grows to what is given: of weights and biases, it becomes that of the present values.
   *
   * @param x any shape
   * @param bias quantized by the same range and the same step
   * @returns x's shape; with a bias, both
   * @throws StateError in evaluation before there is a range
   */
  forward(x: Tensor): Tensor;
  forward(x: Tensor, bias: Tensor): [Tensor, Tensor];
  forward(x: Tensor, bias?: Tensor): Tensor | [Tensor, Tensor] {
    const tensors = bias === undefined ? [x] : [x, bias];
    checkSameBackend("Quantizer", ...tensors);
    const isEmpty = tensors.every(({ size }) => size === 0);
    if (!this.quantEnable || isEmpty) return bias === undefined ? x : [x, bias];
    if (this.training) this.observe(...tensors);
    const quantize = this.#step === null ? this.#onGrid() : this.#byLearnedStep(this.#step, tensors);
    const given = tensors.map((each) => this.counted(quantize(each)));
    return bias === undefined ? given[0] : [given[0], given[1]];
  }

  /** Runs fn while every value stands for so many time steps: there are as many more that a learned step is learned from. */
  standingFor<R>(timesteps: number, fn: () => R): R {
    this.#timesteps = timesteps;
    try {
      return fn();
    } finally {
      this.#timesteps = 1;
    }
  }

  /** Takes note of the range of these values together, in either mode. Of none, of nothing. */
  observe(...tensors: readonly Tensor[]): void {
    const parts = tensors.map(({ data }) => data).filter(({ length }) => length > 0);
    if (parts.length === 0) return;
    const { tensorType, compat, hasRange } = this;
    const M = rangeOf(parts, this, roundingLoopsOf(tensors[0].backend));
    const isOfPresent = compat === undefined && (tensorType === "w" || tensorType === "bias");
    if (isOfPresent || !hasRange) this.#setRange(M, -M);
    else this.#setRange(Math.max(this.globalMax, M), Math.min(this.globalMin, -M));
  }

  #setRange(max: number, min: number): void {
    this.#range.data.set([max, min]);
    this.#range.storage.version++;
  }

  /** Takes note of values that it gives, or that were computed as it would. @returns y */
  counted(y: Tensor): Tensor {
    if (this.saturationCount === null) return y;
    const step = this.#step === null ? this.#presentStep() : this.#step.item();
    countLimits(this.saturationCount, y, { ...integerRange(this.bits), step });
    return y;
  }

  #onGrid(): (x: Tensor) => Tensor {
    const { grid } = this;
    return (x) => (grid === null ? x : RoundToGrid.apply(x, grid));
  }

  #byLearnedStep(step: Parameter, tensors: readonly Tensor[]): (x: Tensor) => Tensor {
    checkSameBackend("Quantizer", step, ...tensors);
    const range = integerRange(this.bits);
    if (!this.hasLearnedStep) {
      step.data[0] = firstStep(tensors, range);
      step.touched();
    }
    const gradientScale = 1 / Math.sqrt(range.high * Math.max(1, tensors[0].size * this.#timesteps));
    return (x) => LearnedStep.apply(x, step, { ...range, gradientScale });
  }

  #presentStep(): number {
    const { bits, quantype, forceQ, globalMax: M, globalMin, hasRange, compat } = this;
    if (!hasRange && forceQ === null) {
      if (compat !== undefined) return NaN;
      throw new StateError(
        `Quantizer: it has no range (${this.tensorType}, ${bits} bits), so that it cannot quantize in evaluation; expected one from training. ` +
          `Show it data in training mode, call calibrate(model, dataset), or set globalMax.`,
      );
    }
    // The step that integer code is told of, for a range of 0 as well: what was silent may speak later.
    if (quantype === "fxp" && compat === undefined) return 2 ** -(this.fractionalBits ?? 0);
    if (M === 0) return 1;
    if (quantype === "fxp") {
      const step = Math.fround(2 ** -(forceQ ?? fractionalBitsOf(M, bits)));
      return step === 0 ? 1 : step;
    }
    const step = Math.fround(Math.fround(M - globalMin) / (2 ** bits - 1));
    return step === 0 ? 1 : step;
  }
}

/** What a state dict brings. */
function checkRange(name: string, values: ArrayLike<number>): void {
  const [max, min] = [values[0], values[1]];
  if (max >= min) return;
  throw new RangeError(
    `${name} holds ${show(max)} and ${show(min)}; expected the largest and the smallest value.`,
  );
}

function checkStep(name: string, value: number, minimum: number | null): void {
  if (minimum === null ? value !== 0 : value > 0) return;
  throw new RangeError(`${name} holds ${show(value)}; expected a step above 0.`);
}
