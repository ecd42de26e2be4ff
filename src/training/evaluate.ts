/** Measures a model on a data set. */

import { noGrad } from "../autograd/grad-mode.js";
import { checkFunction, checkInteger, checkOptions } from "../checks.js";
import { show } from "../show.js";
import { AugmentationPipeline } from "../datasets/augmentations/pipeline.js";
import type { Batch } from "../datasets/batch.js";
import type { Dataset } from "../datasets/dataset.js";
import { lossOf, lossSpec, type LossSpec, type NamedLoss } from "../losses/loss-spec.js";
import { divisorOf } from "../losses/table.js";
import { ArgumentPlace } from "../schema/place.js";
import type { SpikingModel } from "../models/spiking-model.js";
import type { SpikeCount } from "../neurons/spike-count.js";
import { scope } from "../tensor/scope.js";
import { checkFits, checkSignal, showBatch } from "../measuring/batch-input.js";
import { accuracyOf, averageClassAccuracyOf, countInto, emptyConfusion } from "./confusion.js";
import { checkLayers, withLayerOutputs } from "./layer-outputs.js";
import { namedMetrics, OutputsOfSet, type NamedMetric } from "./named-metrics.js";
import { measuredBatches } from "./measured-batches.js";
import { EventLoopTurns } from "../platform/event-loop.js";
import { canBeGivenUp, GivenUp } from "../platform/giving-up.js";
import { layerReports, totalSpikes, type LayerReport } from "../measuring/layer-report.js";
import { addCounts, countingSpikes } from "../neurons/spike-count.js";
import { withMode } from "../module/mode.js";

export interface Evaluation {
  samples: number;
  /** Mean over all samples; with weights of classes, a weighted one. */
  loss: number;
  /** Share of samples whose class was found, 0 to 1. */
  accuracy: number;
  /** Mean over the classes that occur of the share that was found. */
  averageClassAccuracy: number;
  /** Spikes of all layers and time steps for one sample. */
  spikesPerInference: number;
  /** confusion[label][predicted], samples */
  confusion: number[][];
  /** In the order of the network. */
  layers: LayerReport[];
  /** By name; left out where none were asked for. */
  metrics?: Record<string, number>;
}

export interface EvaluateOptions {
  /** Default 64. */
  batchSize?: number;
  /** By name, or a function of one's own: { name, loss }. Default "crossentropy". */
  loss?: LossSpec;
  /** Figures of one's own, of the outputs for the whole set. */
  metrics?: readonly NamedMetric[];
  /**
   * Those with `evaluate` are applied; random ones draw from a generator that starts with seed 0. Those that say how samples
   * are prepared (Normalize, IntToFloat32) stand for what model.preprocessing says; before the others are left to it.
   */
  augmentations?: AugmentationPipeline;
  /** Stops before the next batch: the promise is rejected with the signal's reason. */
  signal?: AbortSignal;
  /** After each batch: batches done, and in all. */
  onBatch?: (done: number, total: number) => void;
}

const optionNames = ["batchSize", "loss", "metrics", "augmentations", "signal", "onBatch"];

/** Options of evaluate() that were checked. */
export interface Measuring {
  readonly batchSize: number;
  readonly loss: NamedLoss;
  readonly metrics: readonly NamedMetric[];
  readonly augmentations: AugmentationPipeline | null;
}

/**
 * Runs every sample once, prepared as model.preprocessing says, in evaluation mode, and turns the event loop between batches. Modes are given back as they
 * were; the state of the neurons is forgotten.
 *
 * @throws TypeError, RangeError, ShapeError if the data does not fit the model
 */
export async function evaluate(
  model: SpikingModel,
  data: Dataset,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const measuring = readMeasuring(model, data, options);
  const { batchSize, loss, augmentations } = measuring;
  const { signal, onBatch } = options;
  const turns = new EventLoopTurns();
  const sum = new MeasuredSum(model, measuring);
  const total = Math.ceil(data.length / batchSize);
  let done = 0;
  for (const batch of measuredBatches(model, data, batchSize, augmentations)) {
    signal?.throwIfAborted();
    sum.add(batch.labels, measureUnlessStopped(model, batch, loss, signal));
    onBatch?.(++done, total);
    if (turns.due) await turns.next();
  }
  return sum.evaluation(data.length);
}

/** @throws TypeError, RangeError as evaluate */
export function readMeasuring(model: SpikingModel, data: Dataset, options: EvaluateOptions): Measuring {
  checkOptions("evaluate", options, optionNames);
  checkFits("evaluate", model, data);
  const batchSize = checkInteger("evaluate: batchSize", options.batchSize ?? 64, 1);
  const place = new ArgumentPlace("evaluate").at("loss");
  const loss = lossOf({ loss: lossSpec.read(options.loss ?? "crossentropy", place) });
  if (loss.layers !== undefined) checkLayers("evaluate: loss", model, loss.layers);
  const metrics = namedMetrics.read(options.metrics ?? [], new ArgumentPlace("evaluate").at("metrics"));
  const { augmentations, signal, onBatch } = options;
  checkSignal("evaluate", signal);
  if (onBatch !== undefined) checkFunction("evaluate: onBatch", onBatch, "(done, total) => {}");
  if (augmentations !== undefined && !(augmentations instanceof AugmentationPipeline)) {
    throw new TypeError(
      `evaluate: augmentations is ${show(augmentations)}; expected new AugmentationPipeline([...]).`,
    );
  }
  return { batchSize, loss, metrics, augmentations: augmentations ?? null };
}

/** What showing a batch gave. */
export interface Measured {
  readonly loss: number;
  readonly predicted: Int32Array;
  readonly outputs: Float32Array;
  readonly counts: readonly SpikeCount[];
}

/** Batches of a set, as they are added up in their order. */
export class MeasuredSum {
  readonly #model: SpikingModel;
  readonly #measuring: Measuring;
  readonly #confusion: number[][];
  readonly #outputs: OutputsOfSet | null;
  #counts: SpikeCount[] = [];
  #loss = 0;
  #divisor = 0;

  constructor(model: SpikingModel, measuring: Measuring) {
    this.#model = model;
    this.#measuring = measuring;
    this.#confusion = emptyConfusion(model.outputShape[0]);
    this.#outputs = measuring.metrics.length === 0 ? null : new OutputsOfSet();
  }

  add(labels: Int32Array, { loss, predicted, outputs, counts }: Measured): void {
    const share = divisorOf(this.#measuring.loss.loss, labels);
    this.#loss += loss * share;
    this.#divisor += share;
    countInto(this.#confusion, labels, predicted);
    this.#counts = addCounts(this.#counts, counts);
    this.#outputs?.add(outputs, labels);
  }

  evaluation(samples: number): Evaluation {
    const confusion = this.#confusion;
    const layers = layerReports(this.#model, this.#counts, samples);
    return {
      samples,
      loss: this.#divisor === 0 ? 0 : this.#loss / this.#divisor,
      accuracy: accuracyOf(confusion),
      averageClassAccuracy: averageClassAccuracyOf(confusion),
      spikesPerInference: totalSpikes(layers),
      confusion,
      layers,
      ...(this.#outputs === null ? {} : { metrics: this.#outputs.measure(this.#measuring.metrics) }),
    };
  }
}

/** @throws the signal's reason if it is seen to be aborted on the way */
export function measureUnlessStopped(
  model: SpikingModel,
  batch: Batch,
  loss: NamedLoss,
  signal: AbortSignal | undefined,
): Measured {
  try {
    return canBeGivenUp(
      () => signal?.aborted === true,
      () => measure(model, batch, loss),
    );
  } catch (error) {
    if (error instanceof GivenUp) signal?.throwIfAborted();
    throw error;
  }
}

function measure(model: SpikingModel, batch: Batch, { loss, layers = [] }: NamedLoss): Measured {
  try {
    const { result, counts } = countingSpikes(model.neurons(), () =>
      withMode(model, false, () =>
        scope(() =>
          noGrad(() =>
            withLayerOutputs(
              "evaluate",
              model,
              layers,
              () => showBatch(model, batch),
              (outputs, given) => ({
                loss: loss(outputs, batch.labels, given).item(),
                predicted: outputs.argmax(),
                outputs: outputs.toArray(),
              }),
            ),
          ),
        ),
      ),
    );
    return { ...result, counts };
  } finally {
    // in a scope, so that its memory is free at once
    scope(() => model.reset());
  }
}
