/** A choice between two tensors, element by element. No method of Tensor, so that pages without it do without. */

import { record } from "../autograd/node.js";
import { checkSameBackend } from "../tensor/same-backend.js";
import type { Tensor } from "../tensor/tensor.js";
import { sumTo } from "./arithmetic.js";
import { commonShape, eachOf } from "./elementwise.js";
import { asTensor } from "./pow.js";

/**
 * y = a where the condition is not 0, b elsewhere, broadcast, as torch.where. da = g where the condition is not 0, db = g
 * elsewhere: what was not chosen gets 0, also where it is NaN. The condition has no gradient.
 *
 * @param condition of any shape, such as heaviside(x) or a mask of 0 and 1
 * @param a, b tensors or numbers
 * @throws ShapeError if the shapes do not broadcast; TypeError for what is neither a tensor nor a number
 */
export function where(condition: Tensor, a: Tensor | number, b: Tensor | number): Tensor {
  checkSameBackend("where", condition);
  const [x, y] = [a, b].map((each) => asTensor("where", each, condition));
  checkSameBackend("where", condition, x, y);
  const shape = commonShape("where", condition, x, y);
  const chosen = eachOf(shape, [condition, x, y], (is, yes, no) => (is !== 0 ? yes : no));
  record("where", [x, y], [chosen], [condition], ([g], { needs, tensor }) => {
    if (g === null) return [];
    const part = (wanted: boolean): Tensor =>
      eachOf(shape, [g, tensor(0)], (slope, is) => ((is !== 0) === wanted ? slope : 0));
    return [needs[0] ? sumTo(part(true), x.shape) : null, needs[1] ? sumTo(part(false), y.shape) : null];
  });
  return chosen;
}
