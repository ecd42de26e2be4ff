/** The checkpoint of a training that is under way: when it is written, and how a training goes back to it. */

import { ConfigError, messageOf, StateError } from "../../errors.js";
import { loadCheckpoint, saveCheckpoint } from "../../formats/checkpoint.js";
import type { Architecture } from "../../models/architecture.js";
import { exists } from "../../platform/folders.js";
import { ADJUSTABLE, type Adjustable } from "../../training/fingerprint.js";
import type { TrainingState } from "../../training/training-state.js";

/** A process that is killed loses no more than this. */
const MOST_BETWEEN_MS = 20_000;
/** Shorter epochs are not written one by one: every write waits for the disk. */
const LEAST_BETWEEN_MS = 1000;

/** What is used of a trainer. */
export interface Recorded {
  state(): TrainingState;
  loadState(state: TrainingState, options: { mayDiffer: readonly Adjustable[] }): void;
}

export class TrainingCheckpoint {
  readonly #path: string;
  readonly #trainer: Recorded;
  readonly #architecture: Architecture;
  readonly #now: () => number;
  #lastWrite: number;

  constructor(path: string, trainer: Recorded, architecture: Architecture, now: () => number = Date.now) {
    this.#path = path;
    this.#trainer = trainer;
    this.#architecture = architecture;
    this.#now = now;
    this.#lastWrite = now();
  }

  get exists(): boolean {
    return exists(this.#path);
  }

  /**
   * Goes back to it; numbers of the optimizer may have been changed since.
   * @returns null if there is none
   * @throws FormatError if it is damaged; ConfigError if it is of another run, because the data have changed
   */
  async restore(): Promise<TrainingState | null> {
    if (!this.exists) return null;
    const { state } = await loadCheckpoint(this.#path);
    try {
      this.#trainer.loadState(state, { mayDiffer: ADJUSTABLE });
    } catch (thrown) {
      if (!(thrown instanceof StateError || thrown instanceof RangeError)) throw thrown;
      throw new ConfigError(`${this.#path} does not fit this run: ${messageOf(thrown)}`, { cause: thrown });
    }
    return state;
  }

  get isDueAfterBatch(): boolean {
    return this.#now() - this.#lastWrite >= MOST_BETWEEN_MS;
  }

  get isDueAfterEpoch(): boolean {
    return this.#now() - this.#lastWrite >= LEAST_BETWEEN_MS;
  }

  /** Writes the present state. */
  async save(): Promise<void> {
    await saveCheckpoint(this.#path, this.#trainer.state(), this.#architecture);
    this.#lastWrite = this.#now();
  }
}
