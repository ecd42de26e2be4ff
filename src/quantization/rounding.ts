/** Rounding to multiples of a step between two integers, elementwise: the arithmetic of every quantizer, and its slope. */

import { AutogradFunction, type FunctionContext } from "../autograd/function.js";
import { Tensor } from "../tensor/tensor.js";
import { floorsOf, type Grid } from "./grid.js";
import { roundingLoopsOf } from "./rounding-loops.js";

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
    roundingLoopsOf(x.backend).round(y.data, x.data, grid);
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
