/** Keeps a run on disk while it is trained: metrics by epoch, and checkpoints from which it goes on. */

import { ConfigError, messageOf, StateError } from "../../errors.js";
import { loadCheckpoint, saveCheckpoint } from "../../formats/checkpoint.js";
import type { Architecture } from "../../models/architecture.js";
import type { EpochMetrics } from "../../training/epoch-metrics.js";
import { ADJUSTABLE, type Adjustable } from "../../training/fingerprint.js";
import type { TrainingState } from "../../training/training-state.js";
import type { Experiment } from "../description/experiment.js";
import { changesSince, readChanges, type RunChange } from "./run-changes.js";
import type { RunFolder } from "./run-folder.js";
import { storeExperiment } from "./stored-experiment.js";
import type { RunFacts } from "./run-summary.js";

/** A process that is killed loses no more than this. */
const MOST_BETWEEN_MS = 20_000;
/** Shorter epochs are not written one by one: every write waits for the disk. */
const LEAST_BETWEEN_MS = 1000;

/** What is used of a trainer. */
export interface Recorded {
  state(): TrainingState;
  loadState(state: TrainingState, options: { mayDiffer: readonly Adjustable[] }): void;
}

export class RunRecorder {
  readonly #folder: RunFolder;
  readonly #trainer: Recorded;
  readonly #architecture: Architecture;
  readonly #now: () => number;
  #lines: string[] = [];
  #changes: readonly RunChange[] = [];
  #lastWrite: number;

  constructor(
    folder: RunFolder,
    trainer: Recorded,
    architecture: Architecture,
    now: () => number = Date.now,
  ) {
    this.#folder = folder;
    this.#trainer = trainer;
    this.#architecture = architecture;
    this.#now = now;
    this.#lastWrite = now();
  }

  /** What was changed on the way. */
  get changes(): readonly RunChange[] {
    return this.#changes;
  }

  /**
   * Goes back to the checkpoint; numbers of the optimizer may have been changed since. @returns false if there is none
   * @throws FormatError if it is damaged; ConfigError if it is of another run, because the data have changed
   */
  async restore(): Promise<boolean> {
    const { checkpointPath, hasCheckpoint } = this.#folder;
    if (!hasCheckpoint) return false;
    const { state } = await loadCheckpoint(checkpointPath);
    try {
      this.#trainer.loadState(state, { mayDiffer: ADJUSTABLE });
    } catch (thrown) {
      if (!(thrown instanceof StateError || thrown instanceof RangeError)) throw thrown;
      throw new ConfigError(`${checkpointPath} does not fit this run: ${messageOf(thrown)}`, {
        cause: thrown,
      });
    }
    this.#lines = state.history.map(lineOf);
    const before = readChanges(this.#folder.readSummary());
    this.#changes = changesSince(before, state, this.#trainer.state().fingerprint);
    return true;
  }

  /**
   * Goes back to the checkpoint; or puts everything on disk from which the run can be begun again.
   * @returns the facts, with what was changed on the way
   */
  async begin(experiment: Experiment, facts: RunFacts): Promise<RunFacts> {
    this.#folder.removeTemporaries();
    const isContinued = await this.restore();
    if (isContinued) this.#checkEpochs(experiment);
    const changes = this.#changes;
    const known = changes.length === 0 ? facts : { ...facts, changes };
    // In this order: a run that ends in between finds the same changes again.
    storeExperiment(this.#folder, experiment, changes);
    this.#folder.writeSummary({ status: "running", ...known });
    if (!isContinued || changes.length > 0) await this.save();
    return known;
  }

  /** @throws ConfigError if the run has trained for longer than it now is to be trained */
  #checkEpochs({ models }: Experiment): void {
    const { epoch, batch } = this.#trainer.state();
    const begun = batch > 0 ? epoch + 1 : epoch;
    for (const { train, epochs } of models) {
      if (!train || epochs >= begun) continue;
      throw new ConfigError(
        `${this.#folder.shortPath} is in epoch ${begun}, but now epochs is ${epochs}; expected at least ${begun}: what was learned ` +
          "is not forgotten. Start a new run for fewer.",
      );
    }
  }

  async afterBatch(): Promise<void> {
    if (this.#now() - this.#lastWrite >= MOST_BETWEEN_MS) await this.save();
  }

  async afterEpoch(metrics: EpochMetrics): Promise<void> {
    this.#lines.push(lineOf(metrics));
    if (this.#now() - this.#lastWrite >= LEAST_BETWEEN_MS) await this.save();
  }

  /** Writes the present state. */
  async save(): Promise<void> {
    // In this order: a run that ends in between repeats the epoch, and writes its line again.
    this.#folder.writeMetrics(this.#lines);
    await saveCheckpoint(this.#folder.checkpointPath, this.#trainer.state(), this.#architecture);
    this.#lastWrite = this.#now();
  }
}

function lineOf(metrics: EpochMetrics): string {
  return JSON.stringify(metrics);
}
