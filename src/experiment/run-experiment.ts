/** Experiments, run by a program as `atif train` runs them. */

import { checkBoolean, checkFunction, checkOptions } from "../checks.js";
import { ConfigError, messageOf } from "../errors.js";
import { loadModel } from "../formats/model-file.js";
import { currentBackend } from "../kernels/current.js";
import { trainingRefused } from "../kernels/training-refused.js";
import type { SpikingModel } from "../models/spiking-model.js";
import { exists } from "../platform/folders.js";
import { absolutePath } from "../platform/paths.js";
import { show } from "../show.js";
import type { EpochMetrics } from "../training/epoch-metrics.js";
import type { Evaluation } from "../training/evaluate.js";
import type { BatchProgress } from "../training/trainer-options.js";
import { withDataFolder, type SingleRun } from "./adjust.js";
import type { DatasetLoader } from "./data.js";
import { isFromFiles } from "./description/data-schema.js";
import type { Experiment } from "./description/experiment.js";
import type { Override } from "./description/overrides.js";
import { readSource, type ExperimentSource } from "./experiment-source.js";
import { givenLoader, withDatasetOf, type GivenSamples } from "./in-memory.js";
import type {
  PostprocessingProgress,
  PostprocessingResult,
  PostprocessingSummary,
} from "./postprocessing/results.js";
import { functionsOf, givenNames, type GivenFunctions } from "./own-functions.js";
import { readExperimentFile } from "./experiment-file.js";
import { isEmptyFolder, RunFolder } from "./run-folder/run-folder.js";
import { runAll, type RunOutcome } from "./run-all.js";
import { checkContinues, planRuns, runIn, withDataOf, type RunPlan } from "./run-plan.js";
import { trainedEpochs } from "./training.js";

/** One model trained once: what is known of it from its beginning. */
export interface ExperimentRun {
  /** Of the model. */
  readonly name: string;
  /** Decides the weights it begins with, the order of the samples, dropout and augmentation. */
  readonly seed: number;
  /** Number of the run, from first_run to last_run. */
  readonly run: number;
  readonly epochs: number;
  /** The network that is trained. */
  readonly model: SpikingModel;
  /** Where it is written; null if it is not. */
  readonly folder: string | null;
}

/** What came out of a run. */
export interface ExperimentResult extends ExperimentRun {
  /** One entry per finished epoch, those of an earlier process included. */
  readonly history: readonly EpochMetrics[];
  /** The epoch that is best by the checkpoint metric; missing if there is none. */
  readonly best?: EpochMetrics;
  /** On the test set; null if the experiment says not to test, or the run was interrupted before. */
  readonly test: Evaluation | null;
  /** Of the steps of [[postprocessing]], in order: those that are done. */
  readonly postprocessing: readonly PostprocessingResult[];
  /** By the signal: the model is as it was then, and no other run was begun. */
  readonly interrupted: boolean;
}

/** Told while runs are under way; the training waits for promises. */
export interface ExperimentCallbacks {
  onStart?(run: ExperimentRun): void;
  onBatch?(progress: BatchProgress, run: ExperimentRun): void | Promise<void>;
  onEpoch?(metrics: EpochMetrics, run: ExperimentRun): void | Promise<void>;
  /** After each batch of the test: batches done, and in all. */
  onTest?(done: number, total: number, run: ExperimentRun): void;
  /** After each batch of a step of [[postprocessing]]. */
  onPostprocessing?(progress: PostprocessingProgress, run: ExperimentRun): void | Promise<void>;
  /** What was ignored or looks like a slip, in a sentence. */
  onWarning?(sentence: string): void;
}

export interface RunExperimentOptions extends GivenSamples, GivenFunctions {
  /** Stops after the batch under way. */
  signal?: AbortSignal;
  /** Undeclared keys and parameters that can be left out become warnings. */
  lenient?: boolean;
  /** ["model.0.epochs", 3]: set after [model_template] is merged. */
  overrides?: readonly Override[];
  callbacks?: ExperimentCallbacks;
  /** The folder of the run, as `atif train --out` writes it. null, or left out: nothing is written. Node only. */
  out?: string | null;
  /** Goes on with the run in `out`, if there is one. Default false. */
  resume?: boolean;
}

const OPTIONS = [
  ...["data", "load", "loss", "metrics", "signal", "lenient", "overrides", "callbacks", "out", "resume"],
];
const CALLBACKS = ["onStart", "onBatch", "onEpoch", "onTest", "onPostprocessing", "onWarning"] as const;

/**
 * Trains and tests every model of an experiment, for every number of run: what `atif train` does, to the bit.
 *
 * @param source an experiment as parseExperiment gives it; the path of a file that ends in .toml (Node only); or the
 *   tables of a file as plain objects, in the file's own keys
 * @returns one result per run, in order. When the signal is aborted the last one is the run that was interrupted
 * @throws ConfigError if the experiment, or the run to continue, cannot be obeyed; FileError; FormatError on data that
 *   are missing or damaged; DivergenceError
 */
export async function runExperiment(
  source: ExperimentSource,
  options: RunExperimentOptions = {},
): Promise<ExperimentResult[]> {
  checkAll(options);
  const { signal, callbacks = {} } = options;
  const load = givenLoader("runExperiment", options);
  const warn = (sentence: string): void => callbacks.onWarning?.(sentence);
  const plan = planOf(withDatasetOf(source, options), { ...options, load }, warn);
  // Before anything is written.
  if (!currentBackend().trains) throw trainingRefused("runExperiment");
  const results: ExperimentResult[] = [];
  const outcomes = runAll(plan, {
    ...(load === undefined ? {} : { load }),
    ...(signal === undefined ? {} : { signal }),
    warn,
    begin: (single, model, folder) => {
      const run = runOf(single, model, folder);
      callbacks.onStart?.(run);
      return {
        onBatch: (progress) => callbacks.onBatch?.(progress, run),
        onEpoch: (metrics) => callbacks.onEpoch?.(metrics, run),
        onTest: (done, total) => callbacks.onTest?.(done, total, run),
        postprocessing: { onProgress: (progress) => callbacks.onPostprocessing?.(progress, run) },
      };
    },
  });
  for await (const outcome of outcomes) results.push(await resultOf(outcome));
  return results;
}

function checkAll(options: RunExperimentOptions): void {
  const where = "runExperiment";
  checkOptions(where, options, OPTIONS);
  const { callbacks = {}, lenient = false, out = null, resume = false } = options;
  checkOptions(`${where}: callbacks`, callbacks, CALLBACKS);
  for (const name of CALLBACKS) {
    if (callbacks[name] !== undefined)
      checkFunction(`${where}: callbacks.${name}`, callbacks[name], "() => {}");
  }
  checkBoolean(`${where}: lenient`, lenient);
  checkBoolean(`${where}: resume`, resume);
  if (out !== null && typeof out !== "string") {
    throw new TypeError(
      `${where}: out is ${show(out)}; expected the path of a folder, or null to write nothing.`,
    );
  }
  if (resume && out === null) {
    throw new ConfigError(
      `${where}: resume is true, but there is no out; expected the folder of the run to continue.`,
    );
  }
}

type PlanOptions = Pick<RunExperimentOptions, "lenient" | "overrides" | "out" | "resume"> &
  GivenFunctions & { load: DatasetLoader | undefined };

/** @throws ConfigError, FileError */
function planOf(
  source: ExperimentSource,
  { load, lenient = false, overrides = [], out = null, resume = false, ...functions }: PlanOptions,
  warn: (sentence: string) => void,
): RunPlan {
  const { experiment: read, warnings } = readSource("runExperiment", source, {
    lenient,
    overrides,
    given: givenNames("runExperiment", functions),
  });
  warnings.forEach(warn);
  const experiment = load === undefined ? withAbsoluteData(read) : read;
  if (out === null) return planRuns(experiment, { resumed: null, claim: null }, functions);
  const isThere = exists(out) && !isEmptyFolder(out);
  const resumed = resume && isThere ? runIn(out) : null;
  if (resumed !== null) {
    const recorded = readExperimentFile(resumed.configPath, { lenient: true }).experiment;
    checkGivenAgain(resumed, recorded, functions);
    // To a loader the path of the data is no more than a name.
    checkContinues(resumed, recorded, load === undefined ? experiment : withDataOf(experiment, recorded));
    checkBackend(resumed);
  }
  return planRuns(experiment, { resumed, claim: () => RunFolder.claim(out) }, functions);
}

/** The functions that a run was begun with. @throws ConfigError */
function checkGivenAgain(folder: RunFolder, recorded: Experiment, functions: GivenFunctions): void {
  if (folder.isComplete) return;
  try {
    functionsOf(recorded, functions);
  } catch (thrown) {
    throw new ConfigError(`${folder.shortPath} goes on as it was started: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}

/** The run can be repeated from its folder, wherever that is done. */
function withAbsoluteData(experiment: Experiment): Experiment {
  const { dataset } = experiment;
  return isFromFiles(dataset) ? withDataFolder(experiment, absolutePath(dataset.params.path)) : experiment;
}

/** The reference differs in the last bits from the others, so a run stays with its own. */
function checkBackend(folder: RunFolder): void {
  const { backend } = folder;
  const { name } = currentBackend();
  if (backend === null || (backend === "reference") === (name === "reference")) return;
  throw new ConfigError(
    `${folder.shortPath} was started with the backend ${backend}, but now it is ${name}; a run continues as it was ` +
      `started. Call init({ backend: "${backend}" }) first.`,
  );
}

function runOf(
  { model: config, seed, run }: SingleRun,
  model: SpikingModel,
  folder: RunFolder | null,
): ExperimentRun {
  return { name: config.name, seed, run, epochs: trainedEpochs(config), model, folder: folder?.path ?? null };
}

async function resultOf(outcome: RunOutcome): Promise<ExperimentResult> {
  const { run } = outcome;
  switch (outcome.status) {
    case "was complete": {
      const { folder } = outcome;
      const { history, bestEpoch, test, postprocessing } = folder.readResults();
      const about = runOf(run, await loadModel(folder.modelPath), folder);
      const steps = await withNetworks(folder, postprocessing);
      return {
        ...about,
        history,
        ...bestOf(history, bestEpoch),
        test,
        postprocessing: steps,
        interrupted: false,
      };
    }
    case "not begun":
      return {
        ...runOf(run, outcome.model, null),
        history: [],
        test: null,
        postprocessing: [],
        interrupted: true,
      };
    case "complete":
    case "stopped": {
      const { history, bestEpoch } = outcome.result;
      const isComplete = outcome.status === "complete";
      return {
        ...runOf(run, outcome.model, outcome.folder),
        history,
        ...bestOf(history, bestEpoch),
        test: outcome.test,
        postprocessing: outcome.postprocessing,
        interrupted: !isComplete,
      };
    }
  }
}

/** Those networks that were kept; a network that a step has left as it was is that of the step before. */
async function withNetworks(
  folder: RunFolder,
  steps: readonly PostprocessingSummary[],
): Promise<PostprocessingResult[]> {
  if (steps.length === 0) return [];
  const { loadKept } = await import("./postprocessing/kept-networks.js");
  return loadKept(folder, steps);
}

function bestOf(history: readonly EpochMetrics[], epoch: number | null): { best?: EpochMetrics } {
  const best = epoch === null ? undefined : history[epoch - 1];
  return best === undefined ? {} : { best };
}
