/** What a trainer says of a step or an epoch that failed. */

import type { Batch } from "../datasets/batch.js";
import { ShapeError } from "../errors.js";
import { DivergenceError } from "./divergence-error.js";

/** @param what failed, and where */
export function divergedIn(what: string, lr: number, cause?: DivergenceError): DivergenceError {
  const lost = cause?.lost ?? false;
  const model = lost
    ? "The weights are lost: make the model again, or load a state from before."
    : "The model has the weights from before.";
  return new DivergenceError(
    `training diverged in ${what}; expected finite numbers. ${model} ` +
      `Lower the learning rate, which is ${lr}, or scale the inputs to about 1.`,
    { lost, cause },
  );
}

/** The error, with what helps if it came of a batch that holds the one sample that is left over. */
export function ofLonelySample(
  error: unknown,
  where: string,
  batch: Batch,
  samples: number,
  batchSize: number,
): unknown {
  if (!(error instanceof ShapeError) || batch.labels.length !== 1 || samples <= 1) return error;
  return new ShapeError(
    `${error.message} This was ${where}, which holds the one sample that ${samples} samples leave ` +
      `at batchSize ${batchSize}: another batchSize leaves more.`,
    { cause: error },
  );
}
