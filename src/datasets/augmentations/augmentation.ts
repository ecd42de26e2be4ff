/** What every augmentation shares: its flags, and the checks around its work. */

import { checkOptions } from "../../checks.js";
import { show } from "../../show.js";
import { readPreprocessing, type PreprocessingStep } from "../../preprocessing/table.js";
import { Generator } from "../../random/generator.js";
import { fix } from "../../schema/fixed.js";
import { optionNames, readOptions, withDefault, type Fields, type Schema } from "../../schema/schema.js";
import { flag } from "../../schema/value-types.js";
import { checkBatch } from "../batch.js";
import type { Batch } from "../batch.js";

/** When an augmentation runs. With both before and after it runs twice. */
export interface AugmentationFlags {
  /** In the first round, over the batch as the data set gives it. false if it is left out. */
  readonly before?: boolean;
  /** In the second round, after every augmentation of the first. true if it is left out. */
  readonly after?: boolean;
  /**
   * Also outside training: for validation and test. If it is left out, true for what is always done alike (Normalize,
   * IntToFloat32) and false for what is drawn at random.
   */
  readonly evaluate?: boolean;
}

/** Every default filled in. */
export type ResolvedFlags = Readonly<Required<AugmentationFlags>>;

/** Rows that the schema of every augmentation ends with. */
export const flagFields: Fields<ResolvedFlags> = {
  before: withDefault(
    flag,
    false,
    "Whether it runs in the first round, over the batch as the data set gives it.",
  ),
  after: withDefault(
    flag,
    true,
    "Whether it runs in the second round, after every augmentation of the first; with both it runs twice.",
  ),
  evaluate: withDefault(flag, false, "Whether it runs outside training too, for validation and test."),
};

/** Of those that do the same to every sample: what learned from it is to see it everywhere. */
export const preparingFlagFields: Fields<ResolvedFlags> = {
  ...flagFields,
  evaluate: withDefault(
    flag,
    true,
    "Whether it runs outside training too, for validation and test; it is then kept with the network.",
  ),
};

const flagSchema: Schema<ResolvedFlags> = { fields: flagFields };

/** Of options that hold more, the flags. */
export function flagsOf({ before, after, evaluate }: ResolvedFlags): ResolvedFlags {
  return { before, after, evaluate };
}

/**
 * Changes a whole batch. Random parameters are drawn once per batch and shared by its samples, as the reference does; but where
 * an image is looked at (Crop, ResizedCrop, Rotation2D) is drawn per sample, and noise per element. Time steps of a sample share
 * what it has. Everything random comes from the generator that is passed in.
 */
export abstract class Augmentation {
  declare readonly name: string;
  declare readonly before: boolean;
  declare readonly after: boolean;
  declare readonly evaluate: boolean;
  /** Once read. */
  #step: PreprocessingStep | null | undefined;

  /**
   * @param known names of parameters beside the flags
   * @throws TypeError on an unknown parameter or a flag that is no boolean
   */
  protected constructor(name: string, params: AugmentationFlags | undefined, known: readonly string[] = []) {
    checkOptions(name, params, [...known, ...optionNames(flagSchema)]);
    const { before, after, evaluate } = params ?? {};
    fix<Augmentation>(this, { name, ...readOptions(name, { before, after, evaluate }, flagSchema) });
  }

  /**
   * The changed batch; the given one is left as it is.
   * @throws TypeError; ShapeError if the batch is not what this augmentation works on
   */
  apply(batch: Batch, generator: Generator): Batch {
    checkBatch(this.name, batch);
    if (!(generator instanceof Generator)) {
      throw new TypeError(
        `${this.name}: the generator is ${show(generator)}; expected a Generator, as in new Generator(seed).`,
      );
    }
    return this.#recorded(batch, this.transform(batch, generator));
  }

  /** What it does to samples outside training as well, always alike: part of what the network sees. null if it does not. */
  get step(): PreprocessingStep | null {
    this.#step ??= this.#readStep();
    return this.#step;
  }

  /** Whether it does the same to every sample: part of how samples are prepared, and not of chance. */
  get preparesSamples(): boolean {
    return this.preparation !== null;
  }

  /** Of those that do the same to every sample, what that is. */
  protected get preparation(): PreprocessingStep | null {
    return null;
  }

  #readStep(): PreprocessingStep | null {
    const own = this.evaluate ? this.preparation : null;
    return own === null ? null : readPreprocessing(this.name, [own])[0];
  }

  /** The changed batch, with what was done to its samples. */
  #recorded({ preprocessing: before = [] }: Batch, changed: Batch): Batch {
    const { step } = this;
    const done = step === null ? before : [...before, step];
    return done.length === 0 || done === changed.preprocessing
      ? changed
      : { ...changed, preprocessing: done };
  }

  protected abstract transform(batch: Batch, generator: Generator): Batch;
}

/** The batch with other values, no longer integers, in place of its own. */
export function withValues({ integerMax: _, ...batch }: Batch, x: Float32Array): Batch {
  return { ...batch, x };
}
