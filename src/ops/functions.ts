/** Elementwise functions of one tensor that are no methods of it, each beside its derivative: pages without them do without. */

import { record } from "../autograd/node.js";
import { checkOptions } from "../checks.js";
import { show } from "../show.js";
import { checkSameBackend } from "../tensor/same-backend.js";
import type { Tensor } from "../tensor/tensor.js";
import { eachOf } from "./elementwise.js";

/** y = |x| of any shape;  dx = g sign x, 0 where x is 0 */
export function abs(x: Tensor): Tensor {
  return applied("abs", x, Math.abs, Math.sign);
}

/** y = tanh x of any shape;  dx = g (1 - y^2) */
export function tanh(x: Tensor): Tensor {
  return applied("tanh", x, Math.tanh, (value) => 1 - Math.tanh(value) ** 2);
}

/** y = 2^x of any shape;  dx = g y ln 2 */
export function exp2(x: Tensor): Tensor {
  return applied("exp2", x, power2, (value) => power2(value) * Math.LN2);
}

const power2 = (value: number): number => Math.pow(2, value);

export interface ClampOptions {
  /** Default: none. */
  min?: number;
  /** Default: none. Where it is below min, everything becomes max. */
  max?: number;
}

/**
 * y = x, but at least min and at most max; NaN stays. dx = g where min <= x <= max, 0 elsewhere, as PyTorch has it.
 *
 * @param x any shape
 * @throws TypeError unless there is a bound, of numbers; RangeError for NaN
 */
export function clamp(x: Tensor, options: ClampOptions): Tensor {
  checkOptions("clamp", options ?? null, ["min", "max"]);
  const { min, max } = options;
  if (min === undefined && max === undefined) {
    throw new TypeError("clamp: there is no bound; expected min, max, or both, such as { min: 0 }.");
  }
  const [low, high] = [bound("min", min, -Infinity), bound("max", max, Infinity)];
  return applied(
    "clamp",
    x,
    (value) => Math.min(Math.max(value, low), high),
    (value) => (value >= low && value <= high ? 1 : 0),
  );
}

/** As float32, which elements are. */
function bound(name: string, value: number | undefined, none: number): number {
  if (value === undefined) return none;
  const what = `clamp: ${name} is ${show(value)}`;
  if (typeof value !== "number") throw new TypeError(`${what}; expected a number.`);
  if (Number.isNaN(value)) throw new RangeError(`${what}; expected a number. Leave it out for no bound.`);
  return Math.fround(value);
}

function applied(
  name: string,
  x: Tensor,
  fn: (value: number) => number,
  derivative: (value: number) => number,
): Tensor {
  checkSameBackend(name, x);
  const y = eachOf(x.shape, [x], fn);
  record(name, [x], [y], [x], ([g], { tensor }) => {
    if (g === null) return [];
    return [eachOf(x.shape, [g, tensor(0)], (slope, value) => slope * derivative(value))];
  });
  return y;
}
