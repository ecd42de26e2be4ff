/** Trains one prepared run, with checkpoints on the way, tests it, and writes what came out. */

import { saveModel } from "../formats/model-file.js";
import { lossOf } from "../losses/loss-spec.js";
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
import type { ChainOptions, ChainOutcome, PostprocessingListener } from "./postprocessing/chain.js";
import type {
  PostprocessingKind,
  PostprocessingResult,
  PostprocessingSummary,
} from "./postprocessing/results.js";
import { createTrainer, hasSteps, type PreparedRun } from "./prepared-run.js";
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
  readonly postprocessing?: PostprocessingListener;
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
  readonly postprocessing: readonly PostprocessingResult[];
  readonly summary: CompleteSummary;
}

/** A run that was stopped, with a checkpoint in its folder to go on from. */
export interface StoppedRun {
  readonly status: "stopped";
  readonly folder: RunFolder | null;
  readonly result: TrainingResult;
  /** null if it was stopped before the end of the test. */
  readonly test: Evaluation | null;
  readonly postprocessing: readonly PostprocessingResult[];
  /** The step after the training that was under way; null: none was. */
  readonly stoppedIn: PostprocessingKind | null;
}

/** @throws DivergenceError; FileError; ConfigError if the settings of the training make no sense */
export async function trainRun(
  prepared: PreparedRun,
  { signal: given, open, begin }: TrainRunOptions,
): Promise<CompleteRun | StoppedRun> {
  const { run, model } = prepared;
  // Of all processes that train it together, so that all stop at the same point.
  const signal = prepared.options.parallel?.agree(given) ?? given;
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
    const stopped = { status: "stopped", folder, result } as const;
    if (test === "stopped") {
      folder?.writeSummary({ status: "interrupted", ...facts });
      return { ...stopped, test: null, postprocessing: [], stoppedIn: null };
    }
    const trained = completeSummary(facts, result, test);
    const modelFacts = { ...factsOf(prepared, trained) };
    if (folder !== null) await saveModel(folder.modelPath, model, modelFacts);
    const { results, stoppedIn } = await postprocessed({
      prepared,
      folder,
      test,
      facts,
      modelFacts,
      signal,
      listener,
    });
    if (stoppedIn !== null) {
      folder?.writeSummary({ status: "interrupted", ...facts });
      return { ...stopped, test, postprocessing: results, stoppedIn };
    }
    const summary = results.length === 0 ? trained : { ...trained, postprocessing: results.map(summaryOf) };
    folder?.writeSummary(summary);
    folder?.removeCheckpoint();
    return { status: "complete", folder, result, test, postprocessing: results, summary };
  } catch (thrown) {
    if (folder !== null) markFailed(folder, thrown);
    throw thrown;
  }
}

/** What is done after the training is loaded when there is something to do. */
async function postprocessed({
  listener,
  ...options
}: Omit<ChainOptions, "listener"> & { readonly listener: RunListener }): Promise<ChainOutcome> {
  if (!hasSteps(options.prepared.run.experiment)) return { results: [], stoppedIn: null };
  const { runPostprocessing } = await import("./postprocessing/chain.js");
  return runPostprocessing({ ...options, listener: listener.postprocessing ?? {} });
}

/** What summary.json says of a step. */
function summaryOf({ model: _, ...summary }: PostprocessingResult): PostprocessingSummary {
  return summary;
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
  { run, model, sets, augmentations, options, own }: PreparedRun,
  listener: RunListener,
  signal: AbortSignal | undefined,
): Promise<Evaluation | null> {
  if (!run.model.evaluate || sets.test === undefined) return null;
  return (options.parallel?.evaluate ?? evaluate)(model, sets.test, {
    batchSize: run.model.batchSize,
    loss: lossOf(options),
    ...(own.metrics.length === 0 ? {} : { metrics: own.metrics }),
    ...(augmentations.steps.length === 0 ? {} : { augmentations }),
    ...(signal === undefined ? {} : { signal }),
    onBatch: (done, total) => listener.onTest?.(done, total),
  });
}

/** No times, and no folders of this machine: equal runs make equal files. */
function factsOf(
  { run, sets }: PreparedRun,
  { dataset, seed, epochs, bestEpoch, test, version, changes = [] }: CompleteSummary,
): TrainingFacts {
  const { experiment } = run;
  const onTheWay = changesOnTheWay(changes);
  const { classNames } = sets.train;
  const portable = isFromFiles(experiment.dataset)
    ? withDataFolder(experiment, lastPart(experiment.dataset.params.path))
    : experiment;
  return {
    experiment: writeExperiment(portable),
    ...(onTheWay.length === 0 ? {} : { changes: onTheWay.map(changeInWords).join("; ") }),
    dataset,
    ...(classNames === undefined ? {} : { classNames }),
    seed,
    epochs,
    atifVersion: version,
    ...(experiment.learningFramework.params.useBestEpoch && bestEpoch !== null ? { bestEpoch } : {}),
    ...(test === null ? {} : { testAccuracy: test.accuracy, testLoss: test.loss }),
  };
}
