/** What is told of thresholds where a layer has several: one for each of its channels, or of its neurons. */

import type { BaseNode } from "../neurons/base-node.js";

export interface ThetaSpread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** Beside theta, their mean; nothing of a layer with one threshold. */
export interface HasThetaSpread {
  /** Of a layer that learns several thresholds; left out where there is one. */
  thetas?: ThetaSpread;
}

export function thetaSpread({ learnedThreshold }: Pick<BaseNode, "learnedThreshold">): HasThetaSpread {
  if (learnedThreshold === null || learnedThreshold.size === 1) return {};
  const sorted = learnedThreshold.data.slice().sort();
  const half = sorted.length / 2;
  const median = (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2;
  return { thetas: { min: sorted[0], median, max: sorted[sorted.length - 1] } };
}
