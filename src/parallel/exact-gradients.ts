/** Gradients that are added exactly: those of all shards are kept until it is known how they are rounded. */

import type { Parameter } from "../module/parameter.js";
import type { Storage } from "../tensor/storage.js";
import { giveGradient, type SharedGradients } from "./shared-gradients.js";
import type { StepSums } from "./step-sums.js";

export class ExactGradients implements SharedGradients {
  readonly #parameters: readonly Parameter[];
  readonly #sums: StepSums;
  readonly #isAlone: boolean;
  readonly #held: Storage[] = [];

  /** @param sums of which the first summands are those of the parameters; of a rank alone they have no room, and need none */
  constructor(parameters: readonly Parameter[], sums: StepSums, isAlone: boolean) {
    this.#isAlone = isAlone;
    this.#parameters = parameters;
    this.#sums = sums;
  }

  /** It stays where it is, in the memory of the tensor that it came in; the model has none then. */
  take(i: number): void {
    const parameter = this.#parameters[i];
    const { grad } = parameter;
    if (grad === null) return;
    this.#held.push(grad.storage.retain());
    this.#sums.take(i, grad.data);
    parameter.grad = null;
  }

  fill(parameters: readonly number[]): Float64Array {
    for (const i of parameters) this.#sums.add(i);
    return this.#sums.ofAll(parameters);
  }

  give(i: number): void {
    if (this.#sums.largest[i] < 0) return;
    giveGradient(this.#parameters[i], (y) => {
      if (this.#isAlone) this.#sums.addToFloat32(y, i);
      else this.#sums.toFloat32(y, i);
    });
  }

  release(): void {
    for (const storage of this.#held) storage.release();
  }
}
