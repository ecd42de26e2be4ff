/**
 * What a step says besides its gradients: of each shard its loss and its spikes, of each sample the class that was found. Every
 * number has one writer and is 0 elsewhere, so that adding those of all ranks changes nothing in it.
 */

import type { SpikeCount } from "../neurons/spike-count.js";
import { addCounts } from "../neurons/spike-count.js";
import type { Pass } from "../training/gradients.js";

export class Figures {
  readonly #numbers: Float64Array;
  readonly #layers: number;
  readonly #perPart: number;
  readonly #parts: number;

  /** @param layers whose spikes are counted */
  static lengthFor(parts: number, samples: number, layers: number): number {
    return parts * (1 + 2 * layers) + samples;
  }

  /** @param numbers lengthFor(parts, samples, layers) of them, which become 0 */
  constructor(numbers: Float64Array, parts: number, layers: number) {
    this.#numbers = numbers.fill(0);
    this.#parts = parts;
    this.#layers = layers;
    this.#perPart = 1 + 2 * layers;
  }

  /** @param start where its samples begin */
  write(part: number, start: number, { loss, predicted, counts }: Pick<Pass, "loss" | "predicted" | "counts">): void {
    const at = part * this.#perPart;
    this.#numbers[at] = loss;
    counts.forEach(({ spikes, opportunities }, i) => {
      this.#numbers[at + 1 + 2 * i] = spikes;
      this.#numbers[at + 2 + 2 * i] = opportunities;
    });
    this.#numbers.set(predicted, this.#parts * this.#perPart + start);
  }

  loss(part: number): number {
    return this.#numbers[part * this.#perPart];
  }

  counts(part: number): SpikeCount[] {
    const at = part * this.#perPart + 1;
    return Array.from({ length: this.#layers }, (_, i) => ({
      spikes: this.#numbers[at + 2 * i],
      opportunities: this.#numbers[at + 1 + 2 * i],
    }));
  }

  /** Of all parts, in their order. */
  allCounts(): SpikeCount[] {
    let sum: SpikeCount[] = [];
    for (let part = 0; part < this.#parts; part++) sum = addCounts(sum, this.counts(part));
    return sum;
  }

  predicted(start: number, end: number): Int32Array {
    const at = this.#parts * this.#perPart;
    return Int32Array.from(this.#numbers.subarray(at + start, at + end));
  }
}
