/** The data at hand: the digits that come with the library, still or moving, or what the reader has brought. */

import type { Dataset, TrainTest } from "atif";
import { problems } from "../words/problems.js";
import { loadSequences } from "./late-sequences.js";
import { namesOf } from "./model-facts.js";
import type { DataSummary } from "./protocol.js";

/** Of moving digits: frames of a sample, and what was drawn at random. */
export interface Moving {
  readonly timesteps: number;
  readonly seed: number;
}

export class DataAtHand {
  #test: Dataset | null = null;
  /** Moving digits to learn from are made when something learns from them. */
  #train: (() => Promise<Dataset>) | null = null;
  #trainSamples = 0;
  /** What the summary tells of, but for counts. */
  #told: Dataset | null = null;
  /** Those that come with the library; null: the reader has brought data. */
  #digits: TrainTest | null = null;

  /** Held out. @throws Error with a sentence for the reader, before there are any */
  get test(): Dataset {
    if (this.#test === null) throw new Error(problems.network.notReady);
    return this.#test;
  }

  /** With those to learn from. */
  async sets(): Promise<TrainTest> {
    const { test } = this;
    return { train: (await this.#train?.()) ?? test, test };
  }

  /** Whether they come with the library. */
  get isBuiltIn(): boolean {
    return this.#digits !== null;
  }

  get summary(): DataSummary {
    const { test, isBuiltIn } = this;
    const told = this.#told ?? test;
    const { name, sampleShape } = told;
    const classNames = namesOf(told);
    return { name, train: this.#trainSamples, test: test.length, sampleShape, classNames, isBuiltIn };
  }

  begin(digits: TrainTest): void {
    this.bring(digits);
    this.#digits = digits;
  }

  /** From the reader. */
  bring({ train, test }: TrainTest): void {
    this.#test = test;
    this.#train = () => Promise.resolve(train);
    this.#trainSamples = train.length;
    this.#told = train;
    this.#digits = null;
  }

  /**
   * The digits that come with the library, unless the reader has brought data.
   * @param moving null: those that stand still
   * @returns whether the data at hand are others now
   */
  async useDigits(moving: Moving | null): Promise<boolean> {
    const digits = this.#digits;
    if (digits === null) return false;
    if (moving === null) {
      if (this.#test === digits.test) return false;
      this.begin(digits);
      return true;
    }
    const { timesteps, seed } = moving;
    const { movingDigits } = await loadSequences();
    const test = await movingDigits("test", timesteps, seed);
    if (test === this.#test) return false;
    this.#test = this.#told = test;
    this.#train = () => movingDigits("train", timesteps, seed);
    return true;
  }
}
