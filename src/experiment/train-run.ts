/** Trains one prepared run, with checkpoints on the way, tests it, and writes what came out. */

import { saveModel } from "../formats/model-file.js";
import type { SpikingModel } from "../models/spiking-model.js";
import { lastPart } from "../platform/paths.js";
import type { EpochMetrics } from "../training/epoch-metrics.js";
import { evaluate, type Evaluation } from "../training/evaluate.js";
import type { TrainingResult } from "../training/trainer.js";
import type { BatchProgress } from "../training/trainer-options.js";
import { VERSION } from "../version.js";
import { withDataFolder } from "./adjust.js";
import { isFromFiles } from "./description/data-schema.js";
import { writeExperiment } from "./description/index.js";
import { createTrainer, type PreparedRun } from "./prepared-run.js";
import type { RunFolder } from "./run-folder/run-folder.js";
import { RunRecorder } from "./run-folder/run-recorder.js";
import { markFailed } from "./run-folder/run-state.js";
import { changeInWords, changesOnTheWay } from "./run-folder/run-changes.js";
import { completeSummary, runFacts, type CompleteSummary } from "./run-folder/run-summary.js";
import type { TrainingFacts } from "./run-folder/training-facts.js";

/** What is told while a run is under way. The training waits for promises. */
export interface RunListener {
  onBatch?(progress: BatchProgress): void | Promise<void>;
  onValidation?(done: number, total: number): void;
  onEpoch?(metrics: EpochMetrics): void | Promise<void>;
  onTest?(done: number, total: number): void;
}

export interface TrainRunOptions {
  /** Stops after the batch under way. */
  readonly signal: AbortSignal | undefined;
  /** Makes or finds the folder of the run, when everything else is ready; null: nothing is written. */
  readonly open: () => RunFolder | null;
  /** Told when the folder is there and training begins. */
  readonly begin: (model: SpikingModel, folder: RunFolder | null) => RunListener;
}

/** A run that was trained to its end and tested. */
export interface CompleteRun {
  readonly status: "complete";
  readonly folder: RunFolder | null;
  readonly result: TrainingResult;
  /** null if the experiment says not to test. */
  readonly test: Evaluation | null;
  readonly summary: CompleteSummary;
}

/** A run that was stopped, with a checkpoint in its folder to go on from. */
export interface StoppedRun {
  readonly status: "stopped";
  readonly folder: RunFolder | null;
  readonly result: TrainingResult;
}

/** @throws DivergenceError; FileError; ConfigError if the settings of the training make no sense */
export async function trainRun(
  prepared: PreparedRun,
  { signal, open, begin }: TrainRunOptions,
): Promise<CompleteRun | StoppedRun> {
  const { run, model } = prepared;
  let recorder: RunRecorder | null = null;
  let listener: RunListener = {};
  const trainer = createTrainer(prepared, {
    onBatch: async (batch) => {
      await listener.onBatch?.(batch);
      await recorder?.afterBatch();
    },
    onValidation: (done, total) => listener.onValidation?.(done, total),
    onEpoch: async (metrics) => {
      await listener.onEpoch?.(metrics);
      await recorder?.afterEpoch(metrics);
    },
  });
  const folder = open();
  const begun = runFacts(run, model, VERSION);
  try {
    if (folder !== null) recorder = new RunRecorder(folder, trainer, model.architecture);
    const facts = (await recorder?.begin(run.experiment, begun)) ?? begun;
    listener = begin(model, folder);

    const result = await trainer.fit(signal === undefined ? {} : { signal });
    await recorder?.save();
    const test = result.completed ? await testUnlessStopped(prepared, listener, signal) : "stopped";
    if (test === "stopped") {
      folder?.writeSummary({ status: "interrupted", ...facts });
      return { status: "stopped", folder, result };
    }
    const summary = completeSummary(facts, result, test);
    if (folder !== null) await finish(folder, prepared, summary);
    return { status: "complete", folder, result, test, summary };
  } catch (thrown) {
    if (folder !== null) markFailed(folder, thrown);
    throw thrown;
  }
}

async function finish(folder: RunFolder, prepared: PreparedRun, summary: CompleteSummary): Promise<void> {
  await saveModel(folder.modelPath, prepared.model, { ...factsOf(prepared, summary) });
  folder.writeSummary(summary);
  folder.removeCheckpoint();
}

async function testUnlessStopped(
  prepared: PreparedRun,
  listener: RunListener,
  signal: AbortSignal | undefined,
): Promise<Evaluation | null | "stopped"> {
  try {
    return await testRun(prepared, listener, signal);
  } catch (thrown) {
    if (signal?.aborted === true && thrown === signal.reason) return "stopped";
    throw thrown;
  }
}

async function testRun(
  { run, model, sets, augmentations, options }: PreparedRun,
  listener: RunListener,
  signal: AbortSignal | undefined,
): Promise<Evaluation | null> {
  if (!run.model.evaluate || sets.test === undefined) return null;
  return evaluate(model, sets.test, {
    batchSize: run.model.batchSize,
    ...(options.loss === undefined ? {} : { loss: options.loss }),
    ...(augmentations.steps.length === 0 ? {} : { augmentations }),
    ...(signal === undefined ? {} : { signal }),
    onBatch: (done, total) => listener.onTest?.(done, total),
  });
}

/** No times, and no folders of this machine: equal runs make equal files. */
function factsOf(
  { run }: PreparedRun,
  { dataset, seed, epochs, bestEpoch, test, version, changes = [] }: CompleteSummary,
): TrainingFacts {
  const { experiment } = run;
  const onTheWay = changesOnTheWay(changes);
  const portable = isFromFiles(experiment.dataset)
    ? withDataFolder(experiment, lastPart(experiment.dataset.params.path))
    : experiment;
  return {
    experiment: writeExperiment(portable),
    ...(onTheWay.length === 0 ? {} : { changes: onTheWay.map(changeInWords).join("; ") }),
    dataset,
    seed,
    epochs,
    atifVersion: version,
    ...(experiment.learningFramework.params.useBestEpoch && bestEpoch !== null ? { bestEpoch } : {}),
    ...(test === null ? {} : { testAccuracy: test.accuracy, testLoss: test.loss }),
  };
}
