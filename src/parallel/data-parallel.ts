/** Training in which every batch is cut into shards, by processes that share them out, or by this one alone. */

import { numbersBelow } from "../datasets/dataset.js";
import type { Dataset } from "../datasets/dataset.js";
import type { SpikingModel } from "../models/spiking-model.js";
import type { Optimizer } from "../optimizers/optimizer.js";
import { Generator, type GeneratorState } from "../random/generator.js";
import { readOptions, type Schema } from "../schema/schema.js";
import type { EvaluateOptions, Evaluation } from "../training/evaluate.js";
import type { Fingerprint } from "../training/fingerprint.js";
import type { ParallelStep, ParallelTraining } from "../training/parallel-training.js";
import { shardFields, type Overlap, type ShardOptions } from "../training/shard-options.js";
import type { Learned } from "../training/training-step.js";
import { AgreedSignal } from "./agreed-signal.js";
import { alone, type Communicator } from "./communicator.js";
import { wouldOverlap } from "./overlap.js";
import { checkSameRun, checkSameState } from "./same-ranks.js";
import { sharedEvaluation } from "./shared-evaluation.js";
import { shardedStep } from "./sharded-step.js";
import { StepArrays } from "./step-arrays.js";

export interface DataParallelOptions extends ShardOptions {
  /** The processes that share the shards out (default: this one alone). */
  communicator?: Communicator;
}

const schema: Schema<Readonly<Required<ShardOptions>>> = { fields: shardFields };

/**
 * What a trainer takes as `parallel`. Every batch is cut into shards of as many samples as possible alike, whatever the number of
 * processes; augmentations and dropout draw numbers that belong to the shard, and with `reduce: "exact"` a model has the same bits
 * whoever computed which shard: 1 process or as many as there are shards. docs/clusters.md says why.
 *
 *   new Trainer(model, train, { …, parallel: new DataParallel({ shards: 12, communicator }) })
 *
 * All processes make the same trainer of the same data and call the same methods; what one of them throws, all of them throw.
 */
export class DataParallel implements ParallelTraining {
  readonly communicator: Communicator;
  readonly shards: number;
  readonly reduce: "exact" | "fast";
  readonly overlap: Overlap;
  readonly bucketCapMb: number | null;
  readonly #arrays = new StepArrays();
  readonly #signal: AgreedSignal;
  #order: { readonly of: Dataset; readonly state: string; readonly numbers: Uint32Array } | null = null;
  /** Of what it is known that all ranks have the same. */
  #checked: { readonly optimizer: Optimizer; readonly epoch: number } | null = null;
  /** What all ranks have agreed upon, with the run. */
  #overlaps = false;

  /** @throws TypeError, RangeError for options that make no sense, or more processes than shards */
  constructor({ communicator = alone, ...options }: DataParallelOptions) {
    const { shards, reduce, overlap, bucketCapMb } = readOptions("DataParallel", options, schema);
    if (communicator.size > shards) {
      throw new RangeError(
        `DataParallel: shards is ${shards} for ${communicator.size} processes; expected at least one shard for each. ` +
          "Cut batches into more shards, or start fewer processes.",
      );
    }
    if (overlap === true && communicator.size > 1 && communicator.begin === undefined) {
      throw new TypeError(
        "DataParallel: overlap is true, but the communicator has no begin(); expected one that exchanges while others compute. " +
          'Leave overlap out, which is "auto", or set it to false.',
      );
    }
    this.communicator = communicator;
    this.#signal = new AgreedSignal(communicator.size === 1);
    this.shards = shards;
    this.reduce = reduce;
    this.overlap = overlap;
    this.bucketCapMb = bucketCapMb;
  }

  get fingerprint(): Fingerprint {
    return { "number of shards": String(this.shards), "reduction of gradients": this.reduce };
  }

  get byItself(): DataParallel {
    return new DataParallel({ shards: this.shards, reduce: this.reduce });
  }

  agree(signal: AbortSignal | undefined): AbortSignal {
    // What begins may have been given another state.
    this.#checked = null;
    return this.#signal.from(signal);
  }

  step(step: ParallelStep): Learned {
    this.#checkSame(step);
    const { batchSize } = step.options;
    const order = this.#orderOf(step.learned.train, step.epochStart);
    const sharing = {
      communicator: this.communicator,
      shards: this.shards,
      isExact: this.reduce === "exact",
      bucketCapMb: this.#overlaps ? this.bucketCapMb : undefined,
      arrays: this.#arrays,
    };
    return shardedStep(step, order.subarray(step.batch * batchSize, (step.batch + 1) * batchSize), sharing, {
      isAsked: () => this.#signal.isAsked,
      onAgreed: () => void this.#signal.abort(),
    });
  }

  readonly evaluate = (
    model: SpikingModel,
    data: Dataset,
    options: EvaluateOptions = {},
  ): Promise<Evaluation> => sharedEvaluation(this.communicator, this.#signal, model, data, options);

  /** Before the first step, and before each epoch. */
  #checkSame(step: ParallelStep): void {
    const { communicator } = this;
    const { optimizer } = step.settings;
    if (communicator.size === 1) return;
    if (this.#checked?.optimizer === optimizer && this.#checked.epoch === step.epoch) return;
    if (this.#checked?.optimizer !== optimizer) {
      checkSameRun(communicator, {
        ...step.fingerprint(),
        overlap: String(this.overlap),
        "size of buckets": String(this.bucketCapMb),
      });
      this.#overlaps = this.#allWouldOverlap(step);
    }
    checkSameState(communicator, step);
    this.#checked = { optimizer, epoch: step.epoch };
  }

  /** Ranks may know different things of one another, and must do the same. */
  #allWouldOverlap({ model }: ParallelStep): boolean {
    const { communicator, overlap } = this;
    const parameters = model.parameters().reduce((sum, { size }) => sum + size, 0);
    const refuses = new Int32Array([wouldOverlap(overlap, communicator, parameters) ? 0 : 1]);
    communicator.max(refuses);
    return refuses[0] === 0;
  }

  /** As Dataset.batches draws it, of the same state. */
  #orderOf(data: Dataset, start: GeneratorState): Uint32Array {
    const state = start.join();
    if (this.#order?.of !== data || this.#order.state !== state) {
      const generator = new Generator(0);
      generator.state = start;
      this.#order = { of: data, state, numbers: generator.shuffle(numbersBelow(data.length)) };
    }
    return this.#order.numbers;
  }
}
