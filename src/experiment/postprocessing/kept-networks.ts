/** The networks that steps have left in the folder of a run that is complete. */

import { loadModel } from "../../formats/model-file.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import { joinPaths } from "../../platform/paths.js";
// Quantized models are models, too.
import "../../quantization/kinds.js";
import { RunFolder } from "../run-folder/run-folder.js";
import type { PostprocessingResult, PostprocessingSummary } from "./results.js";

/** @throws FileError, FormatError for a network that was kept and is missing or damaged */
export async function loadKept(
  folder: RunFolder,
  steps: readonly PostprocessingSummary[],
): Promise<PostprocessingResult[]> {
  const results: PostprocessingResult[] = [];
  // Of the training, until a step changes it.
  let last: { readonly network: string; readonly model: SpikingModel | null } | null = null;
  for (const step of steps) {
    const model: SpikingModel | null =
      step.folder !== null
        ? await loadModel(new RunFolder(joinPaths(folder.path, step.folder)).modelPath)
        : await unchanged(folder, step, last);
    last = { network: step.network, model };
    results.push({ ...step, model });
  }
  return results;
}

/** Of a step that leaves the network as it was; null if it is that of a step that did not keep it. */
async function unchanged(
  folder: RunFolder,
  { kind, network }: PostprocessingSummary,
  last: { readonly network: string; readonly model: SpikingModel | null } | null,
): Promise<SpikingModel | null> {
  if (kind === "FuseBatchNorm" || kind === "QuantizationAwareTraining") return null;
  if (last === null) return loadModel(folder.modelPath);
  return last.network === network ? last.model : null;
}
