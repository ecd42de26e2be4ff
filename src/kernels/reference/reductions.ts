/** Reductions: plain loops, first to last. */

import type { Kernels } from "../contract.js";

const { fround } = Math;

export const sum: Kernels["sum"] = (y, x, outer, axis, inner) => {
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let total = 0;
      for (let a = 0; a < axis; a++) total = fround(total + x[(o * axis + a) * inner + i]);
      y[o * inner + i] = total;
    }
  }
};

/** A row of no columns gives 0. */
export const argmax: Kernels["argmax"] = (index, x, rows, columns) => {
  for (let r = 0; r < rows; r++) {
    const row = x.subarray(r * columns, (r + 1) * columns);
    let best = 0;
    for (let c = 1; c < columns; c++) {
      if (Number.isNaN(row[best])) break;
      if (row[c] > row[best] || Number.isNaN(row[c])) best = c;
    }
    index[r] = best;
  }
};

/** NaN is not 0, -0 is. */
export const countNonZero: Kernels["countNonZero"] = (count, x, n) => {
  let found = 0;
  for (let i = 0; i < n; i++) if (x[i] !== 0) found++;
  count[0] = found;
};
