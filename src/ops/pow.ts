/** Powers. They are no method of Tensor, so that pages without them do without. */

import { record } from "../autograd/node.js";
import { show } from "../show.js";
import { checkSameBackend } from "../tensor/same-backend.js";
import { Tensor } from "../tensor/tensor.js";
import { sumTo } from "./arithmetic.js";
import { commonShape, eachOf } from "./elementwise.js";

/**
 * y = x^e, broadcast, as torch.pow: NaN of a negative x unless e is whole; 0^0 is 1.
 * dx = g e x^(e-1), 0 where e is 0;  de = g y ln x, 0 where x is 0 and e is not negative.
 *
 * @param exponent a number or a tensor
 * @throws ShapeError if the shapes do not broadcast; TypeError for an exponent that is none
 */
export function pow(x: Tensor, exponent: Tensor | number): Tensor {
  checkSameBackend("pow", x);
  const e = asTensor("pow", exponent, x);
  checkSameBackend("pow", x, e);
  const shape = commonShape("pow", x, e);
  const y = eachOf(shape, [x, e], power);
  record("pow", [x, e], [y], [x, e], ([g], { needs, tensor }) => {
    if (g === null) return [];
    const slopes = (fn: (x: number, e: number) => number): Tensor =>
      eachOf(shape, [g, tensor(0), tensor(1)], (slope, a, b) => slope * fn(a, b));
    return [
      needs[0]
        ? sumTo(
            slopes((a, b) => (b === 0 ? 0 : b * power(a, b - 1))),
            x.shape,
          )
        : null,
      needs[1]
        ? sumTo(
            slopes((a, b) => (a === 0 && b >= 0 ? 0 : power(a, b) * Math.log(a))),
            e.shape,
          )
        : null,
    ];
  });
  return y;
}

/** As IEEE 754 and C have it: 1 to the power of anything is 1, which JavaScript's 1 ** NaN is not. */
function power(x: number, e: number): number {
  if (x === 1 || (x === -1 && Math.abs(e) === Infinity)) return 1;
  return Math.pow(x, e);
}

/** A number in the place of a tensor. @throws TypeError unless it is either */
export function asTensor(where: string, value: Tensor | number, beside: Tensor): Tensor {
  if (value instanceof Tensor) return value;
  if (typeof value === "number") return Tensor.full([], value, beside.backend);
  throw new TypeError(
    `${where}: the operand is ${show(value)}; expected a Tensor or a number. Make one with tensor(data, shape).`,
  );
}
