/** The one trained network that a command line names, with what its file says. */

import { readModelFile, type LoadedModel } from "../formats/model-file.js";
import { readFacts, type TrainingFacts } from "../experiment/run-folder/training-facts.js";
import { spellCommand } from "./command-line.js";
import { UsageError } from "./exit-codes.js";
import { findModel, type ModelPlace } from "./model-path.js";
import { findRuns } from "./several-runs.js";
// Quantized models are models, too.
import "../exchange/kinds.js";
import "../quantization/kinds.js";

export interface TrainedRun extends LoadedModel, ModelPlace {
  /** Those of the facts that are what a run writes. */
  readonly known: TrainingFacts;
}

/**
 * @param named a run folder, or a model file
 * @param command what the user asked for, "quantize"
 * @throws UsageError for a folder of several runs, or without a model; FileError, FormatError
 */
export async function openRun(named: string, command: string): Promise<TrainedRun> {
  const several = findRuns(named);
  if (several !== null) {
    const [{ folder }] = several.complete;
    throw new UsageError(
      `${named} holds several runs; expected one. Name it, as in ${spellCommand([command, folder.shortPath])}`,
    );
  }
  const place = findModel(named);
  const { model, facts } = await readModelFile(place.path);
  return { ...place, model, facts, known: readFacts(facts) };
}
