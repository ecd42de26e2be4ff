/**
 * Values as whole numbers give them. A sum of products of two numbers of 16 bits needs more than the 24 bits that float32 has,
 * so that in evaluation sums are exact, and rounded once to the grid of the output: that is what a device without floating
 * point computes. Doubles hold sums exactly up to 53 bits.
 */

import { AutogradFunction, type FunctionContext } from "../autograd/function.js";
import { gradEnabled } from "../autograd/grad-mode.js";
import type { Shape } from "../shapes.js";
import { Tensor } from "../tensor/tensor.js";
import type { Quantizer } from "./quantizer.js";
import type { Roundtype } from "./quantizer-options.js";
import { floorsOf, type Grid } from "./grid.js";

const { floor, ceil } = Math;

/** Whether these are in evaluation and have steps that are powers of two, as integers of a device have. */
export function isExact(...quantizers: readonly (Quantizer | null)[]): boolean {
  return quantizers.every((each) => {
    if (each === null) return true;
    if (each.training || each.compat !== undefined) return false;
    return !each.quantEnable || each.fractionalBits !== null;
  });
}

/** a / count in whole numbers; halves go up. */
const rounders: { readonly [R in Roundtype]: (a: number, count: number) => number } = {
  nearest: (a, count) => floor((2 * a + count) / (2 * count)),
  floor: (a, count) => floor(a / count),
  ceil: (a, count) => ceil(a / count),
};

/** The multiple of the step that stands for value / count: rounded once, and clamped. */
export function onGrid(value: number, { step, low, high, roundtype }: Grid, count = 1): number {
  const r = rounders[roundtype](value / step, count);
  // + 0: never -0
  return (r < low ? low : r > high ? high : r + 0) * step;
}

/** onGrid() of every value, which are as many as those of y from `start` on. */
export function onGridInto(
  y: Float32Array,
  start: number,
  values: ArrayLike<number>,
  count: number,
  grid: Grid,
): void {
  const { divisor, shift, low, high } = floorsOf(grid);
  for (let i = 0; i < count; i++) {
    const r = floor(values[i] / divisor + shift);
    y[start + i] = (r < low ? low : r > high ? high : r) * divisor + 0;
  }
}

/** onGrid() of every value. @param like where the result lives */
export function tensorOnGrid(
  values: ArrayLike<number>,
  shape: Shape,
  grid: Grid,
  like: Tensor,
  count = 1,
): Tensor {
  const y = Tensor.empty(shape, like.backend);
  const { data } = y;
  if (count === 1) onGridInto(data, 0, values, data.length, grid);
  else for (let i = 0; i < data.length; i++) data[i] = onGrid(values[i], grid, count);
  return y;
}

/** Exact values with the gradient of the same in float32. */
class ExactValues extends AutogradFunction {
  static forward(_ctx: FunctionContext, float: Tensor, exact: Tensor): Tensor {
    const y = Tensor.empty(float.shape, float.backend);
    y.data.set(exact.data);
    return y;
  }

  static backward(_ctx: FunctionContext, gradOutput: Tensor): [Tensor, null] {
    return [gradOutput, null];
  }
}

/** The exact values; where a gradient may be asked for, with that of what `float` computes. */
export function withGradientOf(float: () => Tensor, exact: Tensor): Tensor {
  return gradEnabled() ? ExactValues.apply(float(), exact) : exact;
}
