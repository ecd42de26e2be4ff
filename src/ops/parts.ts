/** Parts of a tensor along an axis: one, or all of them. No methods of Tensor, so that pages without them do without. */

import { record } from "../autograd/node.js";
import { checkInteger, isList } from "../checks.js";
import { ShapeError } from "../errors.js";
import { formatShape } from "../shapes.js";
import { show } from "../show.js";
import { checkSameBackend } from "../tensor/same-backend.js";
import { Tensor } from "../tensor/tensor.js";
import { alongAxis } from "./along-axis.js";

/**
 * y = x[.., start:end, ..] along an axis, as Array.prototype.slice counts: from the end where a number is negative, and no
 * further than there are elements. dx is g there and 0 elsewhere.
 *
 * @param x [.., L, ..]
 * @param end behind the last one (default: all of the rest)
 * @param axis default 0; -1 is the last one: channels
 * @returns [.., end - start, ..], a copy
 * @throws RangeError if there is no such axis, or a number is not whole
 */
export function slice(x: Tensor, start: number, end?: number, axis = 0): Tensor {
  checkSameBackend("slice", x);
  const { axis: at, length } = alongAxis("slice", x.shape, axis);
  const place = (what: string, value: number): number => {
    checkInteger(`slice: ${what}`, value, -Number.MAX_SAFE_INTEGER);
    return Math.min(length, value < 0 ? Math.max(0, length + value) : value);
  };
  const [from, to] = [place("start", start), end === undefined ? length : place("end", end)];
  return partsOf("slice", x, at, [[from, Math.max(0, to - from)]])[0];
}

/**
 * x cut into parts along an axis, as torch.split; cat() joins them again.
 *
 * @param x [.., L, ..]
 * @param sizes of the parts, which make L together; or of each part but the last, which is what remains
 * @param axis default 0; -1 is the last one: channels
 * @returns copies [.., size, ..]
 * @throws ShapeError unless the sizes make the axis; RangeError if there is no such axis
 */
export function split(x: Tensor, sizes: number | readonly number[], axis = 0): Tensor[] {
  checkSameBackend("split", x);
  const { axis: at, length } = alongAxis("split", x.shape, axis);
  const lengths = typeof sizes === "number" ? equalParts(sizes, length) : sizes;
  if (!isList(lengths)) {
    throw new TypeError(`split: sizes is ${show(sizes)}; expected a whole number, or a list of them.`);
  }
  const each = lengths.map((size, i) => checkInteger(`split: sizes[${i}]`, size, 0));
  const total = each.reduce((sum, size) => sum + size, 0);
  if (total !== length || each.length === 0) {
    throw new ShapeError(
      `split: the sizes are ${show(sizes)}, ${total} together, and axis ${at} of ${formatShape(x.shape)} has ${length}; ` +
        `expected sizes that make it.`,
    );
  }
  const starts = each.map((_, i) => each.slice(0, i).reduce((sum, size) => sum + size, 0));
  return partsOf("split", x, at, each.map((size, i) => [starts[i], size] as const)); // prettier-ignore
}

function equalParts(size: number, length: number): number[] {
  checkInteger("split: sizes", size, 1);
  const count = Math.max(1, Math.ceil(length / size));
  return Array.from({ length: count }, (_, i) => Math.min(size, length - i * size));
}

/** One node of the tape for all parts: its gradient is one tensor, whatever their number. */
function partsOf(
  name: string,
  x: Tensor,
  axis: number,
  parts: readonly (readonly [start: number, length: number])[],
): Tensor[] {
  const made = parts.map(([start, length]) => {
    const y = Tensor.empty(x.shape.with(axis, length), x.backend);
    copyPart(x, y, axis, start, "read");
    return y;
  });
  record(name, [x], made, [], (gradients) => {
    const dx = Tensor.full(x.shape, 0, x.backend);
    gradients.forEach((g, i) => g !== null && copyPart(dx, g, axis, parts[i][0], "write"));
    return [dx];
  });
  return made;
}

/** Copies what lies in whole from `start` on along the axis to part, or part to there. Shapes agree but for the axis. */
export function copyPart(
  whole: Tensor,
  part: Tensor,
  axis: number,
  start: number,
  way: "read" | "write",
): void {
  const { before, length, after } = alongAxis("copyPart", whole.shape, axis);
  const [row, from] = [part.shape[axis] * after, start * after];
  if (row === 0) return;
  const [a, b] = [whole.data, part.data];
  for (let i = 0; i < before; i++) {
    const at = i * length * after + from;
    if (way === "read") b.set(a.subarray(at, at + row), i * row);
    else a.set(b.subarray(i * row, (i + 1) * row), at);
  }
}
