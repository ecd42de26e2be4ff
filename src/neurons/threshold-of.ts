/** The learned threshold of a neuron, as the parameter that it is. */

import type { Parameter } from "../module/parameter.js";
import { AdaptiveThresholdNode } from "./adaptive-threshold-node.js";
import type { BaseNode } from "./base-node.js";

/** null: the neuron has none, or does not say which of its parameters it is. */
export function thresholdOf(neuron: BaseNode): Parameter | null {
  return neuron instanceof AdaptiveThresholdNode ? neuron.getCoeffs() : null;
}
