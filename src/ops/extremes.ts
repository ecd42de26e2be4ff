/**
 * The largest and the smallest: of a tensor, along an axis, of two tensors element by element; a NaN wins. What they give to
 * elements that are equal is what PyTorch gives: of all elements, and of two tensors, the gradient is shared out evenly; along
 * an axis the first one has it, which argmax() names. No methods of Tensor, so that pages without them do without.
 */

import { record } from "../autograd/node.js";
import { ShapeError } from "../errors.js";
import { formatShape } from "../shapes.js";
import { checkSameBackend } from "../tensor/same-backend.js";
import { Tensor } from "../tensor/tensor.js";
import { alongAxis } from "./along-axis.js";
import { sumTo } from "./arithmetic.js";
import { commonShape, eachOf } from "./elementwise.js";
import { asTensor } from "./pow.js";

/** Whether a comes before b. */
type Beats = (a: number, b: number) => boolean;

const isLarger: Beats = (a, b) => a > b || (a !== a && b === b);
const isSmaller: Beats = (a, b) => a < b || (a !== a && b === b);

/**
 * The largest element: of all (shape []), or along an axis, as torch.max(x) and torch.max(x, axis).values.
 *
 * @param x any shape; along an axis [.., L, ..]
 * @returns [], or the shape without the axis
 * @throws ShapeError of nothing; RangeError if there is no such axis
 */
export function max(x: Tensor, axis?: number): Tensor {
  return extreme("max", x, axis, isLarger);
}

/** The smallest element: of all (shape []), or along an axis. @throws as max */
export function min(x: Tensor, axis?: number): Tensor {
  return extreme("min", x, axis, isSmaller);
}

/**
 * The larger of two, element by element, broadcast, as torch.maximum: da = g where a is larger, g / 2 where both are equal.
 *
 * @throws ShapeError if the shapes do not broadcast; TypeError for an operand that is none
 */
export function maximum(a: Tensor, b: Tensor | number): Tensor {
  return ofTwo("maximum", a, b, isLarger);
}

/** The smaller of two, element by element, broadcast. @throws as maximum */
export function minimum(a: Tensor, b: Tensor | number): Tensor {
  return ofTwo("minimum", a, b, isSmaller);
}

function extreme(name: string, x: Tensor, axis: number | undefined, beats: Beats): Tensor {
  checkSameBackend(name, x);
  if (x.size === 0) {
    throw new ShapeError(
      `${name}: the tensor has shape ${formatShape(x.shape)}; expected at least one element.`,
    );
  }
  return axis === undefined ? ofAll(name, x, beats) : along(name, x, axis, beats);
}

function ofAll(name: string, x: Tensor, beats: Beats): Tensor {
  const best = x.data.reduce((most, value) => (beats(value, most) ? value : most));
  const y = Tensor.full([], best, x.backend);
  record(name, [x], [y], [x], ([g], { tensor }) => {
    if (g === null) return [];
    const values = tensor(0);
    const isBest = (value: number): boolean => value === best || (value !== value && best !== best);
    const share = g.item() / values.data.reduce((count, value) => count + (isBest(value) ? 1 : 0), 0);
    return [eachOf(x.shape, [values], (value) => (isBest(value) ? share : 0))];
  });
  return y;
}

function along(name: string, x: Tensor, axis: number, beats: Beats): Tensor {
  const { axis: at, before, length, after } = alongAxis(name, x.shape, axis);
  const y = Tensor.empty(x.shape.toSpliced(at, 1), x.backend);
  const from = new Int32Array(before * after);
  const [values, bests] = [x.data, y.data];
  for (let i = 0; i < before; i++) {
    for (let j = 0; j < after; j++) {
      const start = i * length * after + j;
      let best = start;
      for (let k = 1; k < length; k++) {
        if (beats(values[start + k * after], values[best])) best = start + k * after;
      }
      from[i * after + j] = best;
      bests[i * after + j] = values[best];
    }
  }
  record(name, [x], [y], [], ([g]) => {
    if (g === null) return [];
    const dx = Tensor.full(x.shape, 0, g.backend);
    const { data } = dx;
    g.data.forEach((slope, i) => (data[from[i]] = slope));
    return [dx];
  });
  return y;
}

function ofTwo(name: string, a: Tensor, operand: Tensor | number, beats: Beats): Tensor {
  checkSameBackend(name, a);
  const b = asTensor(name, operand, a);
  checkSameBackend(name, a, b);
  const shape = commonShape(name, a, b);
  const y = eachOf(shape, [a, b], (one, other) => (beats(other, one) ? other : one));
  record(name, [a, b], [y], [a, b], ([g], { needs, tensor }) => {
    if (g === null) return [];
    const [one, other] = [tensor(0), tensor(1)];
    const share = (wins: Beats): Tensor =>
      eachOf(shape, [g, one, other], (slope, p, q) => (p === q ? slope / 2 : wins(p, q) ? slope : 0));
    return [
      needs[0]
        ? sumTo(
            share((p, q) => !beats(q, p)),
            a.shape,
          )
        : null,
      needs[1]
        ? sumTo(
            share((p, q) => beats(q, p)),
            b.shape,
          )
        : null,
    ];
  });
  return y;
}
