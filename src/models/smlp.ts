/** SMLP: a spiking multilayer perceptron. flatten, then fc and neuron per hidden layer, then fc to the classes. */

import type { LayerSpec } from "../graph/layer-spec.js";
import { sizeOf, type Shape } from "../shapes.js";
import { GraphModel, type GraphModelOptions } from "./graph-model.js";
import { neuronLayer } from "./neuron-layer.js";
import type { Architecture } from "./architecture.js";
import { resolveSMLPOptions, type ResolvedSMLPOptions, type SMLPOptions } from "./smlp-options.js";

export class SMLP extends GraphModel {
  readonly #options: ResolvedSMLPOptions;

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

/** The network as data, under the names of the reference template. */
export function smlpNetwork(options: ResolvedSMLPOptions): GraphModelOptions {
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
