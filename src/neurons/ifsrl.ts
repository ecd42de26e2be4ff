/**
 * IFSRL: the same neuron as ATIF with unscaled output z (0 or 1): ATIF(x) = theta IFSRL(x). The equations and
 * their gradient are in atif-unroll.ts.
 */

import type { Parameter } from "../module/parameter.js";
import { AdaptiveThresholdNode } from "./adaptive-threshold-node.js";
import type { NodeBackend } from "./base-node.js";
import type { NeuronRow } from "./neuron-row.js";
import { channelsFor } from "./threshold-shape.js";
import { thresholdSchema, type ThresholdOptions, type ThresholdSettings } from "./threshold.js";
import type { NeuronTraits } from "./traits.js";

export class IFSRL extends AdaptiveThresholdNode {
  constructor(options: ThresholdOptions = {}) {
    super(options, "vp_th", false);
  }

  protected override get ownTraits(): NeuronTraits {
    return { kind: "IFSRL", spikeHeight: "one", threshold: "learned", staircase: this.hasStaircase };
  }

  /**
   * theta [1], or [C] with a threshold per channel, learned. Not subject to weight decay; kept above its `minimum` by optimizers.
   */
  get vpTh(): Parameter {
    return this.getCoeffs();
  }

  get supportedBackends(): readonly NodeBackend[] {
    return ["fused", "eager"];
  }
}

export const ifsrlRow: NeuronRow<ThresholdOptions, IFSRL, ThresholdSettings> = {
  summary: "integrate and fire, learnable threshold theta, soft reset, outputs z",
  classes: [IFSRL],
  schema: thresholdSchema,
  create: (options, stepMode) => Object.assign(new IFSRL(options), { stepMode }),
  options: (neuron) => neuron.presentOptions(),
  forSample: channelsFor,
  dynamics: ({ theta }) => ({
    threshold: theta,
    reset: null,
    leak: null,
    decaysInput: false,
    spikeHeight: "one",
  }),
};
