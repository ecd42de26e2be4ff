/** What quantization costs: a network measured on data, and what its layers and their quantizers do meanwhile. */

import { checkFunction, checkInteger, checkOptions } from "../../checks.js";
import type { Dataset } from "../../datasets/dataset.js";
import type { LossSpec } from "../../losses/loss-spec.js";
import { checkFits } from "../../measuring/batch-input.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import { measureStage, type Stage } from "./measure-stage.js";

export interface MeasureQuantizationOptions {
  /** Default 64. */
  readonly batchSize?: number;
  /** Default "crossentropy". */
  readonly loss?: LossSpec;
  /** Stops before the next batch: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** After each batch: batches done, and in all. */
  readonly onBatch?: (done: number, total: number) => void;
}

/** An evaluation, and the layers that have neurons or quantizers. */
export type MeasuredQuantization = Stage;

/**
 * As evaluate, and of every layer with neurons or quantizers its threshold, its fractional bits, how much of what it gives lies at the
 * limits of its quantizer, and how many of its neurons never fire. A network that is not quantized has neurons alone.
 *
 * @throws as evaluate
 */
export async function measureQuantization(
  model: SpikingModel,
  data: Dataset,
  options: MeasureQuantizationOptions = {},
): Promise<MeasuredQuantization> {
  const where = "measureQuantization";
  checkOptions(where, options ?? null, ["batchSize", "loss", "signal", "onBatch"]);
  const { loss = "crossentropy", ...others } = options;
  if (others.batchSize !== undefined) checkInteger(`${where}: batchSize`, others.batchSize, 1);
  if (others.onBatch !== undefined) checkFunction(`${where}: onBatch`, others.onBatch, "(done, total) => …");
  checkFits(where, model, data);
  return await measureStage(model, { data, loss }, others);
}
