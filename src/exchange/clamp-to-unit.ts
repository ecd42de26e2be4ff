/** y = min(max(x, 0), 1), of a few numbers; dx = g where 0 <= x <= 1. */

import { record } from "../autograd/node.js";
import { Tensor } from "../tensor/tensor.js";

export function clampToUnit(x: Tensor): Tensor {
  const y = Tensor.empty(x.shape, x.backend);
  y.data.set(x.data.map((value) => Math.min(Math.max(value, 0), 1)));
  record("clampToUnit", [x], [y], [x], ([g], { tensor }) => {
    if (g === null) return [null];
    const inside = Tensor.empty(g.shape, g.backend);
    inside.data.set(tensor(0).data.map((value) => (value >= 0 && value <= 1 ? 1 : 0)));
    return [g.mul(inside)];
  });
  return y;
}
