/** What a neuron that is made again from its options can be. */

import type { Parameter } from "../module/parameter.js";

/**
 * A parameter as its options would make it, but for its value and its minimum.
 *
 * @param name as errors call it
 * @param made how the constructor makes it
 * @throws TypeError for what no option brings back
 */
export function checkRemade(
  neuron: object,
  name: string,
  parameter: Parameter,
  made: { readonly decays: boolean },
): Parameter {
  const where = neuron.constructor.name;
  if (!parameter.requiresGrad) {
    throw new TypeError(
      `${where}: ${name} does not require a gradient, which no option brings back; expected requiresGrad = true. Set it, and freeze ${name} of the neuron that is made.`,
    );
  }
  if (parameter.decays !== made.decays) {
    throw new TypeError(
      `${where}: decays of ${name} is ${parameter.decays}, which no option brings back; expected ${made.decays}. Set it, and change that of the neuron that is made.`,
    );
  }
  return parameter;
}
