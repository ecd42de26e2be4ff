/** The test of a network that has been trained. */

import { lossOf } from "../losses/loss-spec.js";
import { evaluate, type Evaluation } from "../training/evaluate.js";
import type { PreparedRun } from "./prepared-run.js";

export interface TestListener {
  onTest?(done: number, total: number): void;
}

/** @returns null if the experiment says not to test */
export async function testRun(
  { run, model, sets, augmentations, options, own }: PreparedRun,
  listener: TestListener,
  signal: AbortSignal | undefined,
): Promise<Evaluation | null | "stopped"> {
  if (!run.model.evaluate || sets.test === undefined) return null;
  const { parallel } = options;
  const agreed = parallel?.agree(signal) ?? signal;
  try {
    return await (parallel?.evaluate ?? evaluate)(model, sets.test, {
      batchSize: run.model.batchSize,
      loss: lossOf(options),
      ...(own.metrics.length === 0 ? {} : { metrics: own.metrics }),
      ...(augmentations.steps.length === 0 ? {} : { augmentations }),
      ...(agreed === undefined ? {} : { signal: agreed }),
      onBatch: (done, total) => listener.onTest?.(done, total),
    });
  } catch (thrown) {
    if (agreed?.aborted === true && thrown === agreed.reason) return "stopped";
    throw thrown;
  }
}
