/** Looks into every spiking layer of a model while it sees a data set: what arrives, who fires, what its quantizer loses. */

import { checkInteger, checkOptions } from "../checks.js";
import type { Dataset } from "../datasets/dataset.js";
import type { SpikingModel } from "../models/spiking-model.js";
import type { BaseNode } from "../neurons/base-node.js";
import { sizeOf, type Shape } from "../shapes.js";
import { checkFits, checkSignal, inputOf, inUnitsOf } from "../measuring/batch-input.js";
import { EventLoopTurns } from "../platform/event-loop.js";
import type { LayerReport } from "../measuring/layer-report.js";
import { thetaSpread } from "../measuring/theta-spread.js";
import { walkLayers, type LayerVisit } from "./layer-walk.js";
import { staircase } from "./staircase.js";

export interface LayerInspection extends LayerReport {
  /** One time step of one sample, channels last. */
  readonly shape: Shape;
  readonly timesteps: number;
  /** Neurons that did not fire once in all samples. */
  readonly silentNeurons: number;
  /** Neurons that fired at every step of every sample. */
  readonly saturatedNeurons: number;
  /**
   * The mean input over the T steps, of every neuron in every sample, or of an even selection of `maxInputs` of them.
   */
  readonly meanInputs: Float32Array;
  /** Height of a spike: theta (ATIF), or 1. */
  readonly spikeHeight: number;
  /**
   * How far the mean outputs are from the staircase of the mean inputs, mean square in units of x, because inputs
   * change over time (a spike cannot be taken back). null for neurons that are no staircase: with a leak or a hard reset.
   */
  readonly unevenness: number | null;
}

export interface InspectLayersOptions {
  /** Default 64. */
  readonly batchSize?: number;
  /** Most mean inputs to keep per layer; default 65536. */
  readonly maxInputs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Runs every sample once, prepared as model.preprocessing says, in evaluation mode, and turns the event loop between batches.
 *
 * @throws TypeError, RangeError, ShapeError if the data does not fit the model; the signal's reason if it is aborted
 */
export async function inspectLayers(
  model: SpikingModel,
  data: Dataset,
  options: InspectLayersOptions = {},
): Promise<LayerInspection[]> {
  const where = "inspectLayers";
  checkOptions(where, options, ["batchSize", "maxInputs", "signal"]);
  checkFits(where, model, data);
  const batchSize = checkInteger(`${where}: batchSize`, options.batchSize ?? 64, 1);
  const maxInputs = checkInteger(`${where}: maxInputs`, options.maxInputs ?? 65536, 1);
  checkSignal(where, options.signal);
  const turns = new EventLoopTurns();
  const tallies = new Map<string, LayerTally>();
  for (const batch of inUnitsOf(model, data).batches({ batchSize })) {
    options.signal?.throwIfAborted();
    const visit = (layer: LayerVisit): void => {
      const tally = tallies.get(layer.name) ?? new LayerTally(layer, data.length, maxInputs);
      tallies.set(layer.name, tally);
      tally.add(layer);
    };
    walkBatch(where, model, batch, visit);
    if (turns.due) await turns.next();
  }
  return [...tallies.values()].map((tally) => tally.result());
}

function walkBatch(
  where: string,
  model: SpikingModel,
  batch: Parameters<typeof inputOf>[1],
  visit: (layer: LayerVisit) => void,
): void {
  const x = inputOf(model, batch);
  try {
    walkLayers(where, model, x, { visit, time: batch.time === true }, () => undefined);
  } finally {
    x.dispose();
  }
}

/** What is known of one layer so far. */
class LayerTally {
  readonly #name: string;
  readonly #neuron: BaseNode;
  readonly #shape: Shape;
  readonly #samples: number;
  readonly #timesteps: number;
  /** Spikes of each neuron, over all samples. */
  readonly #spikes: Float64Array;
  readonly #meanInputs: Float32Array;
  readonly #stride: number;
  readonly #isStaircase: boolean;
  #seen = 0;
  #uneven = 0;

  constructor({ name, neuron, input }: LayerVisit, samples: number, maxInputs: number) {
    this.#name = name;
    this.#neuron = neuron;
    this.#shape = input.shape.slice(2);
    this.#samples = samples;
    this.#timesteps = input.shape[0];
    const neurons = sizeOf(this.#shape);
    this.#spikes = new Float64Array(neurons);
    const all = samples * neurons;
    this.#stride = evenStride(Math.ceil(all / maxInputs), neurons);
    this.#meanInputs = new Float32Array(Math.ceil(all / this.#stride));
    this.#isStaircase = neuron.traits.staircase && neuron.theta > 0;
  }

  add({ input, output }: LayerVisit): void {
    const neurons = this.#spikes.length;
    const means = input.mean(0).data;
    const { data } = output;
    const quantizer = { theta: this.#neuron.theta, timesteps: this.#timesteps };
    for (let i = 0; i < means.length; i++) {
      let fired = 0;
      for (let at = i; at < data.length; at += means.length) if (data[at] !== 0) fired++;
      this.#spikes[i % neurons] += fired;
      if (this.#isStaircase) {
        const mean = (quantizer.theta * fired) / this.#timesteps;
        this.#uneven += (mean - staircase(means[i], quantizer)) ** 2;
      }
      if (this.#seen % this.#stride === 0) this.#meanInputs[this.#seen / this.#stride] = means[i];
      this.#seen++;
    }
  }

  result(): LayerInspection {
    const neurons = this.#spikes.length;
    const opportunities = this.#samples * this.#timesteps;
    const spikes = this.#spikes.reduce((sum, count) => sum + count, 0);
    const { theta } = this.#neuron;
    return {
      name: this.#name,
      kind: this.#neuron.traits.kind,
      theta,
      ...thetaSpread(this.#neuron),
      firingRate: spikes / (opportunities * neurons),
      spikesPerInference: spikes / this.#samples,
      neurons,
      shape: this.#shape,
      timesteps: this.#timesteps,
      silentNeurons: this.#spikes.filter((count) => count === 0).length,
      saturatedNeurons: this.#spikes.filter((count) => count === opportunities).length,
      meanInputs: this.#meanInputs,
      spikeHeight: this.#neuron.spikeHeight,
      unevenness: this.#isStaircase ? this.#uneven / this.#seen : null,
    };
  }
}

/** The least stride from `least` on that meets every neuron: one that has no divisor in common with their number. */
function evenStride(least: number, neurons: number): number {
  let stride = least;
  while (stride > 1 && commonDivisor(stride, neurons) > 1) stride++;
  return stride;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
