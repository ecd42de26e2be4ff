/** Softmax and its logarithm, over the last axis. They are no methods of Tensor, so that pages without them do without. */

import { record } from "../autograd/node.js";
import { ShapeError } from "../errors.js";
import { formatShape } from "../shapes.js";
import { checkSameBackend } from "../tensor/same-backend.js";
import { Tensor } from "../tensor/tensor.js";

/** y = e^(x - max) / sum of e^(x - max);  dx = y (g - sum of g y). @throws ShapeError without a last axis of at least 1 */
export function softmax(x: Tensor): Tensor {
  const y = byRow("softmax", x, (row, out) => {
    const [most, logs] = logSumOf(row);
    row.forEach((value, i) => (out[i] = Math.exp(value - most - logs)));
  });
  record("softmax", [x], [y], [y], ([g], { tensor }) => {
    if (g === null) return [];
    const values = tensor(0).data;
    return [
      byRow("softmax", g, (row, out, start) => {
        const sum = row.reduce((all, each, i) => all + each * values[start + i], 0);
        row.forEach((each, i) => (out[i] = values[start + i] * (each - sum)));
      }),
    ];
  });
  return y;
}

/** y = x - ln sum of e^x;  dx = g - e^y sum of g. @throws ShapeError without a last axis of at least 1 */
export function logSoftmax(x: Tensor): Tensor {
  const y = byRow("logSoftmax", x, (row, out) => {
    const [most, logs] = logSumOf(row);
    row.forEach((value, i) => (out[i] = value - most - logs));
  });
  record("logSoftmax", [x], [y], [y], ([g], { tensor }) => {
    if (g === null) return [];
    const values = tensor(0).data;
    return [
      byRow("logSoftmax", g, (row, out, start) => {
        const sum = row.reduce((all, each) => all + each, 0);
        row.forEach((each, i) => (out[i] = each - Math.exp(values[start + i]) * sum));
      }),
    ];
  });
  return y;
}

function byRow(
  where: string,
  x: Tensor,
  fill: (row: Float32Array, out: Float32Array, start: number) => void,
): Tensor {
  const backend = checkSameBackend(where, x);
  const length = x.shape.at(-1) ?? 0;
  if (length === 0)
    throw new ShapeError(`${where}: x is ${formatShape(x.shape)}; expected a last axis of at least 1.`);
  const y = Tensor.empty(x.shape, backend);
  const [from, to] = [x.data, y.data];
  for (let start = 0; start < from.length; start += length) {
    fill(from.subarray(start, start + length), to.subarray(start, start + length), start);
  }
  return y;
}

/** Largest x, and ln sum of e^(x - largest): added up, a large one would swallow the other. */
function logSumOf(row: Float32Array): [most: number, logs: number] {
  const most = row.reduce((high, value) => Math.max(high, value), -Infinity);
  return [most, Math.log(row.reduce((all, value) => all + Math.exp(value - most), 0))];
}
