/** Steps that change the data sets of an experiment once, before training. */

import type { Generator } from "../../random/generator.js";
import type { Dataset } from "../dataset.js";

/** The sets of an experiment, by the names that configuration files use. */
export interface DatasetSets {
  readonly train: Dataset;
  readonly valid?: Dataset;
  readonly test?: Dataset;
}

export type SetName = keyof DatasetSets;

export interface PreprocessingContext {
  /** The source of everything random. */
  readonly generator: Generator;
  /** Told, in a sentence, what a user should know but need not repair. */
  readonly warn?: (sentence: string) => void;
}

/** One step. It returns new sets and leaves the given ones as they are. */
export interface Preprocessing {
  readonly name: string;
  /** Whether it changes every sample alike, by what the training set says: then the network that learns from it keeps it. */
  readonly preparesSamples?: boolean;
  /** Whether it makes time of the samples: what comes before it is not the network's to do. */
  readonly makesTime?: boolean;
  apply(sets: DatasetSets, context: PreprocessingContext): DatasetSets;
}

/** The sets, each replaced by what change makes of it. */
export function mapSets(sets: DatasetSets, change: (set: Dataset, name: SetName) => Dataset): DatasetSets {
  return {
    train: change(sets.train, "train"),
    ...(sets.valid === undefined ? {} : { valid: change(sets.valid, "valid") }),
    ...(sets.test === undefined ? {} : { test: change(sets.test, "test") }),
  };
}
