/** What a model file says about its training, beside the weights. No times: equal runs make equal files. */

import type { ModelFacts } from "../../formats/model-file.js";

export interface TrainingFacts extends ModelFacts {
  /** The experiment, as a configuration file. */
  readonly experiment?: string;
  /** What was changed on the way, in words: the experiment alone does not repeat the run. */
  readonly changes?: string;
  /** "Digits" */
  readonly dataset?: string;
  readonly seed?: number;
  /** Trained, and which of them the weights are from. */
  readonly epochs?: number;
  readonly bestEpoch?: number;
  readonly testAccuracy?: number;
  readonly testLoss?: number;
  /** Of the classes, in the order of their numbers. */
  readonly classNames?: readonly string[];
  /** How it was quantized, in words. */
  readonly quantization?: string;
}

const TEXTS = ["experiment", "changes", "dataset", "atifVersion", "quantization"] as const;
const NUMBERS = ["seed", "epochs", "bestEpoch", "testAccuracy", "testLoss"] as const;

/** Facts of a file, which anybody may have written: those of another type are left out. */
export function readFacts(facts: ModelFacts): TrainingFacts {
  const read: Record<string, string | number | readonly string[]> = {};
  for (const key of TEXTS) {
    const value = facts[key];
    if (Object.hasOwn(facts, key) && typeof value === "string") read[key] = value;
  }
  for (const key of NUMBERS) {
    const value = facts[key];
    if (Object.hasOwn(facts, key) && typeof value === "number") read[key] = value;
  }
  const { classNames } = facts;
  if (Array.isArray(classNames) && classNames.every((name) => typeof name === "string"))
    read.classNames = classNames;
  return read;
}
