/** Keeps a run on disk while it is trained: metrics by epoch, and checkpoints from which it goes on. */

import { ConfigError, messageOf, StateError } from "../../errors.js";
import { loadCheckpoint, saveCheckpoint } from "../../formats/checkpoint.js";
import type { Architecture } from "../../models/architecture.js";
import type { EpochMetrics } from "../../training/epoch-metrics.js";
import type { TrainingState } from "../../training/training-state.js";
import type { Experiment } from "../description/experiment.js";
import { writeExperiment } from "../description/index.js";
import type { RunFolder } from "./run-folder.js";
import type { RunFacts } from "./run-summary.js";

/** A process that is killed loses no more than this. */
const MOST_BETWEEN_MS = 20_000;
/** Shorter epochs are not written one by one: every write waits for the disk. */
const LEAST_BETWEEN_MS = 1000;

/** What is used of a trainer. */
export interface Recorded {
  state(): TrainingState;
  loadState(state: TrainingState): void;
}

export class RunRecorder {
  readonly #folder: RunFolder;
  readonly #trainer: Recorded;
  readonly #architecture: Architecture;
  readonly #now: () => number;
  #lines: string[] = [];
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

  /**
   * Goes back to the checkpoint. @returns false if there is none
   * @throws FormatError if it is damaged; ConfigError if it is of another run, because the data have changed
   */
  async restore(): Promise<boolean> {
    const { checkpointPath, hasCheckpoint } = this.#folder;
    if (!hasCheckpoint) return false;
    const { state } = await loadCheckpoint(checkpointPath);
    try {
      this.#trainer.loadState(state);
    } catch (thrown) {
      if (!(thrown instanceof StateError || thrown instanceof RangeError)) throw thrown;
      throw new ConfigError(`${checkpointPath} does not fit this run: ${messageOf(thrown)}`, {
        cause: thrown,
      });
    }
    this.#lines = state.history.map(lineOf);
    return true;
  }

  /** Goes back to the checkpoint; or puts everything on disk from which the run can be begun again. */
  async begin(experiment: Experiment, facts: RunFacts): Promise<void> {
    this.#folder.removeTemporaries();
    const isContinued = await this.restore();
    if (!this.#folder.hasConfig) this.#folder.writeConfig(writeExperiment(experiment));
    this.#folder.writeSummary({ status: "running", ...facts });
    if (!isContinued) await this.save();
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
