/** Rounding to multiples of a step between two integers, elementwise: the arithmetic of every quantizer, and its slope. */

import { AutogradFunction, type FunctionContext } from "../autograd/function.js";
import { Tensor } from "../tensor/tensor.js";
import type { Roundtype } from "./quantizer-options.js";

/** The integers that there are: low is negative, high positive. */
export interface IntegerRange {
  readonly low: number;
  readonly high: number;
}

/** Two's complement. */
export function integerRange(bits: number): IntegerRange {
  return { low: -(2 ** (bits - 1)), high: 2 ** (bits - 1) - 1 };
}

/** A grid of values: whole multiples of a step. */
export interface Grid extends IntegerRange {
  /** > 0; NaN: everything becomes NaN. */
  readonly step: number;
  readonly roundtype: Roundtype;
}

const { fround, floor, ceil } = Math;

/**
 * y = step clamp(round(x / step), low, high), with the straight-through gradient: rounding has the slope of the identity,
 * the clamp lets no gradient through where it changes something, the step is a constant.
 *
 *   dL/dx = dL/dy [low <= round(x / step) <= high]
 *
 * @source Y. Bengio et al., "Estimating or Propagating Gradients Through Stochastic Neurons", 2013
 */
export class RoundToGrid extends AutogradFunction {
  /** @returns x's shape */
  static forward(ctx: FunctionContext & { grid?: Grid }, x: Tensor, grid: Grid): Tensor {
    const y = Tensor.empty(x.shape, x.backend);
    roundInto(y.data, x.data, grid);
    ctx.grid = grid;
    if (ctx.needsInputGrad[0]) ctx.saveForBackward(x);
    return y;
  }

  /** @returns dL/dx, and null for the grid */
  static backward(ctx: FunctionContext & { grid?: Grid }, gradOutput: Tensor): [Tensor | null, null] {
    const { grid } = ctx;
    if (!ctx.needsInputGrad[0] || grid === undefined) return [null, null];
    const [x] = ctx.savedTensors;
    const dx = Tensor.empty(x.shape, x.backend);
    const [out, xs, g] = [dx.data, x.data, gradOutput.data];
    const { divisor, shift, low, high } = floorsOf(grid);
    for (let i = 0; i < xs.length; i++) {
      const r = floor(fround(fround(xs[i] / divisor) + shift));
      out[i] = r >= low && r <= high ? g[i] : 0;
    }
    return [dx, null];
  }
}

/**
 * How a grid rounds, as loops compute it in a few cycles a value, without a call for each: r = floor(x / divisor + shift), clamped
 * from low to high, stands for r divisor. Halves go up, below 0 too. Ceilings are floors of the other sign; shift is -0 where
 * there is none, so that a zero keeps its sign.
 */
export function floorsOf({
  step,
  low,
  high,
  roundtype,
}: Grid): IntegerRange & { divisor: number; shift: number } {
  if (roundtype === "ceil") return { divisor: -step, shift: -0, low: -high, high: -low };
  return { divisor: step, shift: roundtype === "nearest" ? 0.5 : -0, low, high };
}

/** y of x, both of one length. */
export function roundInto(y: Float32Array, x: Float32Array, grid: Grid): void {
  const { divisor, shift, low, high } = floorsOf(grid);
  for (let i = 0; i < x.length; i++) {
    const r = floor(fround(fround(x[i] / divisor) + shift));
    y[i] = (r < low ? low : r > high ? high : r) * divisor;
  }
}

/** To the next whole number; halves to the even one. */
export function roundHalfEven(x: number): number {
  const below = floor(x);
  const above = x - below;
  if (above === 0.5) return below % 2 === 0 ? below : below + 1;
  return above < 0.5 ? below : ceil(x);
}

/** The integers themselves: round(x / step), clamped. */
export function integersOf(x: Float32Array, grid: Grid): Int32Array {
  const { divisor, shift, low, high } = floorsOf(grid);
  const sign = Math.sign(divisor);
  return Int32Array.from(
    x,
    (value) => sign * Math.min(high, Math.max(low, floor(fround(fround(value / divisor) + shift)))),
  );
}
