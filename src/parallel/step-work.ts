/** What one rank does of a step. */

import { watchingGradients } from "../autograd/gradient-ready.js";
import type { Batch } from "../datasets/batch.js";
import { ShapeError, StateError } from "../errors.js";
import type { Backend } from "../kernels/backend.js";
import { divisorOf } from "../losses/table.js";
import type { Parameter } from "../module/parameter.js";
import { Generator } from "../random/generator.js";
import { Storage } from "../tensor/storage.js";
import type { Tensor } from "../tensor/tensor.js";
import { DivergenceError } from "../training/divergence-error.js";
import { gradientsOf, type Pass } from "../training/gradients.js";
import { learnedBatch } from "../training/learned-preprocessing.js";
import type { ParallelStep } from "../training/parallel-training.js";
import { withDropoutState } from "../training/training-step.js";
import { partOf, type Part } from "./cut.js";
import { earlyBuckets } from "./early-buckets.js";
import { EarlyExchange } from "./early-exchange.js";
import { ExactGradients } from "./exact-gradients.js";
import { FastGradients } from "./fast-gradients.js";
import { Figures } from "./figures.js";
import { keyedState, type ShardKey } from "./keyed-state.js";
import { NOT_FINITE } from "./shard-sums.js";
import type { SharedGradients } from "./shared-gradients.js";
import type { Sharing } from "./sharing.js";
import type { StepBuffers } from "./step-buffers.js";
import { StepSums } from "./step-sums.js";

export class StepWork {
  readonly labels: Int32Array;
  /** null: gradients are exchanged when all are computed. */
  readonly early: EarlyExchange | null;
  readonly #step: ParallelStep;
  readonly #samples: Uint32Array;
  readonly #sharing: Sharing;
  readonly #buffers: StepBuffers;
  readonly #names: readonly string[];
  readonly #parameters: readonly Parameter[];
  /** Parameters whose gradients are exchanged early; and the others. */
  readonly #first: readonly number[];
  readonly #last: readonly number[];
  /** Of those that have been complete: the version of what the model has then; null: none. */
  readonly #complete = new Map<number, number | null>();
  /** Of parameters, which are empty where gradients are not exchanged in float64; then of buffers. */
  readonly #sums: StepSums;
  readonly #gradients: SharedGradients;
  readonly #held: Storage[] = [];
  readonly #backend: Backend;
  readonly #layers: number;
  #numbers: Float64Array = new Float64Array(0);
  #figures = new Figures(this.#numbers, 0, 0);

  constructor(step: ParallelStep, samples: Uint32Array, sharing: Sharing, buffers: StepBuffers) {
    const { model, learned, settings } = step;
    const { communicator, isExact, bucketCapMb, arrays } = sharing;
    this.#step = step;
    this.#samples = samples;
    this.#sharing = sharing;
    this.#buffers = buffers;
    this.#names = model.namedParameters().map(([name]) => name);
    this.#parameters = model.parameters();
    const stored = learned.train.labels;
    this.labels = Int32Array.from(samples, (sample) => stored[sample]);
    this.#backend = this.#parameters[0].backend;
    this.#layers = settings.countSpikes === true ? model.neurons().length : 0;

    const isAlone = communicator.size === 1;
    const sizes = this.#parameters.map(({ size }) => size);
    const buckets = bucketCapMb === undefined ? [] : earlyBuckets(sizes, bucketCapMb);
    this.#first = buckets.flat();
    this.#last = [...sizes.keys()].filter((i) => !this.#first.includes(i));
    const order = [...this.#first, ...this.#last];
    const summands = [
      ...sizes.map((size) => (isExact && !isAlone ? size : 0)),
      ...buffers.all.map(({ before }) => before.length),
    ];
    const ofBuffers = buffers.all.map((_, i) => sizes.length + i);
    this.#sums = new StepSums(this.#backend, summands, [...order, ...ofBuffers]);
    this.#gradients = isExact
      ? new ExactGradients(this.#parameters, this.#sums, isAlone)
      : new FastGradients(this.#parameters, order, {
          largest: this.largest,
          isAlone,
          flat: () =>
            arrays.flat(
              this.#backend,
              sizes.reduce((sum, size) => sum + size, 0),
            ),
        });
    this.early =
      buckets.length === 0 || communicator.begin === undefined
        ? null
        : new EarlyExchange(communicator.begin.bind(communicator), buckets, {
            largest: this.largest,
            fill: (bucket) => this.#gradients.fill(bucket),
          });
  }

  /** Of every parameter, then of every buffer: the bits of the largest number in it, -1 if there is none. */
  get largest(): Int32Array {
    return this.#sums.largest;
  }

  /** Shows the shards of this rank. Buffers are as before then. */
  showShards(): void {
    const { communicator, shards, arrays } = this.#sharing;
    const { length } = this.#sums;
    const figures = Figures.lengthFor(shards, this.#samples.length, this.#layers);
    this.#numbers = arrays.sums(this.#backend, length + figures);
    this.#sums.open(this.#numbers);
    this.#figures = new Figures(this.#numbers.subarray(length), shards, this.#layers);
    const own = partOf(shards, communicator.size, communicator.rank);
    const parts: [shard: number, part: Part][] = [];
    for (let shard = own.start; shard < own.end; shard++) {
      const part = partOf(this.#samples.length, shards, shard);
      if (part.start < part.end) parts.push([shard, part]);
    }
    parts.forEach(([shard, part], i) => this.#show(shard, part, i === parts.length - 1));
  }

  /** @param isLast of this rank: what is complete then is the rank's */
  #show(shard: number, { start, end }: Part, isLast: boolean): void {
    const { model, learned, options, settings, epoch, batch: number } = this.#step;
    const key: ShardKey = { seed: options.seed, epoch, batch: number, shard };
    const { loss, optimizer: _, clip: __, ...passOptions } = settings;
    const total = divisorOf(loss, this.labels);
    const share = divisorOf(loss, this.labels.subarray(start, end));
    const generator = new Generator(0);
    generator.state = keyedState(key, "augmentation");
    const stored = learned.train.batch(this.#samples.subarray(start, end));
    const batch = learnedBatch(model, learned, options.augmentations, stored, generator);
    const weight = total === 0 ? 0 : share / total;
    const watched = isLast ? this.#goBackExchanging() : {};
    const { result: pass } = withDropoutState(keyedState(key, "dropout"), () =>
      blamingShard(shard, this.#sharing.shards, batch, () =>
        gradientsOf(model, batch, loss, { ...passOptions, weight, ...watched }),
      ),
    );
    this.#figures.write(shard, start, pass);
    this.#checkComplete();
    this.#parameters.forEach((_, i) => {
      if (!this.#complete.has(i)) this.#gradients.take(i);
    });
    this.#takeBuffers((end - start) / this.#samples.length);
    this.#buffers.restore();
  }

  /** Truncated passes are several, of which none but the last completes anything. */
  #goBackExchanging(): { goBack?: (loss: Tensor) => void } {
    const { early } = this;
    if (early === null || typeof this.#step.settings.detachEvery === "number") return {};
    const numbers = new Map<Tensor, number>(this.#first.map((i) => [this.#parameters[i], i]));
    const onReady = (leaf: Tensor): void => {
      const i = numbers.get(leaf) ?? 0;
      this.#gradients.take(i);
      this.#complete.set(i, this.#versionOf(i));
      early.ready(i);
    };
    const watch = { onReady, onStep: () => early.goOn() };
    return { goBack: (loss) => watchingGradients([...numbers.keys()], watch, () => loss.backward()) };
  }

  #versionOf(i: number): number | null {
    return this.#parameters[i].grad?.storage.version ?? null;
  }

  /** @throws StateError if a gradient came after it was complete, by another pass within the backward pass */
  #checkComplete(): void {
    for (const [i, version] of this.#complete) {
      if (version === this.#versionOf(i)) continue;
      throw new StateError(
        `the gradient of ${this.#names[i]} has changed after the operations that use it had gone back, as by backward() within ` +
          "an operation; expected it to be complete then, since it is exchanged while others are computed. Set overlap to false.",
      );
    }
  }

  #takeBuffers(share: number): void {
    this.#buffers.all.forEach(({ before }, i) => {
      const change = Storage.float32(this.#backend, before.length);
      this.#held.push(change);
      if (this.#buffers.change(i, share, change.array))
        this.#sums.take(this.#parameters.length + i, change.array);
    });
  }

  /** @throws DivergenceError, the same on all ranks */
  checkFinite(): void {
    const wrong = this.largest.findIndex((bits) => bits >= NOT_FINITE);
    if (wrong < 0) return;
    const K = this.#parameters.length;
    throw new DivergenceError(
      wrong < K
        ? `the gradient of ${this.#names[wrong]} is not finite`
        : `${this.#buffers.all[wrong - K].name} is not finite after the forward pass`,
    );
  }

  /** Of all ranks: gradients and buffers are in the model then. */
  addUp(): void {
    const { communicator, isExact } = this.#sharing;
    const K = this.#parameters.length;
    this.#buffers.all.forEach((_, i) => this.#sums.add(K + i));
    const gradients =
      communicator.size > 1 && this.#last.length > 0 ? this.#gradients.fill(this.#last) : null;
    // Gradients that are added exactly, buffers and figures lie side by side.
    communicator.sum(this.#numbers.subarray(this.#sums.lengthOf(this.#first)));
    if (!isExact && gradients !== null) communicator.sum(gradients);
    this.early?.settle();
    this.#parameters.forEach((_, i) => this.#gradients.give(i));
    this.#buffers.all.forEach((_, i) => {
      if (this.largest[K + i] >= 0) this.#buffers.add(i, this.#sums.of(K + i));
    });
  }

  /** What all have begun is over before memory is used again; if that fails, too, something else has been said already. */
  abandon(): void {
    try {
      this.early?.settle();
    } catch {
      // The ranks are lost.
    }
  }

  /** As that of the whole batch, shown at once. */
  pass(): Pass {
    const { shards } = this.#sharing;
    const { loss } = this.#step.settings;
    const samples = this.#samples.length;
    const total = divisorOf(loss, this.labels);
    let sum = 0;
    for (let shard = 0; shard < shards; shard++) {
      const { start, end } = partOf(samples, shards, shard);
      if (start < end) sum += this.#figures.loss(shard) * divisorOf(loss, this.labels.subarray(start, end));
    }
    return {
      loss: total === 0 ? 0 : sum / total,
      samples,
      predicted: this.#figures.predicted(0, samples),
      counts: this.#layers === 0 ? [] : this.#figures.allCounts(),
      restore: () => this.#buffers.restore(),
    };
  }

  /** Gives back what the rows lie in. */
  release(): void {
    this.#gradients.release();
    for (const storage of this.#held) storage.release();
  }
}

/** What a layer cannot do with few samples is said of batches; here it is a matter of shards. */
function blamingShard<R>(shard: number, shards: number, { labels }: Batch, work: () => R): R {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ShapeError) || labels.length !== 1 || shards === 1) throw error;
    throw new ShapeError(
      `${error.message} This was shard ${shard + 1} of ${shards}, which holds one sample: fewer shards, or a larger batchSize, give it more.`,
      { cause: error },
    );
  }
}
