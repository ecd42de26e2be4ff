/** SMLP: a spiking multilayer perceptron. flatten, then fc and neuron per hidden layer, then fc to the classes. */

import { Flatten } from "../layers/flatten.js";
import { Linear } from "../layers/linear.js";
import { Sequential } from "../layers/sequential.js";
import type { Module } from "../module/module.js";
import { createNeuron } from "../neurons/table.js";
import { sizeOf, type Shape } from "../shapes.js";
import { plainCopy } from "./plain-copy.js";
import { resolveSMLPOptions, type ResolvedSMLPOptions, type SMLPOptions } from "./smlp-options.js";
import { SpikingModel, type Architecture } from "./spiking-model.js";

export class SMLP extends SpikingModel {
  readonly #options: ResolvedSMLPOptions;

  /** @throws TypeError, RangeError for options that make no network */
  constructor(options: SMLPOptions) {
    const resolved = resolveSMLPOptions(options);
    const { inputShape, outputShape, timesteps, stepMode } = resolved;
    super(inputShape, outputShape, timesteps, stepMode, smlpLayers(resolved));
    this.#options = resolved;
  }

  get architecture(): Architecture {
    return { kind: "SMLP", options: plainCopy("SMLP", { ...this.#options, timesteps: this.timesteps }) };
  }

  /** Features may come flattened where flattening leaves their order as it is. */
  protected override acceptsInput(shape: Shape): boolean {
    const { inputShape } = this;
    const plain = inputShape.length === 1 || inputShape.at(-1) === 1;
    return super.acceptsInput(shape) || (plain && shape.length === 1 && shape[0] === sizeOf(inputShape));
  }
}

/** Weights of all linear layers, counted before any is made. @throws TypeError, RangeError as the constructor */
export function smlpWeightCount(options: SMLPOptions): number {
  const { inputShape, outputShape, units } = resolveSMLPOptions(options);
  const sizes = [sizeOf(inputShape), ...units, outputShape[0]];
  return sizes.slice(1).reduce((sum, size, i) => sum + sizes[i] * size, 0);
}

function smlpLayers({ inputShape, outputShape, units, neuron, stepMode }: ResolvedSMLPOptions): Sequential {
  const layers: Record<string, Module> = { flatten1: new Flatten({ order: "memory" }) };
  let features = sizeOf(inputShape);
  let flattenedChannels = inputShape.length === 1 ? 1 : inputShape[inputShape.length - 1];
  for (const [i, unit] of units.entries()) {
    layers[`fc${i + 1}`] = new Linear(features, unit, { flattenedChannels });
    layers[`neuron${i + 1}`] = createNeuron(neuron, stepMode);
    [features, flattenedChannels] = [unit, 1];
  }
  layers[`fc${units.length + 1}`] = new Linear(features, outputShape[0], { flattenedChannels });
  return new Sequential(layers);
}
