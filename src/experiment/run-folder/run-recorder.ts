/** Keeps a run on disk while it is trained: metrics by epoch, and checkpoints from which it goes on. */

import { ConfigError } from "../../errors.js";
import type { Architecture } from "../../models/architecture.js";
import type { EpochMetrics } from "../../training/epoch-metrics.js";
import type { Experiment, Logger } from "../description/experiment.js";
import { changesSince, readChanges, type RunChange } from "./run-changes.js";
import type { RunFolder } from "./run-folder.js";
import { writeLogs } from "./run-logs.js";
import { storeExperiment } from "./stored-experiment.js";
import type { RunFacts } from "./run-summary.js";
import { TrainingCheckpoint, type Recorded } from "./training-checkpoint.js";

export class RunRecorder {
  readonly #folder: RunFolder;
  readonly #trainer: Recorded;
  readonly #checkpoint: TrainingCheckpoint;
  #epochs: EpochMetrics[] = [];
  #lines: string[] = [];
  #loggers: readonly Logger[] = [];
  #changes: readonly RunChange[] = [];

  constructor(folder: RunFolder, trainer: Recorded, architecture: Architecture, now?: () => number) {
    this.#folder = folder;
    this.#trainer = trainer;
    this.#checkpoint = new TrainingCheckpoint(folder.checkpointPath, trainer, architecture, now);
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
    const state = await this.#checkpoint.restore();
    if (state === null) return false;
    this.#epochs = [...state.history];
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
    this.#loggers = experiment.learningFramework.params.loggers ?? [];
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

  /** Whether afterBatch() will write. */
  get isDueAfterBatch(): boolean {
    return this.#checkpoint.isDueAfterBatch;
  }

  /** Whether afterEpoch() will write. */
  get isDueAfterEpoch(): boolean {
    return this.#checkpoint.isDueAfterEpoch;
  }

  async afterBatch(): Promise<void> {
    if (this.#checkpoint.isDueAfterBatch) await this.save();
  }

  async afterEpoch(metrics: EpochMetrics): Promise<void> {
    this.#epochs.push(metrics);
    this.#lines.push(lineOf(metrics));
    if (this.#checkpoint.isDueAfterEpoch) await this.save();
  }

  /** Writes the present state. */
  async save(): Promise<void> {
    // In this order: a run that ends in between repeats the epoch, and writes its line again.
    this.#folder.writeMetrics(this.#lines);
    writeLogs(this.#folder, this.#loggers, this.#epochs);
    await this.#checkpoint.save();
  }
}

function lineOf(metrics: EpochMetrics): string {
  return JSON.stringify(metrics);
}
