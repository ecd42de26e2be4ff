/** Nearest neighbours: every element of a map becomes a block of its value. Pages without it do without. */

import { ShapeError } from "../errors.js";
import { record } from "../autograd/node.js";
import { formatShape } from "../shapes.js";
import { checkSameBackend } from "../tensor/same-backend.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkPair, type Pair } from "../windows.js";
import { sumTo } from "./arithmetic.js";
import { broadcastTo } from "./elementwise.js";

/**
 * y[n, h, w] = x[n, floor(h / SH), floor(w / SW)];  dx = the sum of g over the block
 *
 * @param x [N, H, W, C]
 * @param scale one number, or [SH, SW]
 * @returns [N, H SH, W SW, C]
 * @throws ShapeError for another number of axes; RangeError for scales that are no whole numbers of at least 1
 */
export function upsampleNearest(x: Tensor, scale: Pair): Tensor {
  checkSameBackend("upsampleNearest", x);
  const [SH, SW] = checkPair("upsampleNearest: scale", scale, 1);
  if (x.rank !== 4)
    throw new ShapeError(`upsampleNearest: x is ${formatShape(x.shape)}; expected [N, H, W, C].`);
  const [N, H, W, C] = x.shape;
  const [single, blocks] = [[N, H, 1, W, 1, C], [N, H, SH, W, SW, C]]; // prettier-ignore
  const repeated = broadcastTo(x.alias(single), blocks);
  const y = repeated.alias([N, H * SH, W * SW, C]);
  record("upsampleNearest", [x], [y], [], ([g]) => [g && sumTo(g.reshape(blocks), single).reshape(x.shape)]);
  return y;
}
