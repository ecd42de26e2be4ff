/** What spiking layers gave while a batch was shown, as tensors that a loss can be made of. */

import type { LayerOutput, LayerOutputs } from "../losses/table.js";
import type { SpikingModel } from "../models/spiking-model.js";
import type { BaseNode } from "../neurons/base-node.js";
import { observing } from "../neurons/observation.js";
import { clamp } from "../ops/functions.js";
import { stack } from "../ops/slice.js";
import { show } from "../show.js";
import { keep } from "../tensor/scope.js";
import { Tensor } from "../tensor/tensor.js";

/** Which layers: names such as "layers.neuron1", or true for all. */
export type LayerChoice = readonly string[] | true;

/** @throws RangeError naming the one that the model has not */
export function checkLayers(where: string, model: SpikingModel, layers: LayerChoice): void {
  if (layers === true) return;
  const names = model.spikingLayers().map(([name]) => name);
  const missing = layers.find((name) => !names.includes(name));
  if (missing === undefined) return;
  throw new RangeError(
    `${where}: there is no spiking layer ${show(missing)}; expected ${names.length === 0 ? "none: the model has none" : names.map(show).join(", ")}.`,
  );
}

/**
 * Collects the outputs of layers while a batch is shown; they are there while `use` works with them.
 *
 * @throws RangeError as checkLayers
 */
export function withLayerOutputs<S, R>(
  where: string,
  model: SpikingModel,
  layers: LayerChoice,
  showing: () => S,
  use: (shown: S, outputs: LayerOutputs) => R,
): R {
  checkLayers(where, model, layers);
  const chosen = model.spikingLayers().filter(([name]) => layers === true || layers.includes(name));
  const seen = chosen.map((): Tensor[] => []);
  try {
    const shown = observing(
      chosen.map(([, neuron]) => neuron),
      // Handles of our own: those of the network end with the scope that it runs in.
      (_, place) => ({ seen: ({ output }) => void seen[place].push(keep(output.reshape(output.shape))) }),
      showing,
    );
    const entries = chosen.map(([name, neuron], i): [string, LayerOutput] => [
      name,
      new Output(name, neuron, seen[i]),
    ]);
    return use(shown, Object.fromEntries(entries));
  } finally {
    for (const output of seen.flat()) output.dispose();
  }
}

class Output implements LayerOutput {
  readonly #name: string;
  readonly #neuron: BaseNode;
  readonly #calls: readonly Tensor[];
  #output: Tensor | null = null;

  constructor(name: string, neuron: BaseNode, calls: readonly Tensor[]) {
    this.#name = name;
    this.#neuron = neuron;
    this.#calls = calls;
  }

  get output(): Tensor {
    return (this.#output ??= this.#joined());
  }

  get spikes(): Tensor {
    const { spikeHeight, traits, learnedThreshold } = this.#neuron;
    // What is not 0 is one spike, however high, as it is in reports.
    if (traits.isGraded === true) return clamp(this.output.div(spikeHeight), { max: 1 });
    const theta = traits.spikeHeight === "theta" ? learnedThreshold : null;
    const hasOneHeight = theta === null || theta.size === 1;
    if (spikeHeight === 1 && hasOneHeight) return this.output;
    if (theta === null) return asOnes(this.output.div(spikeHeight));
    // With theta as a tensor, so that what is learned is how often the neuron fires, not how high.
    const spikes = this.output.div(theta);
    if (!hasOneHeight) return asOnes(spikes);
    // A quantized one fires as high as its quantized threshold.
    const ratio = theta.item() / spikeHeight;
    return ratio === 1 ? spikes : spikes.mul(ratio);
  }

  /** One call of all time steps in step mode 'm', one call for each in 's'. */
  #joined(): Tensor {
    const calls = this.#calls;
    if (calls.length === 0) {
      throw new RangeError(
        `the layer ${show(this.#name)} was not called; expected a layer that the network runs. Leave it out.`,
      );
    }
    if (this.#neuron.stepMode === "s") return stack(calls);
    if (calls.length === 1) return calls[0];
    const all = stack(calls);
    return all.reshape([calls.length * calls[0].shape[0], ...calls[0].shape.slice(1)]);
  }
}

/** Of channels that fire as high as each does: every spike as 1, with the gradient of what it is. */
function asOnes(spikes: Tensor): Tensor {
  const heights = Tensor.empty(spikes.shape, spikes.backend);
  const [from, to] = [spikes.data, heights.data];
  for (let i = 0; i < from.length; i++) to[i] = from[i] === 0 ? 1 : from[i];
  return spikes.div(heights);
}
