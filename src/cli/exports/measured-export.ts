/** How far what was written is from the network: what atif reads of it, shown the same test samples. */

import type { Dataset } from "../../datasets/dataset.js";
import type { MeasuredFidelity } from "../../exchange/fidelity-report.js";
import { measureFidelity } from "../../exchange/measure-fidelity.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import { shownDataset } from "../../training/shown-dataset.js";
import { readAgain, type ReadAgainOptions } from "../read-again.js";
import { NoFittingData, testDataFor } from "../test-data.js";
import type { TrainedRun } from "../trained-run.js";

const SAMPLES = 64;

/** null: there are no data to measure with, which is said. */
export async function dataToMeasure(
  { model, known, config }: TrainedRun,
  asked: string | undefined,
  warn: (sentence: string) => void,
): Promise<Dataset | null> {
  try {
    const { data, augmentations } = await testDataFor(model, known, config, asked);
    return shownDataset(model, data, augmentations ?? null);
  } catch (thrown) {
    if (asked !== undefined || !(thrown instanceof NoFittingData)) throw thrown;
    warn(`nothing is measured: ${thrown.message}`);
    return null;
  }
}

export async function measureExported(
  model: SpikingModel,
  { bytes, name }: { readonly bytes: Uint8Array; readonly name: string },
  data: Dataset,
  { samples = SAMPLES, ...options }: ReadAgainOptions & { readonly samples?: number | undefined } = {},
): Promise<MeasuredFidelity> {
  const { model: read } = await readAgain(bytes, name, model, options);
  return measureFidelity(model, read, data, { samples });
}
