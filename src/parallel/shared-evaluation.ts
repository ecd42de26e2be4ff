/**
 * evaluate() with the batches of the set shared out over ranks. What each batch gave is put where it belongs and added in the order
 * of the batches, so that the figures are those of one process, to the bit.
 */

import type { Dataset } from "../datasets/dataset.js";
import { inUnitsOf } from "../measuring/batch-input.js";
import type { SpikingModel } from "../models/spiking-model.js";
import { EventLoopTurns } from "../platform/event-loop.js";
import {
  MeasuredSum,
  measureUnlessStopped,
  readMeasuring,
  type EvaluateOptions,
  type Evaluation,
  type Measuring,
} from "../training/evaluate.js";
import { measuredBatches } from "../training/measured-batches.js";
import type { Batch } from "../datasets/batch.js";
import { agree } from "./agreement.js";
import type { AgreedSignal } from "./agreed-signal.js";
import type { Communicator } from "./communicator.js";
import { partOf, type Part } from "./cut.js";
import { Figures } from "./figures.js";

/** @param signal of all ranks: evaluate() is rejected with its reason on all of them */
export async function sharedEvaluation(
  communicator: Communicator,
  signal: AgreedSignal,
  model: SpikingModel,
  data: Dataset,
  options: EvaluateOptions,
): Promise<Evaluation> {
  // Agreed before: on all ranks alike.
  signal.from(options.signal).throwIfAborted();
  let work: SetWork | null = null;
  let thrown: unknown = undefined;
  try {
    work = new SetWork(model, data, readMeasuring(model, data, options));
    const own = partOf(work.batches, communicator.size, communicator.rank);
    await work.measure(own, () => signal.isAsked, options.onBatch);
  } catch (error) {
    thrown = error;
  }
  const stop = agree(communicator, { thrown, stop: signal.isAsked });
  if (stop) throw signal.abort();
  // Nothing was thrown anywhere, so there is work.
  if (work === null) throw thrown;
  communicator.sum(work.numbers);
  return work.evaluation();
}

class SetWork {
  readonly batches: number;
  readonly numbers: Float64Array;
  readonly #model: SpikingModel;
  readonly #data: Dataset;
  readonly #measuring: Measuring;
  readonly #figures: Figures;
  /** [samples, classes], if they are asked for. */
  readonly #outputs: Float64Array;

  constructor(model: SpikingModel, data: Dataset, measuring: Measuring) {
    this.#model = model;
    this.#data = data;
    this.#measuring = measuring;
    this.batches = Math.ceil(data.length / measuring.batchSize);
    const layers = model.neurons().length;
    const figures = Figures.lengthFor(this.batches, data.length, layers);
    const outputs = measuring.metrics.length === 0 ? 0 : data.length * model.outputShape[0];
    this.numbers = new Float64Array(figures + outputs);
    this.#figures = new Figures(this.numbers.subarray(0, figures), this.batches, layers);
    this.#outputs = this.numbers.subarray(figures);
  }

  /** The batches of a part; those that are left when it is asked to stop are not measured. */
  async measure(
    { start, end }: Part,
    isAsked: () => boolean,
    onBatch?: (done: number, total: number) => void,
  ): Promise<void> {
    const { batchSize, loss, metrics } = this.#measuring;
    const classes = this.#model.outputShape[0];
    const turns = new EventLoopTurns();
    let i = start;
    for (const batch of this.#from(start, end)) {
      if (isAsked()) return;
      const measured = measureUnlessStopped(this.#model, batch, loss, undefined);
      this.#figures.write(i, i * batchSize, measured);
      if (metrics.length > 0) this.#outputs.set(measured.outputs, i * batchSize * classes);
      i++;
      onBatch?.(i - start, end - start);
      if (turns.due) await turns.next();
    }
  }

  /** Random augmentations draw for one batch after another, so all are made; others are made when it is their turn. */
  *#from(start: number, end: number): Iterable<Batch> {
    const { batchSize, augmentations } = this.#measuring;
    const isWhole = augmentations !== null;
    const batches = isWhole
      ? measuredBatches(this.#model, this.#data, batchSize, augmentations)
      : inUnitsOf(this.#model, this.#data).batches({ batchSize, skip: start });
    let i = isWhole ? 0 : start;
    for (const batch of batches) {
      if (i === end) return;
      if (i++ >= start) yield batch;
    }
  }

  evaluation(): Evaluation {
    const { batchSize } = this.#measuring;
    const { labels, length } = this.#data;
    const classes = this.#model.outputShape[0];
    const sum = new MeasuredSum(this.#model, this.#measuring);
    for (let i = 0; i < this.batches; i++) {
      const [start, end] = [i * batchSize, Math.min((i + 1) * batchSize, length)];
      sum.add(labels.subarray(start, end), {
        loss: this.#figures.loss(i),
        predicted: this.#figures.predicted(start, end),
        counts: this.#figures.counts(i),
        outputs: Float32Array.from(this.#outputs.subarray(start * classes, end * classes)),
      });
    }
    return sum.evaluation(length);
  }
}
