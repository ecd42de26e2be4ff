/**
 * ATIF: integrate, fire at a learnable quantization step theta, soft reset; outputs theta z. The equations and
 * their gradient are in atif-unroll.ts.
 */

import { checkOptions } from "../checks.js";
import type { StepMode } from "../module/module.js";
import type { Parameter } from "../module/parameter.js";
import { AdaptiveThresholdNode } from "./adaptive-threshold-node.js";
import type { NodeBackend } from "./base-node.js";
import { thresholdOptionNames, type ThresholdOptions } from "./threshold.js";

/**
 * @example
 *   const neuron = new ATIF({ alpha: 2 });
 *   const y = neuron.forward(x);  // x [N, ...], one time step; y is 0 or theta
 */
export class ATIF extends AdaptiveThresholdNode {
  constructor(options: ThresholdOptions = {}) {
    super(options, "v_threshold", true);
  }

  /** theta [1], learned. Not subject to weight decay; kept above its `minimum` by optimizers. */
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

/** ATIF over all time steps at once: x [T, N, ...] in step mode 'm' (the default), one kernel for the time loop. */
export class MultiStepATIF extends ATIF {
  constructor(options: ThresholdOptions & { stepMode?: StepMode } = {}) {
    checkOptions("MultiStepATIF", options, [...thresholdOptionNames, "stepMode"]);
    const { stepMode = "m", ...threshold } = options;
    super(threshold);
    this.stepMode = stepMode;
  }

  override get supportedBackends(): readonly NodeBackend[] {
    return ["fused", "eager"];
  }
}
