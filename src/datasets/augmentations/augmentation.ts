/** What every augmentation shares: its flags, and the checks around its work. */

import { checkOptions } from "../../checks.js";
import { show } from "../../show.js";
import { Generator } from "../../random/generator.js";
import { checkBatch } from "../batch.js";
import type { Batch } from "../batch.js";

/** When an augmentation runs. With both before and after it runs twice. */
export interface AugmentationFlags {
  /** In the first round, over the batch as the data set gives it. false if it is left out. */
  readonly before?: boolean;
  /** In the second round, after every augmentation of the first. true if it is left out. */
  readonly after?: boolean;
  /** Also outside training: for validation and test. false if it is left out. */
  readonly evaluate?: boolean;
}

/**
 * Changes a whole batch. Random parameters are drawn once per batch and shared by its samples, as the reference does;
 * noise is drawn per element. Everything random comes from the generator that is passed in.
 */
export abstract class Augmentation {
  readonly name: string;
  readonly before: boolean;
  readonly after: boolean;
  readonly evaluate: boolean;

  /** @throws TypeError on an unknown parameter or a flag that is no boolean */
  protected constructor(name: string, params: AugmentationFlags | undefined, known: readonly string[]) {
    checkOptions(name, params, [...known, "before", "after", "evaluate"]);
    this.name = name;
    const { before = false, after = true, evaluate = false } = params ?? {};
    this.before = checkBoolean(`${name}: before`, before);
    this.after = checkBoolean(`${name}: after`, after);
    this.evaluate = checkBoolean(`${name}: evaluate`, evaluate);
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
    return this.transform(batch, generator);
  }

  protected abstract transform(batch: Batch, generator: Generator): Batch;
}

/** @throws TypeError unless value is true or false */
export function checkBoolean(where: string, value: unknown): boolean {
  if (typeof value !== "boolean") {
    throw new TypeError(`${where} is ${JSON.stringify(value) ?? "missing"}; expected true or false.`);
  }
  return value;
}

/** The batch with other values, no longer integers, in place of its own. */
export function withValues({ shape, labels, mixed }: Batch, x: Float32Array): Batch {
  return mixed === undefined ? { x, shape, labels } : { x, shape, labels, mixed };
}
