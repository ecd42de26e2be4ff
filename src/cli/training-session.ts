/** Trains one prepared run, with checkpoints on the way, tests it, and writes what came out. */

import { basename } from "node:path";
import { messageOf } from "../errors.js";
import type { Experiment } from "../interop/config/experiment.js";
import { writeExperiment } from "../interop/config/index.js";
import { withDataFolder } from "../interop/experiment/adjust.js";
import { saveModel } from "../interop/model-file.js";
import { DivergenceError } from "../training/divergence-error.js";
import { evaluate, type Evaluation } from "../training/evaluate.js";
import type { Trainer, TrainingResult } from "../training/trainer.js";
import { InterruptedError } from "./exit-codes.js";
import { orInterrupted, type Interrupt } from "./interrupt.js";
import type { TrainingFacts } from "./model-facts.js";
import { createTrainer, type PreparedRun } from "./prepared-run.js";
import type { RunFolder } from "./run-folder.js";
import { RunRecorder } from "./run-recorder.js";
import { completeSummary, runFacts, type CompleteSummary, type RunFacts } from "./run-summary.js";
import type { TrainingProgress } from "./training-progress.js";

export interface SessionOptions {
  readonly interrupt: Interrupt;
  readonly progress: TrainingProgress;
  /** Of this package. */
  readonly version: string;
  /** Makes or finds the folder of the run, when everything else is ready. */
  readonly open: () => RunFolder;
  /** The command that continues the run, once its folder is known. */
  readonly resumeCommand: () => string;
}

/**
 * @throws InterruptedError when it was stopped, with a checkpoint to go on from; DivergenceError; FileError;
 *   ConfigError if the settings of the training make no sense
 */
export async function trainRun(prepared: PreparedRun, session: SessionOptions): Promise<CompleteSummary> {
  const { model, options } = prepared;
  const { interrupt, progress } = session;
  let recorder: RunRecorder | null = null;
  const trainer = createTrainer(prepared, {
    onBatch: async (batch) => {
      progress.batch(batch);
      await recorder?.afterBatch();
    },
    onValidation: (done, total) => progress.validation(done, total),
    onEpoch: async (metrics) => {
      progress.epoch(metrics, options.epochs);
      await recorder?.afterEpoch(metrics);
    },
  });
  const folder = session.open();
  const facts = runFacts(prepared.run, model, session.version);
  recorder = new RunRecorder(folder, trainer, model.architecture);
  if (folder.hasCheckpoint) await recorder.restore();
  else await begin(folder, prepared.run.experiment, facts, recorder);

  const result = await fit(trainer, folder, facts, interrupt);
  await recorder.save();
  const stopped = stoppedSentence(result, options.epochs, session);
  if (!result.completed) throw interrupted(folder, facts, stopped, interrupt);
  const test = await orInterrupted(interrupt, stopped, () => testRun(prepared, session)).catch(
    (thrown: unknown) => {
      throw thrown instanceof InterruptedError ? interrupted(folder, facts, stopped, interrupt) : thrown;
    },
  );
  const summary = completeSummary(facts, result, test);
  await saveModel(folder.modelPath, model, { ...factsOf(prepared, summary) });
  folder.writeSummary(summary);
  folder.removeCheckpoint();
  return summary;
}

/** Everything from which the run can be begun again is on disk before its first batch. */
async function begin(
  folder: RunFolder,
  experiment: Experiment,
  facts: RunFacts,
  recorder: RunRecorder,
): Promise<void> {
  folder.removeTemporaries();
  if (!folder.hasConfig) folder.writeConfig(writeExperiment(experiment));
  folder.writeSummary({ status: "running", ...facts });
  await recorder.save();
}

async function fit(
  trainer: Trainer,
  folder: RunFolder,
  facts: RunFacts,
  interrupt: Interrupt,
): Promise<TrainingResult> {
  try {
    return await trainer.fit({ signal: interrupt.signal });
  } catch (thrown) {
    if (thrown instanceof DivergenceError)
      folder.writeSummary({ status: "failed", ...facts, error: messageOf(thrown) });
    throw thrown;
  }
}

async function testRun(
  { run, model, sets, augmentations, options }: PreparedRun,
  session: SessionOptions,
): Promise<Evaluation | null> {
  const { interrupt, progress } = session;
  if (!run.model.evaluate || sets.test === undefined) return null;
  return evaluate(model, sets.test, {
    batchSize: run.model.batchSize,
    ...(options.loss === undefined ? {} : { loss: options.loss }),
    ...(augmentations.steps.length === 0 ? {} : { augmentations }),
    signal: interrupt.signal,
    onBatch: (done, total) => progress.test(done, total),
  });
}

function stoppedSentence({ epochs: done }: TrainingResult, epochs: number, session: SessionOptions): string {
  const where = done < epochs ? `in epoch ${done + 1} of ${epochs}` : "before the network was tested";
  return `stopped ${where}; continue with: ${session.resumeCommand()}`;
}

function interrupted(
  folder: RunFolder,
  facts: RunFacts,
  sentence: string,
  { received }: Interrupt,
): InterruptedError {
  folder.writeSummary({ status: "interrupted", ...facts });
  return new InterruptedError(sentence, received ?? "SIGINT", { folder: folder.path });
}

/** No times, and no folders of this machine: equal runs make equal files. */
function factsOf(
  { run }: PreparedRun,
  { dataset, seed, epochs, bestEpoch, test, version }: CompleteSummary,
): TrainingFacts {
  const { experiment } = run;
  const portable =
    experiment.dataset.kind === "Digits"
      ? experiment
      : withDataFolder(experiment, basename(experiment.dataset.params.path));
  return {
    experiment: writeExperiment(portable),
    dataset,
    seed,
    epochs,
    atifVersion: version,
    ...(experiment.learningFramework.params.useBestEpoch && bestEpoch !== null ? { bestEpoch } : {}),
    ...(test === null ? {} : { testAccuracy: test.accuracy, testLoss: test.loss }),
  };
}
