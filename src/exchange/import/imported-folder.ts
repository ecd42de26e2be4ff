/** The folder of a network that was brought in: that of a run, of which no epoch was trained here. */

import { parseExperiment } from "../../experiment/description/index.js";
import type { Experiment } from "../../experiment/description/experiment.js";
import { writeExperiment } from "../../experiment/description/index.js";
import type { RunFolder } from "../../experiment/run-folder/run-folder.js";
import {
  completeSummary,
  type CompleteSummary,
  type RunFacts,
} from "../../experiment/run-folder/run-summary.js";
import { ConfigError } from "../../errors.js";
import { saveModel, type ModelFacts } from "../../formats/model-file.js";
import { currentBackend } from "../../kernels/current.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import { removeFile } from "../../platform/folders.js";
import type { Evaluation } from "../../training/evaluate.js";
import type { TrainingResult } from "../../training/trainer.js";
import { VERSION } from "../../version.js";
import type { FidelityReport } from "../fidelity-report.js";

export interface ImportedRun {
  readonly model: SpikingModel;
  readonly report: FidelityReport;
  /** What the network is called. */
  readonly name: string;
  /** The file, as it was named. */
  readonly of: string;
  /** What describes its training, if that is an experiment that can be run here. */
  readonly experiment: Experiment | null;
  /** On real samples; null: it was not measured. */
  readonly test: Evaluation | null;
  /** What it was measured on. */
  readonly data: string | null;
}

/** What summary.json says beside what it says of any run. */
export type ImportedSummary = CompleteSummary & {
  readonly imported: { readonly of: string; readonly report: FidelityReport };
};

const UNTRAINED: TrainingResult = {
  completed: true,
  epochs: 0,
  bestEpoch: null,
  stoppedEarly: false,
  history: [],
};

/** Of its files. */
export function importedFacts({ experiment, test }: Pick<ImportedRun, "experiment" | "test">): ModelFacts {
  return {
    atifVersion: VERSION,
    ...(experiment === null
      ? {}
      : {
          dataset: experiment.dataset.kind,
          seed: experiment.bench.seed,
          experiment: writeExperiment(experiment),
        }),
    ...(test === null ? {} : { testAccuracy: test.accuracy, testLoss: test.loss }),
  };
}

export function importedSummary(run: ImportedRun): ImportedSummary {
  const { model, report, name, of, experiment, test, data } = run;
  const parameters = model.parameters();
  const facts: RunFacts = {
    name,
    model: model.architecture.kind,
    // A name that somebody has given.
    dataset: (experiment?.dataset.kind ?? data ?? "") as RunFacts["dataset"],
    run: 1,
    seed: experiment?.bench.seed ?? 0,
    timesteps: model.timesteps,
    parameters: parameters.reduce((sum, { size }) => sum + size, 0),
    backend: currentBackend().name,
    version: VERSION,
  };
  return { ...completeSummary(facts, UNTRAINED, test), imported: { of, report } };
}

/**
 * Writes the folder, which is held and empty; of one that cannot be written whole, nothing is left in it.
 *
 * @throws FileError; TypeError for a network that cannot be stored
 */
export async function writeImportedRun(folder: RunFolder, run: ImportedRun): Promise<ImportedSummary> {
  const summary = importedSummary(run);
  try {
    await saveModel(folder.modelPath, run.model.eval(), importedFacts(run));
    folder.writeMetrics([]);
    if (run.experiment !== null) folder.writeConfig(NOTE + writeExperiment(run.experiment));
    // Last: it says that all is there.
    folder.writeSummary(summary);
    return summary;
  } catch (thrown) {
    for (const path of [folder.modelPath, folder.metricsPath, folder.configPath]) removeFile(path);
    throw thrown;
  }
}

const NOTE = `# The experiment that describes the network here. It was trained by another program and brought in, as summary.json says.

`;

/**
 * The experiment of a config, of one model alone; null if it is none that can be run here (other data, other steps): the
 * network can be used all the same.
 *
 * @param name of the [[model]]; the only one if it is left out
 */
export function experimentIn(text: string, source: string, name: string | undefined): Experiment | null {
  try {
    const { experiment } = parseExperiment(text, { source, lenient: true });
    const models = experiment.models.filter((model) => name === undefined || model.name === name);
    return models.length === 1 ? { ...experiment, models } : null;
  } catch (thrown) {
    if (thrown instanceof ConfigError) return null;
    throw thrown;
  }
}
