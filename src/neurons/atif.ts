/**
 * ATIF: integrate, fire at a learnable quantization step theta, soft reset; outputs theta z. The equations and
 * their gradient are in atif-unroll.ts.
 */

import type { StepMode } from "../module/module.js";
import type { Parameter } from "../module/parameter.js";
import { readOptions, type Schema } from "../schema/schema.js";
import { AdaptiveThresholdNode } from "./adaptive-threshold-node.js";
import type { NodeBackend } from "./base-node.js";
import type { NeuronRow } from "./neuron-row.js";
import { stepModeField } from "./node-options.js";
import { channelsFor } from "./threshold-shape.js";
import { thresholdSchema, type ThresholdOptions, type ThresholdSettings } from "./threshold.js";
import type { NeuronTraits } from "./traits.js";

/**
 * @example
 *   const neuron = new ATIF({ alpha: 2 });
 *   const y = neuron.forward(x);  // x [N, ...], one time step; y is 0 or theta
 */
export class ATIF extends AdaptiveThresholdNode {
  constructor(options: ThresholdOptions = {}) {
    super(options, "v_threshold", true);
  }

  protected override get ownTraits(): NeuronTraits {
    return { kind: "ATIF", spikeHeight: "theta", threshold: "learned", staircase: this.hasStaircase };
  }

  /**
   * theta [1], or [C] with a threshold per channel, learned. Not subject to weight decay; kept above its `minimum` by optimizers.
   */
  get vThreshold(): Parameter {
    return this.getCoeffs();
  }

  /** @throws RangeError unless stepMode is 's', as in the reference: MultiStepATIF is for 'm' */
  get supportedBackends(): readonly NodeBackend[] {
    if (this.stepMode !== "s") {
      throw new RangeError(
        `ATIF: stepMode is '${this.stepMode}'; expected 's'. Use MultiStepATIF for inputs [T, N, ...]. Make a model with stepMode 'm' from the start.`,
      );
    }
    return ["fused", "eager"];
  }
}

const multiStepSchema: Schema<ThresholdSettings & { stepMode: StepMode }> = {
  ...thresholdSchema,
  fields: { ...thresholdSchema.fields, stepMode: { ...stepModeField, fallback: "m" } },
};

/** ATIF over all time steps at once: x [T, N, ...] in step mode 'm' (the default), one kernel for the time loop. */
export class MultiStepATIF extends ATIF {
  constructor(options: ThresholdOptions & { stepMode?: StepMode } = {}) {
    const { stepMode, ...threshold } = readOptions(new.target.name, options, multiStepSchema);
    super(threshold);
    this.stepMode = stepMode;
  }

  protected override get ownTraits(): NeuronTraits {
    return super.ownTraits;
  }

  override get supportedBackends(): readonly NodeBackend[] {
    return ["fused", "eager"];
  }
}

export const atifRow: NeuronRow<ThresholdOptions, ATIF, ThresholdSettings> = {
  summary: "integrate and fire, learnable threshold theta, soft reset, outputs theta z",
  classes: [ATIF, MultiStepATIF],
  schema: thresholdSchema,
  create: (options, stepMode) => (stepMode === "m" ? new MultiStepATIF(options) : new ATIF(options)),
  options: (neuron) => neuron.presentOptions(),
  forSample: channelsFor,
  dynamics: ({ theta }) => ({
    threshold: theta,
    reset: null,
    leak: null,
    decaysInput: false,
    spikeHeight: "theta",
  }),
};
