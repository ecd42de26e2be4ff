/** The runs of a plan, one after the other. */

import type { TrainTest } from "../datasets/dataset.js";
import type { SpikingModel } from "../models/spiking-model.js";
import type { Communicator } from "../parallel/communicator.js";
import { nextTurn } from "../platform/event-loop.js";
import type { SingleRun } from "./adjust.js";
import { loadDataset, type DatasetLoader } from "./data.js";
import { hasSteps, prepareRun } from "./prepared-run.js";
import type { RunFolder } from "./run-folder/run-folder.js";
import { RunPlaces } from "./run-folder/run-places.js";
import type { RunPlan } from "./run-plan.js";
import { trainRun, type CompleteRun, type RunListener, type StoppedRun } from "./train-run.js";

export interface RunAllOptions {
  /** loadDataset if it is left out. Called once. */
  readonly load?: DatasetLoader;
  readonly signal?: AbortSignal;
  /** The processes that train every network together; this one alone if it is left out. */
  readonly communicator?: Communicator;
  readonly warn: (sentence: string) => void;
  /** Told when the training of a run begins; returns what is told of it from then on. */
  readonly begin: (run: SingleRun, model: SpikingModel, folder: RunFolder | null) => RunListener;
}

/** A run that was complete before: nothing was done. */
export interface RunBefore {
  readonly status: "was complete";
  readonly folder: RunFolder;
}

/** A run that was stopped before its training. */
export interface RunNotBegun {
  readonly status: "not begun";
  /** With its first weights. */
  readonly model: SpikingModel;
  /** The folder of all runs; null if there is none. */
  readonly root: RunFolder | null;
}

export type RunOutcome = { readonly run: SingleRun } & (
  | RunBefore
  | RunNotBegun
  | (CompleteRun & { readonly model: SpikingModel })
  | (StoppedRun & {
      readonly model: SpikingModel;
      /** The folder of all runs; null if there is none. */
      readonly root: RunFolder | null;
    })
);

/**
 * One outcome per run. After one that was stopped there are no more. Nobody else may write into the folders meanwhile.
 * @throws ConfigError, also if another process is working on a run; DivergenceError, FileError, FormatError
 */
export async function* runAll(plan: RunPlan, options: RunAllOptions): AsyncGenerator<RunOutcome> {
  const { load: loadAny = loadDataset, signal, communicator, warn, begin } = options;
  const places = new RunPlaces(plan);
  let data: Promise<TrainTest> | null = null;
  const load = (): Promise<TrainTest> => (data ??= loadAny(plan.experiment.dataset));
  try {
    places.hold();
    for (const run of plan.runs) {
      const before = places.complete(run);
      if (before !== null) {
        yield { status: "was complete", run, folder: before };
        continue;
      }
      const prepared = await prepareRun(run, {
        load,
        warn,
        own: plan.own,
        ...(communicator === undefined ? {} : { communicator }),
      });
      const { model } = prepared;
      if (hasSteps(run.experiment)) {
        const { checkPostprocessing } = await import("./postprocessing/chain.js");
        checkPostprocessing(prepared);
      }
      // Lets a signal that has come be seen: work that never waits keeps them in a queue.
      await nextTurn();
      if (signal?.aborted === true) {
        yield { status: "not begun", run, model, root: places.root };
        return;
      }
      const trained = await trainRun(prepared, {
        signal,
        open: () => places.open(run),
        begin: (...made) => begin(run, ...made),
      });
      if (trained.status === "stopped") {
        yield { ...trained, run, model, root: places.root };
        return;
      }
      places.leave();
      yield { ...trained, run, model };
    }
    places.close();
  } finally {
    places.release();
  }
}
