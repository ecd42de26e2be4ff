/** Elementwise kernels that read their inputs through the strides of a plan. */

import type { Kernels, Plan } from "../contract.js";

/** Calls visit(i, offsets of the inputs) for every element i of the dense, row-major output. */
function walk(plan: Plan, inputs: 1 | 2, visit: (i: number, a: number, b: number) => void): void {
  const rank = plan[0];
  const shape = plan.subarray(1, 1 + rank);
  const stridesA = plan.subarray(1 + rank, 1 + 2 * rank);
  const stridesB = inputs === 2 ? plan.subarray(1 + 2 * rank, 1 + 3 * rank) : stridesA;
  const position = new Array<number>(rank).fill(0);
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  for (let i = 0; i < size; i++) {
    let a = 0;
    let b = 0;
    for (let axis = 0; axis < rank; axis++) {
      a += position[axis] * stridesA[axis];
      b += position[axis] * stridesB[axis];
    }
    visit(i, a, b);
    for (let axis = rank - 1; axis >= 0; axis--) {
      position[axis]++;
      if (position[axis] < shape[axis]) break;
      position[axis] = 0;
    }
  }
}

export const add: Kernels["add"] = (y, a, b, plan) => {
  walk(plan, 2, (i, ia, ib) => (y[i] = Math.fround(a[ia] + b[ib])));
};

export const subtract: Kernels["subtract"] = (y, a, b, plan) => {
  walk(plan, 2, (i, ia, ib) => (y[i] = Math.fround(a[ia] - b[ib])));
};

export const multiply: Kernels["multiply"] = (y, a, b, plan) => {
  walk(plan, 2, (i, ia, ib) => (y[i] = Math.fround(a[ia] * b[ib])));
};

export const divide: Kernels["divide"] = (y, a, b, plan) => {
  walk(plan, 2, (i, ia, ib) => (y[i] = Math.fround(a[ia] / b[ib])));
};

export const copyStrided: Kernels["copyStrided"] = (y, x, plan) => {
  walk(plan, 1, (i, ix) => (y[i] = x[ix]));
};
