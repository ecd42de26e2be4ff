/** Softmax cross-entropy, the mean over rows of logits [rows, classes]. */

import type { Kernels } from "../contract.js";
import { expOf, logOf } from "./exp-log.js";

const { fround } = Math;

/** With no rows the loss is 0. */
export const crossEntropyForward: Kernels["crossEntropyForward"] = (
  loss,
  probability,
  logits,
  labels,
  rows,
  classes,
) => {
  let total = 0;
  for (let r = 0; r < rows; r++) {
    const row = logits.subarray(r * classes, (r + 1) * classes);
    const p = probability.subarray(r * classes, (r + 1) * classes);
    // the largest logit is taken off first, so that exp cannot overflow
    let largest = -Infinity;
    for (let c = 0; c < classes; c++) largest = Math.max(largest, row[c]);
    let normaliser = 0;
    for (let c = 0; c < classes; c++) {
      p[c] = expOf(fround(row[c] - largest));
      normaliser = fround(normaliser + p[c]);
    }
    for (let c = 0; c < classes; c++) p[c] = fround(p[c] / normaliser);
    // -log softmax = log(sum of exp) - (logit - largest)
    total = fround(total + fround(logOf(normaliser) - fround(row[labels[r]] - largest)));
  }
  loss[0] = rows === 0 ? 0 : fround(total / rows);
};

export const crossEntropyBackward: Kernels["crossEntropyBackward"] = (
  dx,
  g,
  probability,
  labels,
  rows,
  classes,
) => {
  const scale = fround(g[0] / rows);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < classes; c++) {
      const target = labels[r] === c ? 1 : 0;
      dx[r * classes + c] = fround(scale * fround(probability[r * classes + c] - target));
    }
  }
};
