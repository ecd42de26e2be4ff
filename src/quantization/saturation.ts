/** Counts what lies at the limits of quantizers while a model is measured. */

import type { SpikingModel } from "../models/spiking-model.js";
import { quantizersIn } from "./calibrate.js";
import type { Quantizer } from "./quantizer.js";
import type { SaturationCount } from "./saturation-count.js";

/** Counts for every quantizer of a model while fn runs, also while it waits. */
export async function countingSaturation<R>(
  model: SpikingModel,
  fn: () => Promise<R>,
): Promise<{ result: R; counts: ReadonlyMap<Quantizer, SaturationCount> }> {
  const counts = new Map(
    quantizersIn(model).map((quantizer) => [quantizer, { atLimits: 0, values: 0 }] as const),
  );
  try {
    for (const [quantizer, count] of counts) quantizer.saturationCount = count;
    return { result: await fn(), counts };
  } finally {
    for (const quantizer of counts.keys()) quantizer.saturationCount = null;
  }
}
