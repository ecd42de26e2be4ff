/**
 * The exchange of early buckets while the backward pass goes on. Of each bucket ranks exchange first the largest numbers, then the
 * sum, one bucket after the other: the same calls in the same order on all ranks, whatever comes first on each. What can go on is
 * taken on between two operations of the pass, since libraries of MPI do little while nobody calls them.
 */

import type { Communicator, Exchange, Exchanged } from "./communicator.js";

export interface EarlyContent {
  /** Of every parameter the bits of the largest number, -1 if there is no gradient: of this rank, then of all. */
  readonly largest: Int32Array;
  /** What this rank adds for a bucket, once the largest numbers of all are known. */
  readonly fill: (bucket: readonly number[]) => Exchanged;
}

/** In the news of a bucket, before the largest numbers: whether a rank has failed, so that there is nothing to add. */
const FAILED = 0;
const OWN = 1;

export class EarlyExchange {
  readonly #begin: NonNullable<Communicator["begin"]>;
  readonly #buckets: readonly (readonly number[])[];
  readonly #content: EarlyContent;
  /** Of each bucket, what has not come. */
  readonly #missing: readonly Set<number>[];
  /** The bucket that is next, and the exchange of its news if that has begun. */
  #next = 0;
  #news: Int32Array = new Int32Array(0);
  #maximum: Exchange | null = null;
  #hasFailed = false;
  readonly #sums: Exchange[] = [];

  constructor(
    begin: NonNullable<Communicator["begin"]>,
    buckets: readonly (readonly number[])[],
    content: EarlyContent,
  ) {
    this.#begin = begin;
    this.#buckets = buckets;
    this.#content = content;
    this.#missing = buckets.map((bucket) => new Set(bucket));
  }

  /** The gradient of a parameter is complete on this rank, or there is none. */
  ready(parameter: number): void {
    for (const missing of this.#missing) missing.delete(parameter);
  }

  /** As far as it goes without waiting. */
  goOn(): void {
    while (!this.#isBegun) {
      if (this.#maximum === null && this.#missing[this.#next].size > 0) break;
      this.#maximum ??= this.#beginMaximum(false);
      if (!this.#maximum.test()) return;
      this.#beginSum();
    }
    this.#sums.at(-1)?.test();
  }

  /**
   * What is left is begun, as it is; it may be waited for others. All ranks call it, those that failed, too.
   * @param hasFailed this rank has
   */
  finish(hasFailed: boolean): void {
    while (!this.#isBegun) {
      this.#maximum ??= this.#beginMaximum(hasFailed);
      this.#maximum.wait();
      this.#beginSum();
    }
  }

  /** Returns when the sums are there. */
  settle(): void {
    for (const sum of this.#sums.splice(0)) sum.wait();
  }

  get #isBegun(): boolean {
    return this.#hasFailed || this.#next === this.#buckets.length;
  }

  #beginMaximum(hasFailed: boolean): Exchange {
    const bucket = this.#buckets[this.#next];
    // Of shared memory, which stays where it is while others write.
    this.#news = new Int32Array(new SharedArrayBuffer((OWN + bucket.length) * Int32Array.BYTES_PER_ELEMENT));
    this.#news[FAILED] = hasFailed ? 1 : 0;
    bucket.forEach((parameter, i) => (this.#news[OWN + i] = this.#content.largest[parameter]));
    return this.#begin("max", this.#news);
  }

  /** Its news have come. */
  #beginSum(): void {
    const bucket = this.#buckets[this.#next];
    this.#maximum = null;
    this.#hasFailed = this.#news[FAILED] > 0;
    if (this.#hasFailed) return;
    bucket.forEach((parameter, i) => (this.#content.largest[parameter] = this.#news[OWN + i]));
    this.#sums.push(this.#begin("sum", this.#content.fill(bucket)));
    this.#next++;
  }
}
