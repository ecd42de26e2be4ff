/** What exported C in float32 numbers gives, beside what the library computes. */

import { FloatModel } from "../float/float-model.js";
import { shownAt } from "../shown-at.js";
import type { FloatProgram } from "../float/float-layer.js";
import { libraryRun, type LibraryRun } from "../float/library-run.js";
import { allowedDifference, LOGIT_BOUND } from "../float/logit-bound.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import { sizeOf } from "../../shapes.js";

/** A neuron that decided otherwise than the library's. */
export interface OtherSpike {
  readonly sample: number;
  /** From 0. */
  readonly step: number;
  /** "layers.neuron1", and the place in its map, channels last. */
  readonly layer: string;
  readonly index: number;
  /** Whether it fired in C. */
  readonly fired: boolean;
}

/** A logit that lies too far from the library's. */
export interface OtherLogit {
  readonly sample: number;
  readonly output: number;
  readonly given: number;
  readonly expected: number;
}

export interface FloatComparison {
  readonly samples: number;
  readonly timesteps: number;
  /** Of neurons. */
  readonly layers: number;
  /** Decisions to fire or not, of the samples without a tie. */
  readonly spikes: number;
  /** Those of them that differ. */
  readonly differences: number;
  /** Samples in which the first spike that differs hangs on rounding: either is right, and what follows is another network's. */
  readonly ties: number;
  readonly first: OtherSpike | null;
  /** The largest difference of a logit, the mean of an output, of the samples without a tie; and what is allowed beside 1. */
  readonly largestDifference: number;
  readonly bound: number;
  readonly wrongLogit: OtherLogit | null;
  /** Samples whose class the C has found. */
  readonly right: number;
}

/** Compares sample after sample. */
export class FloatComparing {
  readonly #model: SpikingModel;
  readonly #program: FloatProgram;
  readonly #neurons: readonly { readonly i: number; readonly layer: string; readonly size: number }[];
  #result: FloatComparison;

  constructor(model: SpikingModel, program: FloatProgram) {
    this.#model = model;
    this.#program = program;
    this.#neurons = program.layers.flatMap(({ kind, layer, shape }, i) =>
      kind === "neuron" ? [{ i, layer, size: sizeOf(shape) }] : [],
    );
    this.#result = {
      samples: 0, timesteps: model.timesteps, layers: this.#neurons.length, spikes: 0, differences: 0, ties: 0, first: null,
      largestDifference: 0, bound: LOGIT_BOUND, wrongLogit: null, right: 0,
    }; // prettier-ignore
  }

  get result(): FloatComparison {
    return this.#result;
  }

  /** Layers of neurons. */
  get neurons(): readonly number[] {
    return this.#neurons.map(({ i }) => i);
  }

  get #decisions(): number {
    return this.#model.timesteps * this.#neurons.reduce((sum, { size }) => sum + size, 0);
  }

  /** Bytes that the driver tells of one sample. */
  get bytes(): number {
    return this.#decisions + 4 * sizeOf(this.#model.outputShape);
  }

  /**
   * @param x of the sample, as the driver was given it: of all time steps, where it changes
   * @param told what it has written of it
   */
  add(x: Float32Array, told: Uint8Array, label: number): void {
    const library = libraryRun(this.#model, this.#program, x);
    const { samples: sample, right } = this.#result;
    const others = this.#othersIn(library, told, sample);
    // A copy begins where a float32 may.
    const sums = new Float32Array(new Uint8Array(told.subarray(this.#decisions)).buffer);
    const best = sums.indexOf(Math.max(...sums));
    this.#result = { ...this.#result, samples: sample + 1, right: right + (best === label ? 1 : 0) };
    const { ties, spikes, differences, first } = this.#result;
    if (others.count > 0 && this.#isTie(x, library, others.first)) {
      this.#result = { ...this.#result, ties: ties + 1 };
      return;
    }
    this.#result = {
      ...this.#result,
      spikes: spikes + this.#decisions,
      differences: differences + others.count,
      first: first ?? others.first,
    };
    this.#compareLogits(sample, sums, library.logits);
  }

  #othersIn(
    { spikes }: LibraryRun,
    told: Uint8Array,
    sample: number,
  ): { readonly count: number; readonly first: OtherSpike | null } {
    let [count, at] = [0, 0];
    let first: OtherSpike | null = null;
    for (let step = 0; step < this.#model.timesteps; step++) {
      for (const { i, layer, size } of this.#neurons) {
        const expected = spikes.get(i)?.[step] ?? [];
        for (let index = 0; index < size; index++, at++) {
          const fired = told[at] !== 0;
          if (fired === (expected[index] !== 0)) continue;
          count++;
          first ??= { sample, step, layer, index, fired };
        }
      }
    }
    return { count, first };
  }

  /** Whether the first spike that differs hangs on rounding, if all before it are the library's. */
  #isTie(x: Float32Array, { spikes }: LibraryRun, other: OtherSpike | null): boolean {
    if (other === null) return false;
    const float = new FloatModel(this.#program);
    for (let step = 0; step <= other.step; step++)
      float.step(
        shownAt(x, step, sizeOf(this.#program.inputShape)),
        new Map([...spikes].map(([i, steps]) => [i, steps[step]])),
      );
    const place = this.#program.layers.findIndex(({ layer }) => layer === other.layer);
    return float.ties.some(({ layer, index }) => layer === place && index === other.index);
  }

  #compareLogits(sample: number, sums: Float32Array, logits: Float32Array): void {
    let { largestDifference, wrongLogit } = this.#result;
    logits.forEach((expected, output) => {
      const given = sums[output] / this.#model.timesteps;
      const difference = Math.abs(given - expected);
      // A number that is none is no small difference.
      if (!(difference <= largestDifference)) largestDifference = difference;
      if (!(difference <= allowedDifference(expected))) wrongLogit ??= { sample, output, given, expected };
    });
    this.#result = { ...this.#result, largestDifference, wrongLogit };
  }
}
