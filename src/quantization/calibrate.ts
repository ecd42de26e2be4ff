/** Ranges from data, without training. */

import { noGrad } from "../autograd/grad-mode.js";
import { checkFunction, checkInteger, checkOptions } from "../checks.js";
import type { Dataset } from "../datasets/dataset.js";
import { checkFits, checkSignal, showBatch } from "../measuring/batch-input.js";
import { withMode } from "../module/mode.js";
import type { SpikingModel } from "../models/spiking-model.js";
import { scope } from "../tensor/scope.js";
import { Quantizer } from "./quantizer.js";

export interface CalibrateOptions {
  /** Default 32. */
  readonly batchSize?: number;
  /** Stops before the next batch: ranges are then those of what was shown. */
  readonly signal?: AbortSignal;
  /** After each batch: batches done, and in all. */
  readonly onBatch?: (done: number, total: number) => void;
}

/**
 * Shows the data once, so that every quantizer knows the range of what it meets; ranges from before are forgotten. Everything
 * else is as in evaluation: nothing is dropped, no running statistic moves. With compat "qualia", the model is shown the data
 * in training mode, and ranges grow on.
 *
 * @param quantized a model that quantizeModel() made
 * @throws TypeError, RangeError for a model without quantizers, and for data that do not fit it; the signal's reason if it is
 *   aborted
 */
export function calibrate(quantized: SpikingModel, dataset: Dataset, options: CalibrateOptions = {}): void {
  const where = "calibrate";
  checkFits(where, quantized, dataset);
  checkOptions(where, options ?? null, ["batchSize", "signal", "onBatch"]);
  const batchSize = checkInteger(`${where}: batchSize`, options.batchSize ?? 32, 1);
  const { signal, onBatch } = options;
  checkSignal(where, signal);
  if (onBatch !== undefined) checkFunction(`${where}: onBatch`, onBatch, "(done, total) => {}");
  const quantizers = quantizersIn(quantized);
  if (quantizers.length === 0) {
    throw new TypeError(
      `${where}: the model has no quantizers; expected a quantized one. Call quantizeModel(model, { bits: 8 }) first.`,
    );
  }
  if (dataset.length === 0)
    throw new RangeError(`${where}: "${dataset.name}" has no samples; expected at least one.`);
  const before = quantizers.map(({ globalMax, globalMin }) => ({ globalMax, globalMin }));
  const asReference = quantizers.some(({ compat }) => compat !== undefined);
  withMode(quantized, asReference, () => {
    for (const quantizer of quantizers) {
      quantizer.training = true;
      if (!asReference) quantizer.globalMax = -Infinity;
    }
    try {
      const total = Math.ceil(dataset.length / batchSize);
      let done = 0;
      for (const batch of dataset.batches({ batchSize })) {
        signal?.throwIfAborted();
        scope(() => noGrad(() => void showBatch(quantized, batch)));
        onBatch?.(++done, total);
      }
    } catch (thrown) {
      // Of data that do not fit, nothing stays.
      if (signal?.aborted !== true) quantizers.forEach((quantizer, i) => restoreRange(quantizer, before[i]));
      throw thrown;
    } finally {
      scope(() => quantized.reset());
    }
  });
}

function restoreRange(
  quantizer: Quantizer,
  { globalMax, globalMin }: Pick<Quantizer, "globalMax" | "globalMin">,
): void {
  quantizer.globalMax = -Infinity;
  if (!(globalMax >= 0)) return;
  quantizer.globalMax = globalMax;
  quantizer.globalMin = globalMin;
}

/** All quantizers below, in order. */
export function quantizersIn(model: SpikingModel): Quantizer[] {
  return model.namedModules().flatMap(([, module]) => (module instanceof Quantizer ? [module] : []));
}
