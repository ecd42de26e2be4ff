/** Gradients that are added in float32: those of this rank in the order of its shards, then as ranks add them. */

import type { Parameter } from "../module/parameter.js";
import { giveGradient, type SharedGradients } from "./shared-gradients.js";

export class FastGradients implements SharedGradients {
  readonly #parameters: readonly Parameter[];
  readonly #largest: Int32Array;
  readonly #isAlone: boolean;
  readonly #flat: () => Float32Array;
  readonly #starts: readonly number[];

  /**
   * @param order in which parameters are exchanged
   * @param largest of each -1, or 0 if there is a gradient: of this rank, then of all
   * @param flat where those of all parameters have room
   */
  constructor(
    parameters: readonly Parameter[],
    order: readonly number[],
    { largest, isAlone, flat }: { largest: Int32Array; isAlone: boolean; flat: () => Float32Array },
  ) {
    this.#parameters = parameters;
    this.#largest = largest;
    this.#isAlone = isAlone;
    this.#flat = flat;
    const starts = new Array<number>(parameters.length).fill(0);
    let end = 0;
    for (const i of order) starts[i] = (end += parameters[i].size) - parameters[i].size;
    this.#starts = starts;
  }

  /** The next shard adds to it. */
  take(i: number): void {
    if (this.#parameters[i].grad !== null) this.#largest[i] = 0;
  }

  fill(parameters: readonly number[]): Float32Array {
    for (const i of parameters) {
      const { grad } = this.#parameters[i];
      if (grad === null) this.#place(i).fill(0);
      else this.#place(i).set(grad.data);
    }
    const start = this.#starts[parameters[0]];
    const size = parameters.reduce((sum, i) => sum + this.#parameters[i].size, 0);
    return this.#flat().subarray(start, start + size);
  }

  give(i: number): void {
    if (this.#isAlone || this.#largest[i] < 0) return;
    giveGradient(this.#parameters[i], (y) => y.set(this.#place(i)));
  }

  release(): void {
    // Nothing is held.
  }

  #place(i: number): Float32Array {
    return this.#flat().subarray(this.#starts[i], this.#starts[i] + this.#parameters[i].size);
  }
}
