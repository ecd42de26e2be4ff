/**
 * What a step adds up exactly, in float64: of every summand a row for each shard of this rank that has something to say. Sums lie
 * side by side in the order in which they are exchanged.
 */

import type { Backend } from "../kernels/backend.js";
import { shardSumsOf } from "./compiled-shard-sums.js";
import { magicOf } from "./shard-sums.js";

interface Summand {
  readonly size: number;
  /** Where its sum begins. */
  readonly start: number;
  readonly rows: Float32Array[];
}

export class StepSums {
  /** Of every summand: the bits of the largest number in it, -1 if there is none. Of this rank, then of all. */
  readonly largest: Int32Array;
  /** Numbers of all sums. */
  readonly length: number;
  readonly #backend: Backend;
  readonly #summands: readonly Summand[];
  #numbers: Float64Array = new Float64Array(0);

  constructor(backend: Backend, sizes: readonly number[], order: readonly number[]) {
    const starts = new Array<number>(sizes.length).fill(0);
    let end = 0;
    for (const i of order) starts[i] = (end += sizes[i]) - sizes[i];
    this.#backend = backend;
    this.#summands = sizes.map((size, i) => ({ size, start: starts[i], rows: [] }));
    this.length = end;
    this.largest = new Int32Array(sizes.length).fill(-1);
  }

  /** @param numbers where the sums are to be */
  open(numbers: Float64Array): void {
    this.#numbers = numbers;
  }

  /** @param row of a shard, which stays where it is until it has been added */
  take(i: number, row: Float32Array): void {
    this.#summands[i].rows.push(row);
    this.largest[i] = Math.max(this.largest[i], shardSumsOf(this.#backend).largestBits(row));
  }

  /** Adds the rows of this rank, rounded as the largest of all ranks says. */
  add(i: number): void {
    const { rows } = this.#summands[i];
    const bits = this.largest[i];
    // Without rows there is nothing to add, and of zeros there is no exponent.
    if (rows.length === 0 || bits <= 0) this.of(i).fill(0);
    else shardSumsOf(this.#backend).sumRounded(this.of(i), rows, magicOf(bits));
  }

  of(i: number): Float64Array {
    const { start, size } = this.#summands[i];
    return this.#numbers.subarray(start, start + size);
  }

  /** Of summands that follow one another in the order. */
  ofAll(summands: readonly number[]): Float64Array {
    const { start } = this.#summands[summands[0]];
    return this.#numbers.subarray(start, start + this.lengthOf(summands));
  }

  lengthOf(summands: readonly number[]): number {
    return summands.reduce((sum, i) => sum + this.#summands[i].size, 0);
  }

  /** Adds the rows of this rank, which is alone, and keeps nothing. */
  addToFloat32(y: Float32Array, i: number): void {
    const { rows } = this.#summands[i];
    const bits = this.largest[i];
    if (rows.length === 0 || bits <= 0) y.fill(0);
    else shardSumsOf(this.#backend).sumToFloat32(y, rows, magicOf(bits));
  }

  toFloat32(y: Float32Array, i: number): void {
    shardSumsOf(this.#backend).toFloat32(y, this.of(i));
  }
}
