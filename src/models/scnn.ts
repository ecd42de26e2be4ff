/**
 * SCNN: a spiking convolutional network. Stages of conv, batch norm, neuron, dropout, max pool; then flatten and fully
 * connected layers, or a global sum. State-dict names are those of the reference template.
 */

import { plainCopy } from "./plain-copy.js";
import { scnnLayers } from "./scnn-layers.js";
import { resolveSCNNOptions, type ResolvedSCNNOptions, type SCNNOptions } from "./scnn-options.js";
import { SpikingModel, type Architecture } from "./spiking-model.js";

export class SCNN extends SpikingModel {
  readonly #options: ResolvedSCNNOptions;

  /** @throws TypeError, RangeError for options that make no network; ShapeError if the map vanishes on the way */
  constructor(options: SCNNOptions) {
    const resolved = resolveSCNNOptions(options);
    super(
      resolved.inputShape,
      resolved.outputShape,
      resolved.timesteps,
      resolved.stepMode,
      scnnLayers(resolved),
    );
    this.#options = resolved;
  }

  get architecture(): Architecture {
    return { kind: "SCNN", options: plainCopy("SCNN", { ...this.#options, timesteps: this.timesteps }) };
  }
}
