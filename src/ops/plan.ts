/** Broadcast plans for the elementwise kernels (kernels/contract.ts, Plan), with axes merged where memory allows. */

import type { Backend } from "../kernels/backend.js";
import type { Plan } from "../kernels/contract.js";
import type { Shape } from "../shapes.js";

/**
 * Runs fn with a plan for an output of `shape` and inputs read with the given strides.
 *
 * @throws RangeError if more axes are left after merging than the kernels take
 */
export function withPlan(
  backend: Backend,
  shape: Shape,
  strides: readonly Shape[],
  fn: (plan: Plan) => void,
): void {
  const merged = mergeAxes(shape, strides);
  const rank = merged.shape.length;
  const most = backend.limits.largestPlanRank();
  if (rank > most)
    throw new RangeError(`a tensor operation over ${rank} axes; expected at most ${most}. Reshape it first.`);
  const plan = backend.heap.int32(1 + rank * (1 + strides.length));
  plan.set([rank, ...merged.shape, ...merged.strides.flat()]);
  try {
    fn(plan);
  } finally {
    backend.heap.free(plan);
  }
}

/** Joins neighbouring axes that every input walks as one; drops axes of length 1. */
function mergeAxes(shape: Shape, strides: readonly Shape[]): { shape: number[]; strides: number[][] } {
  const out: { shape: number[]; strides: number[][] } = { shape: [], strides: strides.map(() => []) };
  for (let axis = 0; axis < shape.length; axis++) {
    if (shape[axis] === 1) continue;
    const last = out.shape.length - 1;
    const joins = last >= 0 && strides.every((s, i) => out.strides[i][last] === s[axis] * shape[axis]);
    if (joins) {
      out.shape[last] *= shape[axis];
      strides.forEach((s, i) => (out.strides[i][last] = s[axis]));
    } else {
      out.shape.push(shape[axis]);
      strides.forEach((s, i) => out.strides[i].push(s[axis]));
    }
  }
  if (out.shape.length === 0) {
    out.shape.push(1);
    out.strides.forEach((s) => s.push(0));
  }
  return out;
}
