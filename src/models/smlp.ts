/** SMLP: a spiking multilayer perceptron. flatten, then fc and neuron per hidden layer, then fc to the classes. */

import { checkInteger, checkOneOf, checkOptions, isList } from "../checks.js";
import { show } from "../show.js";
import { Flatten } from "../layers/flatten.js";
import { Linear } from "../layers/linear.js";
import { Sequential } from "../layers/sequential.js";
import type { Module, StepMode } from "../module/module.js";
import { copyNeuronSpec, createNeuron, type NeuronSpec } from "../neurons/table.js";
import { sizeOf, type Shape } from "../shapes.js";
import { checkModelShapes } from "./model-shapes.js";
import { plainCopy } from "./plain-copy.js";
import { SpikingModel, type Architecture } from "./spiking-model.js";

export interface SMLPOptions {
  /** Channels last, without batch and time: [H, W, C], [S, C] or [F]. */
  inputShape: Shape;
  /** [classes] */
  outputShape: Shape;
  /** Neurons of each hidden layer. */
  units: readonly number[];
  /** T */
  timesteps: number;
  neuron: NeuronSpec;
  /** Default 's'. */
  stepMode?: StepMode;
}

const optionNames = ["inputShape", "outputShape", "units", "timesteps", "neuron", "stepMode"];

export class SMLP extends SpikingModel {
  readonly #options: SMLPOptions;

  /** @throws TypeError, RangeError for options that make no network */
  constructor(options: SMLPOptions) {
    checkSMLPOptions(options);
    const { inputShape, outputShape, units, timesteps, neuron, stepMode = "s" } = options;
    super(inputShape, outputShape, timesteps, stepMode, smlpLayers(options, stepMode));
    // Copies: what the caller changes later is not this network.
    this.#options = {
      inputShape: [...inputShape],
      outputShape: [...outputShape],
      units: [...units],
      timesteps,
      neuron: copyNeuronSpec(neuron),
      stepMode,
    };
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

function checkSMLPOptions(options: SMLPOptions): void {
  checkOptions("SMLP", options ?? null, optionNames);
  const { inputShape, outputShape, units } = options;
  checkModelShapes("SMLP", inputShape, outputShape);
  checkOneOf("SMLP: stepMode", options.stepMode ?? "s", ["s", "m"]);
  if (!isList(units))
    throw new TypeError(`SMLP: units is ${show(units)}; expected an array of whole numbers.`);
  Array.from(units).forEach((unit, i) => checkInteger(`SMLP: units[${i}]`, unit, 1));
}

/** Weights of all linear layers, counted before any is made. @throws TypeError, RangeError as the constructor */
export function smlpWeightCount(options: SMLPOptions): number {
  checkSMLPOptions(options);
  const { inputShape, outputShape, units } = options;
  const sizes = [sizeOf(inputShape), ...units, outputShape[0]];
  return sizes.slice(1).reduce((sum, size, i) => sum + sizes[i] * size, 0);
}

function smlpLayers({ inputShape, outputShape, units, neuron }: SMLPOptions, stepMode: StepMode): Sequential {
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
