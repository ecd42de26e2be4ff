/**
 * IFSRL with quantized input, potential, threshold and output: as the quantized ATIF, and its output is Qa(z). The equations
 * are in quantized-threshold-node.ts.
 */

import type { Parameter } from "../module/parameter.js";
import type { NeuronRow } from "../neurons/neuron-row.js";
import { addNeuron } from "../neurons/table.js";
import { channelsFor } from "../neurons/threshold-shape.js";
import type { NeuronTraits } from "../neurons/traits.js";
import {
  QuantizedThresholdNode,
  quantizedThresholdSchema,
  type QuantizedThresholdOptions,
  type QuantizedThresholdSettings,
} from "./quantized-threshold-node.js";

export type QuantizedIFSRLOptions = QuantizedThresholdOptions;

export class QuantizedIFSRL extends QuantizedThresholdNode {
  /** @throws TypeError, RangeError for values that make no neuron */
  constructor(options: QuantizedIFSRLOptions = {}) {
    super(options, "vp_th", false);
  }

  protected override get ownTraits(): NeuronTraits {
    // Inputs and potentials are rounded and clamped: the mean of its outputs is near a staircase, and is none.
    return { kind: "QuantizedIFSRL", spikeHeight: "one", threshold: "learned", staircase: false };
  }

  /** theta [1] or [C], learned, not quantized. */
  get vpTh(): Parameter {
    return this.getCoeffs();
  }
}

declare module "../neurons/table.js" {
  interface NeuronParams {
    QuantizedIFSRL: QuantizedIFSRLOptions;
  }
}

const row: NeuronRow<QuantizedIFSRLOptions, QuantizedIFSRL, QuantizedThresholdSettings> = {
  summary: "integrate and fire with integers of a few bits, learnable threshold theta, outputs z",
  classes: [QuantizedIFSRL],
  isDerived: true,
  schema: quantizedThresholdSchema,
  create: (options, stepMode) => new QuantizedIFSRL({ ...options, stepMode }),
  options: (neuron) => neuron.presentOptions(),
  forSample: channelsFor,
  dynamics: (neuron) => neuron.dynamics(),
};

export const quantizedIfsrlKind = addNeuron("QuantizedIFSRL", row);
