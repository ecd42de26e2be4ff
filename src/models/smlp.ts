/** SMLP: a spiking multilayer perceptron. flatten, then fc and neuron per hidden layer, then fc to the classes. */

import { checkInteger, checkOptions, isList } from "../checks.js";
import type { LayerSpec } from "../graph/layer-spec.js";
import type { StepMode } from "../module/module.js";
import { copyNeuronSpec, type NeuronSpec } from "../neurons/table.js";
import { sizeOf, type Shape } from "../shapes.js";
import { show } from "../show.js";
import { GraphModel, type GraphModelOptions } from "./graph-model.js";
import { checkModelShapes, checkStepMode } from "./model-shapes.js";
import { neuronLayer } from "./neuron-layer.js";
import type { Architecture } from "./architecture.js";

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

export class SMLP extends GraphModel {
  readonly #options: Required<SMLPOptions>;

  /** @throws TypeError, RangeError for options that make no network */
  constructor(options: SMLPOptions) {
    const resolved = resolveSMLPOptions(options);
    super(smlpNetwork(resolved), "SMLP");
    this.#options = resolved;
  }

  override get architecture(): Architecture {
    return this.templateArchitecture("SMLP", this.#options);
  }

  /** Features may come flattened where flattening leaves their order as it is. */
  protected override acceptsInput(shape: Shape): boolean {
    const { inputShape } = this;
    const plain = inputShape.length === 1 || inputShape.at(-1) === 1;
    return super.acceptsInput(shape) || (plain && shape.length === 1 && shape[0] === sizeOf(inputShape));
  }
}

/** Options with every default filled in; copies, so that what the caller changes later is not this network. */
export function resolveSMLPOptions(options: SMLPOptions): Required<SMLPOptions> {
  checkOptions("SMLP", options ?? null, optionNames);
  const { inputShape, outputShape, units, timesteps, neuron, stepMode = "s" } = options;
  checkModelShapes("SMLP", inputShape, outputShape);
  checkStepMode("SMLP", stepMode);
  if (!isList(units))
    throw new TypeError(`SMLP: units is ${show(units)}; expected an array of whole numbers.`);
  Array.from(units).forEach((unit, i) => checkInteger(`SMLP: units[${i}]`, unit, 1));
  return {
    inputShape: [...inputShape],
    outputShape: [...outputShape],
    units: [...units],
    timesteps,
    neuron: copyNeuronSpec(neuron),
    stepMode,
  };
}

/** The network as data, under the names of the reference template. */
export function smlpNetwork(options: Required<SMLPOptions>): GraphModelOptions {
  const { inputShape, outputShape, units, timesteps, neuron, stepMode } = options;
  const layers: LayerSpec[] = [{ name: "layers.flatten1", kind: "Flatten", options: { order: "memory" } }];
  let inFeatures = sizeOf(inputShape);
  let flattenedChannels = inputShape.length === 1 ? 1 : inputShape[inputShape.length - 1];
  const connect = (name: string, outFeatures: number): void => {
    layers.push({ name, kind: "Linear", options: { inFeatures, outFeatures, flattenedChannels } });
    [inFeatures, flattenedChannels] = [outFeatures, 1];
  };
  units.forEach((unit, i) => {
    connect(`layers.fc${i + 1}`, unit);
    layers.push(neuronLayer(`layers.neuron${i + 1}`, neuron));
  });
  connect(`layers.fc${units.length + 1}`, outputShape[0]);
  return { inputShape, outputShape, layers, timesteps, stepMode };
}
