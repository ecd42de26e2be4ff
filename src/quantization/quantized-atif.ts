/**
 * ATIF with quantized input, potential, threshold and output. The reference has this neuron, and stops with an error whenever
 * it is called. The equations are in quantized-threshold-node.ts.
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

export type QuantizedATIFOptions = QuantizedThresholdOptions;

export class QuantizedATIF extends QuantizedThresholdNode {
  /** @throws TypeError, RangeError for values that make no neuron */
  constructor(options: QuantizedATIFOptions = {}) {
    super(options, "v_threshold", true);
  }

  protected override get ownTraits(): NeuronTraits {
    // Inputs and potentials are rounded and clamped: the mean of its outputs is near a staircase, and is none.
    return { kind: "QuantizedATIF", spikeHeight: "theta", threshold: "learned", staircase: false };
  }

  /** theta [1] or [C], learned, not quantized. */
  get vThreshold(): Parameter {
    return this.getCoeffs();
  }
}

declare module "../neurons/table.js" {
  interface NeuronParams {
    QuantizedATIF: QuantizedATIFOptions;
  }
}

const row: NeuronRow<QuantizedATIFOptions, QuantizedATIF, QuantizedThresholdSettings> = {
  summary: "integrate and fire with integers of a few bits, learnable threshold theta, outputs theta z",
  classes: [QuantizedATIF],
  isDerived: true,
  schema: quantizedThresholdSchema,
  create: (options, stepMode) => new QuantizedATIF({ ...options, stepMode }),
  options: (neuron) => neuron.presentOptions(),
  forSample: channelsFor,
  dynamics: (neuron) => neuron.dynamics(),
};

export const quantizedAtifKind = addNeuron("QuantizedATIF", row);
