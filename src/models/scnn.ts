/**
 * SCNN: a spiking convolutional network. Stages of conv, batch norm, neuron, dropout, max pool; then flatten and fully
 * connected layers, or a global sum. State-dict names are those of the reference template.
 */

import { GraphModel } from "./graph-model.js";
import { scnnNetwork } from "./scnn-layers.js";
import { resolveSCNNOptions, type ResolvedSCNNOptions, type SCNNOptions } from "./scnn-options.js";
import type { Architecture } from "./architecture.js";

export class SCNN extends GraphModel {
  readonly #options: ResolvedSCNNOptions;

  /** @throws TypeError, RangeError for options that make no network; ShapeError if the map vanishes on the way */
  constructor(options: SCNNOptions) {
    const resolved = resolveSCNNOptions(options);
    super(scnnNetwork(resolved), "SCNN");
    this.#options = resolved;
  }

  override get architecture(): Architecture {
    return this.templateArchitecture("SCNN", this.#options);
  }
}
