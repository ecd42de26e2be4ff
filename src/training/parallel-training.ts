/**
 * What a trainer needs of whoever takes its steps with others: processes that train one network together, or this one alone with
 * every batch cut into shards. `parallel/` has it; a trainer without it does not load that.
 */

import type { GeneratorState } from "../random/generator.js";
import { refuse } from "../schema/place.js";
import type { ValueType } from "../schema/value-types.js";
import type { SpikingModel } from "../models/spiking-model.js";
import type { evaluate } from "./evaluate.js";
import type { Fingerprint } from "./fingerprint.js";
import type { LearnedPreprocessing } from "./learned-preprocessing.js";
import type { ResolvedTrainerOptions } from "./trainer-options.js";
import type { Learned, StepSettings } from "./training-step.js";

/** Where a run is, and what it goes by. */
export interface ParallelStep {
  readonly model: SpikingModel;
  readonly learned: LearnedPreprocessing;
  readonly options: ResolvedTrainerOptions;
  readonly settings: StepSettings;
  /** Epochs that are over, and batches done of the one under way. */
  readonly epoch: number;
  readonly batch: number;
  /** Of the order of the samples, when the epoch began. */
  readonly epochStart: GeneratorState;
  /** Of everything that decides the bits of the run. */
  readonly fingerprint: () => Fingerprint;
}

export interface ParallelTraining {
  /** What of it decides the bits of a run. */
  readonly fingerprint: Fingerprint;
  /** One that is aborted on all ranks at the same point, once that of any rank is. The same again for one that it gave. */
  agree(signal: AbortSignal | undefined): AbortSignal;
  /**
   * As trainingStep, of the next batch.
   *
   * @throws on all ranks what one of them throws: nothing has changed then; GivenUp if one was asked to stop on the way
   */
  step(step: ParallelStep): Learned;
  /** As evaluate(), with the same figures. */
  readonly evaluate: typeof evaluate;
}

const EXPECTS = "new DataParallel({ shards: 12 }) of atif/parallel";

export const parallelTraining: ValueType<ParallelTraining> = {
  expects: EXPECTS,
  read(value, place) {
    const isOne = typeof value === "object" && value !== null && "step" in value && "agree" in value;
    return isOne ? (value as ParallelTraining) : refuse(place, value, EXPECTS, "type");
  },
  write: () => undefined,
};
