/** Trains one prepared run, with checkpoints on the way, tests it, and writes what came out. */

import { basename } from "node:path";
import { messageOf } from "../errors.js";
import type { Experiment } from "../experiment/description/experiment.js";
import { writeExperiment } from "../experiment/description/index.js";
import { withDataFolder } from "../experiment/adjust.js";
import { saveModel } from "../formats/model-file.js";
import { DivergenceError } from "../training/divergence-error.js";
import { evaluate, type Evaluation } from "../training/evaluate.js";
import type { Trainer, TrainingResult } from "../training/trainer.js";
import { InterruptedError } from "./exit-codes.js";
import { orInterrupted, type Interrupt, type StopSignal } from "./interrupt.js";
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
  await begin(folder, prepared.run.experiment, facts, recorder);

  const result = await fit(trainer, folder, facts, interrupt);
  await recorder.save();
  const stopped = (signal: StopSignal): InterruptedError => {
    folder.writeSummary({ status: "interrupted", ...facts });
    const sentence = `${whereStopped(result, options.epochs)}; continue with: ${session.resumeCommand()}`;
    return new InterruptedError(sentence, signal, { folder: folder.path });
  };
  if (!result.completed) throw stopped(interrupt.received ?? "SIGINT");
  const test = await orInterrupted(interrupt, stopped, () => testRun(prepared, session));
  const summary = completeSummary(facts, result, test);
  await saveModel(folder.modelPath, model, { ...factsOf(prepared, summary) });
  folder.writeSummary(summary);
  folder.removeCheckpoint();
  return summary;
}

/** Goes back to the checkpoint; or puts everything on disk from which the run can be begun again. */
async function begin(
  folder: RunFolder,
  experiment: Experiment,
  facts: RunFacts,
  recorder: RunRecorder,
): Promise<void> {
  folder.removeTemporaries();
  const isContinued = await recorder.restore();
  if (!folder.hasConfig) folder.writeConfig(writeExperiment(experiment));
  folder.writeSummary({ status: "running", ...facts });
  if (!isContinued) await recorder.save();
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

function whereStopped({ epochs: done }: TrainingResult, epochs: number): string {
  return done < epochs
    ? `stopped in epoch ${done + 1} of ${epochs}`
    : "stopped before the network was tested";
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
