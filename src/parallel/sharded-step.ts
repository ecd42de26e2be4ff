/**
 * One step of the optimizer along a batch that is cut into shards. What a shard says depends on the weights, the step and the shard,
 * and what all of them say does not depend on how they are shared out: every rank gets the same gradient, and takes the same step.
 */

import type { Backend } from "../kernels/backend.js";
import { ShapeError } from "../errors.js";
import { divisorOf } from "../losses/table.js";
import type { Batch } from "../datasets/batch.js";
import type { Parameter } from "../module/parameter.js";
import { canBeGivenUp } from "../platform/giving-up.js";
import { Generator } from "../random/generator.js";
import { scope } from "../tensor/scope.js";
import { Storage } from "../tensor/storage.js";
import { Tensor } from "../tensor/tensor.js";
import { DivergenceError } from "../training/divergence-error.js";
import { applyGradients, gradientsOf, type Pass } from "../training/gradients.js";
import { learnedBatch } from "../training/learned-preprocessing.js";
import type { ParallelStep } from "../training/parallel-training.js";
import { withDropoutState, type Learned } from "../training/training-step.js";
import { agree } from "./agreement.js";
import type { Communicator } from "./communicator.js";
import { shardSumsOf } from "./compiled-shard-sums.js";
import { partOf } from "./cut.js";
import { Figures } from "./figures.js";
import { HeldBuffers } from "./held-buffers.js";
import { keyedState, type ShardKey } from "./keyed-state.js";
import { magicOf, NOT_FINITE, type ShardSums } from "./shard-sums.js";
import type { StepArrays } from "./step-arrays.js";

/** Who computes what, and how it is added. */
export interface Sharing {
  readonly communicator: Communicator;
  readonly shards: number;
  /** false: gradients are added in float32, in whatever order ranks add them. */
  readonly isExact: boolean;
  readonly arrays: StepArrays;
}

/** What is done with the signals of all ranks. */
export interface Stopping {
  /** Whether this rank is asked to. */
  readonly isAsked: () => boolean;
  /** Called on all ranks if one was; the step is done then all the same. */
  readonly onAgreed: () => void;
}

/**
 * @param samples of the batch, by their numbers
 * @throws on all ranks what one of them throws, and GivenUp if one was asked to stop on the way: nothing has changed then
 */
export function shardedStep(
  step: ParallelStep,
  samples: Uint32Array,
  sharing: Sharing,
  { isAsked, onAgreed }: Stopping,
): Learned {
  const { model, settings, options } = step;
  const { communicator } = sharing;
  const buffers = new HeldBuffers(model);
  const work = new StepWork(step, samples, sharing, buffers);
  settings.optimizer.zeroGrad();
  try {
    let thrown: unknown = undefined;
    try {
      canBeGivenUp(isAsked, () => work.showShards());
    } catch (error) {
      thrown = error;
    }
    const stop = agree(communicator, { thrown, stop: isAsked() }, work.largest);
    work.checkFinite();
    work.addUp();
    if (stop) onAgreed();
    const pass = work.pass();
    applyGradients(model, settings.optimizer, [pass], settings.clip);
    const { labels } = work;
    const mixes = options.augmentations?.mixesLabels === true;
    return { pass, batch: mixes ? { labels, mixed: { labels, lambda: 1 } } : { labels } };
  } catch (error) {
    buffers.restore();
    settings.optimizer.zeroGrad();
    throw error;
  } finally {
    work.release();
  }
}

/** What is added up: the gradient of a parameter, or the change of a buffer. */
interface Summand {
  readonly size: number;
  /** Where its sum begins. */
  readonly start: number;
  /** One for each shard of this rank that has something to say. */
  readonly rows: Float32Array[];
}

class StepWork {
  readonly labels: Int32Array;
  /** Of every summand: the bits of the largest number in it, -1 if there is none. */
  readonly largest: Int32Array;
  readonly #step: ParallelStep;
  readonly #samples: Uint32Array;
  readonly #sharing: Sharing;
  readonly #buffers: HeldBuffers;
  readonly #parameters: readonly [string, Parameter][];
  /** Those of parameters come first; they are empty where gradients are not added exactly. */
  readonly #summands: readonly Summand[];
  readonly #held: Storage[] = [];
  readonly #backend: Backend;
  readonly #layers: number;
  #numbers: Float64Array = new Float64Array(0);
  #figures = new Figures(this.#numbers, 0, 0);

  constructor(step: ParallelStep, samples: Uint32Array, sharing: Sharing, buffers: HeldBuffers) {
    const { model, learned, settings } = step;
    this.#step = step;
    this.#samples = samples;
    this.#sharing = sharing;
    this.#buffers = buffers;
    this.#parameters = model.namedParameters();
    const stored = learned.train.labels;
    this.labels = Int32Array.from(samples, (sample) => stored[sample]);
    let end = 0;
    const summandOf = (size: number): Summand => ({ size, start: (end += size) - size, rows: [] });
    this.#summands = [
      ...this.#parameters.map(([, { size }]) => summandOf(sharing.isExact ? size : 0)),
      ...buffers.all.map(({ before }) => summandOf(before.length)),
    ];
    this.largest = new Int32Array(this.#summands.length).fill(-1);
    this.#layers = settings.countSpikes === true ? model.neurons().length : 0;
    this.#backend = this.#parameters[0][1].backend;
  }

  /** Shows the shards of this rank. Gradients are in the model then, or in rows if they are added exactly; buffers are as before. */
  showShards(): void {
    const { communicator, shards, arrays } = this.#sharing;
    const end = this.#summands.reduce((sum, { size }) => sum + size, 0);
    const figures = Figures.lengthFor(shards, this.#samples.length, this.#layers);
    this.#numbers = arrays.sums(this.#backend, end + figures);
    this.#figures = new Figures(this.#numbers.subarray(end), shards, this.#layers);
    const own = partOf(shards, communicator.size, communicator.rank);
    for (let shard = own.start; shard < own.end; shard++) {
      const { start, end } = partOf(this.#samples.length, shards, shard);
      if (start < end) this.#show(shard, start, end);
    }
  }

  #show(shard: number, start: number, end: number): void {
    const { model, learned, options, settings, epoch, batch: number } = this.#step;
    const key: ShardKey = { seed: options.seed, epoch, batch: number, shard };
    const { loss, optimizer: _, clip: __, ...passOptions } = settings;
    const total = divisorOf(loss, this.labels);
    const share = divisorOf(loss, this.labels.subarray(start, end));
    const generator = new Generator(0);
    generator.state = keyedState(key, "augmentation");
    const stored = learned.train.batch(this.#samples.subarray(start, end));
    const batch = learnedBatch(model, learned, options.augmentations, stored, generator);
    const { result: pass } = withDropoutState(keyedState(key, "dropout"), () =>
      blamingShard(shard, this.#sharing.shards, batch, () =>
        gradientsOf(model, batch, loss, { ...passOptions, weight: total === 0 ? 0 : share / total }),
      ),
    );
    this.#figures.write(shard, start, pass);
    this.#takeGradients();
    this.#takeBuffers((end - start) / this.#samples.length);
    this.#buffers.restore();
  }

  /** They stay where they are, in the memory of the tensors that they came in. */
  #takeGradients(): void {
    const sums = shardSumsOf(this.#backend);
    this.#parameters.forEach(([, parameter], i) => {
      const { grad } = parameter;
      if (grad === null) return;
      if (!this.#sharing.isExact) {
        this.largest[i] = 0;
        return;
      }
      const { data } = grad;
      this.#held.push(grad.storage.retain());
      this.#take(i, data, sums.largestBits(data));
      parameter.grad = null;
    });
  }

  #takeBuffers(share: number): void {
    const sums = shardSumsOf(this.#backend);
    this.#buffers.all.forEach(({ before }, i) => {
      const change = Storage.float32(this.#backend, before.length);
      this.#held.push(change);
      if (this.#buffers.change(i, share, change.array))
        this.#take(this.#parameters.length + i, change.array, sums.largestBits(change.array));
    });
  }

  #take(i: number, row: Float32Array, bits: number): void {
    this.#summands[i].rows.push(row);
    this.largest[i] = Math.max(this.largest[i], bits);
  }

  /** @throws DivergenceError, the same on all ranks */
  checkFinite(): void {
    const wrong = this.largest.findIndex((bits) => bits >= NOT_FINITE);
    if (wrong < 0) return;
    const K = this.#parameters.length;
    throw new DivergenceError(
      wrong < K
        ? `the gradient of ${this.#parameters[wrong][0]} is not finite`
        : `${this.#buffers.all[wrong - K].name} is not finite after the forward pass`,
    );
  }

  /** Of all ranks: gradients and buffers are in the model then. */
  addUp(): void {
    const { communicator, isExact } = this.#sharing;
    const sums = shardSumsOf(this.#backend);
    this.#summands.forEach(({ size, start, rows }, i) => {
      const out = this.#numbers.subarray(start, start + size);
      const bits = this.largest[i];
      // Without rows there is nothing to add, and of zeros there is no exponent.
      if (rows.length === 0 || bits <= 0) out.fill(0);
      else sums.sumRounded(out, rows, magicOf(bits));
    });
    communicator.sum(this.#numbers);
    if (isExact) this.#giveGradients(sums);
    else this.#addGradients();
    this.#buffers.all.forEach((_, i) => {
      const at = this.#parameters.length + i;
      const { start, size } = this.#summands[at];
      if (this.largest[at] >= 0) this.#buffers.add(i, this.#numbers.subarray(start, start + size));
    });
  }

  #giveGradients(sums: ShardSums): void {
    this.#parameters.forEach(([, parameter], i) => {
      if (this.largest[i] < 0) return;
      const { start, size } = this.#summands[i];
      scope(() => {
        const grad = Tensor.empty(parameter.shape, parameter.backend);
        sums.toFloat32(grad.data, this.#numbers.subarray(start, start + size));
        parameter.grad = grad;
      });
    });
  }

  /** In float32, those of this rank first, which are added already. */
  #addGradients(): void {
    const { communicator, arrays } = this.#sharing;
    if (communicator.size === 1) return;
    const learning = this.#parameters.map(([, parameter]) => parameter).filter((_, i) => this.largest[i] >= 0);
    const flat = arrays.flat(this.#backend, learning.reduce((sum, { size }) => sum + size, 0));
    let at = 0;
    const places = learning.map(({ size }) => flat.subarray(at, (at += size)));
    learning.forEach(({ grad }, i) => (grad === null ? places[i].fill(0) : places[i].set(grad.data)));
    communicator.sum(flat);
    learning.forEach((parameter, i) =>
      scope(() => {
        const grad = Tensor.empty(parameter.shape, parameter.backend);
        grad.data.set(places[i]);
        parameter.grad = grad;
      }),
    );
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
