/** What is done to a trained network after its training, step by step. */

import { ConfigError, messageOf, OutOfMemoryError } from "../../errors.js";
import type { NetworkActivity } from "../../energy/network-activity.js";
import type { ModelFacts } from "../../formats/model-file.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import { makeFolder } from "../../platform/folders.js";
import { joinPaths } from "../../platform/paths.js";
import type { EpochMetrics } from "../../training/epoch-metrics.js";
import type { Evaluation } from "../../training/evaluate.js";
import type { TrainerCallbacks } from "../../training/trainer-options.js";
import type { Experiment, PostprocessingConfig } from "../description/experiment.js";
import type { PreparedRun } from "../prepared-run.js";
import { measuredOf } from "../quantized/quantization-summary.js";
import { RunFolder } from "../run-folder/run-folder.js";
import type { RunFacts } from "../run-folder/run-summary.js";
import { activityOn } from "./activity.js";
import { keeperIn } from "./chain-keeper.js";
import type {
  PostprocessingKind,
  PostprocessingProgress,
  PostprocessingResult,
  PostprocessingSummary,
} from "./results.js";
import type { Done, Network, StepContext, StepRow } from "./step.js";
import { postprocessingTable } from "./table.js";
import { testSetOf } from "./test-set.js";

/** What is told on the way. */
export interface PostprocessingListener {
  /** The training waits for promises; other work goes on. */
  onProgress?(progress: PostprocessingProgress): void | Promise<void>;
  /** Of a step that trains, after each of its epochs, and how many there are. */
  onEpoch?(metrics: EpochMetrics, epochs: number): void | Promise<void>;
}

export interface ChainOptions {
  readonly prepared: PreparedRun;
  /** null: nothing is written. */
  readonly folder: RunFolder | null;
  /** Of the trained network; null if it was not tested. */
  readonly test: Evaluation | null;
  readonly facts: RunFacts;
  readonly modelFacts: ModelFacts;
  readonly signal: AbortSignal | undefined;
  readonly listener: PostprocessingListener;
}

export interface ChainOutcome {
  /** Of the steps that are done. */
  readonly results: readonly PostprocessingResult[];
  /** The step that was stopped by the signal; null: all are done. */
  readonly stoppedIn: PostprocessingKind | null;
}

type PlacedStep = PostprocessingConfig & {
  /** Among all of the experiment. */
  readonly at: number;
};

/** Those that are to be done. */
function stepsOf({ postprocessing }: Experiment): readonly PlacedStep[] {
  return postprocessing.map((step, at) => ({ ...step, at })).filter(({ disabled }) => !disabled);
}

/** Before anything is trained. @throws ConfigError for a step that cannot be done to the network */
export function checkPostprocessing({ run, model }: PreparedRun): void {
  let draft = model;
  for (const { at, kind, params } of stepsOf(run.experiment)) {
    draft = blamingTheStep(at, kind, () => rowOf(kind).draft(draft, params, run.model));
  }
}

/** @throws DivergenceError, FileError; ConfigError for a step that cannot be done, or a checkpoint that does not fit */
export async function runPostprocessing(options: ChainOptions): Promise<ChainOutcome> {
  const { prepared, folder, test, facts, modelFacts, signal, listener } = options;
  const { run, model } = prepared;
  const steps = stepsOf(run.experiment);
  const testSet = testSetOf(prepared);
  const results: PostprocessingResult[] = [];
  const activities = new Map<SpikingModel, NetworkActivity>();
  let network: Network = {
    model,
    name: run.model.name,
    measured: test === null ? null : measuredOf(test),
  };
  for (const [i, { at, kind, params, export: isKept }] of steps.entries()) {
    const tell: StepContext["tell"] = (work, done, total) =>
      listener.onProgress?.({ kind, step: i + 1, steps: steps.length, work, done, total });
    const context: StepContext = {
      prepared,
      network,
      test: testSet,
      signal,
      facts: { ...facts, parameters: sizeOf(network.model) },
      modelFacts,
      of: folder?.shortPath ?? run.model.name,
      keeper: () => (folder === null ? undefined : keeperIn(folder, model)),
      training: trainingCallbacks(tell, listener),
      async activity() {
        const { model: measured } = context.network;
        const known = activities.get(measured);
        if (known !== undefined) return known;
        const found = await activityOn(measured, testSet, signal, (...done) => tell("measuring", ...done));
        activities.set(measured, found);
        return found;
      },
      tell,
    };
    const done = await unlessStopped(signal, () =>
      blamingTheStepLater(at, kind, () => rowOf(kind).run(params, context)),
    );
    if (done === null) return { results, stoppedIn: kind };
    network = done.network;
    const kept = folder !== null && isKept && done.write !== undefined ? network.name : null;
    if (folder !== null && kept !== null) {
      const own = new RunFolder(joinPaths(folder.path, kept));
      makeFolder(own.path);
      await done.write?.(own);
    }
    const summary = { ...done.summary, folder: kept } as PostprocessingSummary;
    results.push({ ...summary, model: network.model });
  }
  return { results, stoppedIn: null };
}

/** The row of a kind, for parameters of that kind: the table sees to it that they belong together. */
function rowOf(kind: PostprocessingKind): Row {
  return postprocessingTable[kind];
}

type Row = Omit<StepRow<PostprocessingKind>, "run" | "draft"> & {
  draft(model: SpikingModel, params: unknown, config: PreparedRun["run"]["model"]): SpikingModel;
  run(params: unknown, context: StepContext): Promise<Done<PostprocessingKind>>;
};

function sizeOf(model: SpikingModel): number {
  return model.parameters().reduce((sum, { size }) => sum + size, 0);
}

function trainingCallbacks(tell: StepContext["tell"], listener: PostprocessingListener): TrainerCallbacks {
  let all = 0;
  return {
    async onBatch({ epoch, epochs, batch, batches }) {
      all = epochs;
      await tell("training", (epoch - 1) * batches + batch, epochs * batches);
    },
    onEpoch: (metrics) => listener.onEpoch?.(metrics, all),
  };
}

async function unlessStopped<R>(signal: AbortSignal | undefined, work: () => Promise<R>): Promise<R | null> {
  try {
    return await work();
  } catch (thrown) {
    if (signal?.aborted === true && thrown === signal.reason) return null;
    throw thrown;
  }
}

function blamingTheStep<T>(i: number, kind: PostprocessingKind, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    throw blamed(i, kind, thrown);
  }
}

async function blamingTheStepLater<T>(
  i: number,
  kind: PostprocessingKind,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw blamed(i, kind, thrown);
  }
}

/** What functions refuse here came out of the experiment. */
function blamed(i: number, kind: PostprocessingKind, thrown: unknown): unknown {
  const isArgument = thrown instanceof RangeError || thrown instanceof TypeError;
  if (!isArgument || thrown instanceof OutOfMemoryError) return thrown;
  return new ConfigError(`postprocessing[${i}] (${kind}): ${messageOf(thrown)}`, { cause: thrown });
}
