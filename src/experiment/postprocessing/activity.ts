/** What passes through a network while it looks at the test set. */

import { ActivityMeter } from "../../energy/measure-activity.js";
import type { NetworkActivity } from "../../energy/network-activity.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import { nextTurn } from "../../platform/event-loop.js";
import { shownDataset } from "../../training/shown-dataset.js";
import type { TestSet } from "../quantized/measure-stage.js";

const BATCH = 64;

/** @throws the signal's reason if it is aborted; RangeError for a network that cannot be counted */
export async function activityOn(
  model: SpikingModel,
  { data, augmentations }: TestSet,
  signal: AbortSignal | undefined,
  onBatch: (done: number, total: number) => void | Promise<void>,
): Promise<NetworkActivity> {
  const shown = shownDataset(model, data, augmentations ?? null);
  const meter = new ActivityMeter(model, shown);
  const total = Math.ceil(shown.length / BATCH);
  let done = 0;
  for (const batch of shown.batches({ batchSize: BATCH })) {
    await nextTurn();
    signal?.throwIfAborted();
    meter.show(batch);
    await onBatch(++done, total);
  }
  return meter.activity;
}
