/**
 * LSQ: quantization whose step s is learned.
 *
 *   r = x / s, v = clamp(r, low, high), y = s round(v), halves to even
 *   dL/dx = dL/dy [low <= r <= high]
 *   dL/ds = g sum of dL/dy (round(v) - r where low <= r <= high, else v)
 *
 * g = 1 / sqrt(high n), n the number of values of the first tensor, keeps steps of small and large layers learning alike.
 *
 * @source S. K. Esser et al., "Learned Step Size Quantization", ICLR 2020
 */

import { AutogradFunction, type FunctionContext } from "../autograd/function.js";
import { Tensor } from "../tensor/tensor.js";
import type { IntegerRange } from "./grid.js";
import { roundHalfEven } from "./rounding.js";

export interface LearnedStepSettings extends IntegerRange {
  /** g */
  readonly gradientScale: number;
}

type Context = FunctionContext & { settings?: LearnedStepSettings };

const { fround } = Math;

export class LearnedStep extends AutogradFunction {
  /** @param step [1] @returns x's shape */
  static forward(ctx: Context, x: Tensor, step: Tensor, settings: LearnedStepSettings): Tensor {
    const y = Tensor.empty(x.shape, x.backend);
    const [out, xs, s] = [y.data, x.data, step.item()];
    const { low, high } = settings;
    // + 0: never -0
    for (let i = 0; i < xs.length; i++) out[i] = (roundHalfEven(clamp(fround(xs[i] / s), low, high)) + 0) * s;
    ctx.settings = settings;
    if (ctx.needsInputGrad.some(Boolean)) ctx.saveForBackward(x, step);
    return y;
  }

  /** @returns dL/dx, dL/dstep [1], and null for the settings */
  static backward(ctx: Context, gradOutput: Tensor): [Tensor | null, Tensor | null, null] {
    const { settings } = ctx;
    if (settings === undefined || ctx.savedTensors.length === 0) return [null, null, null];
    const [x, step] = ctx.savedTensors;
    const dx = Tensor.empty(x.shape, x.backend);
    const [out, xs, g, s] = [dx.data, x.data, gradOutput.data, step.item()];
    const { low, high, gradientScale } = settings;
    let sum = 0;
    for (let i = 0; i < xs.length; i++) {
      const r = fround(xs[i] / s);
      const isInside = r >= low && r <= high;
      // As two operations of the tape: times s, and divided by it.
      out[i] = isInside ? fround(g[i] * s) / s : 0;
      const v = clamp(r, low, high);
      sum += g[i] * (roundHalfEven(v) - (isInside ? r : 0));
    }
    return [dx, Tensor.full([1], sum * gradientScale, x.backend), null];
  }
}

function clamp(r: number, low: number, high: number): number {
  return r < low ? low : r > high ? high : r;
}

/** The step to begin with: 2 mean |x| / sqrt(high) of all values, or 1 where that is 0. */
export function firstStep(tensors: readonly Tensor[], { high }: IntegerRange): number {
  let [sum, count] = [0, 0];
  for (const { data } of tensors) {
    for (const value of data) sum += Math.abs(value);
    count += data.length;
  }
  const step = fround(fround(fround(sum / count) * 2) / fround(Math.sqrt(high)));
  return step > 0 ? step : 1;
}
