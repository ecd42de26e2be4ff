/** A tensor that is learned: it outlives scopes and tells optimizers how it wants to be treated. */

import { checkBoolean, checkFloat32, checkOptions } from "../checks.js";
import { show } from "../show.js";
import { keep } from "../tensor/scope.js";
import { Tensor } from "../tensor/tensor.js";

export interface ParameterOptions {
  /** Whether weight decay applies (default true; false for thresholds). */
  decays?: boolean;
  /** The optimizer keeps every element at or above this after each step (default null: no bound). */
  minimum?: number | null;
}

export class Parameter extends Tensor {
  decays: boolean;
  minimum: number | null;

  /** Takes over the values of a fresh tensor. @throws TypeError, RangeError */
  constructor(values: Tensor, options: ParameterOptions = {}) {
    if (!Tensor.isTensor(values)) {
      throw new TypeError(
        `Parameter: the values are ${show(values)}; expected a Tensor, such as tensor(data, shape).`,
      );
    }
    checkOptions("Parameter", options, ["decays", "minimum"]);
    const { decays = true, minimum = null } = options;
    checkBoolean("Parameter: decays", decays);
    if (minimum !== null) checkFloat32("Parameter: minimum", minimum);
    super(values.storage.retain(), values.shape, values.offset);
    values.dispose();
    keep(this);
    this.requiresGrad = true;
    this.decays = decays;
    this.minimum = minimum;
  }

  /** Announces that the elements were changed in place, so that a saved graph is not used with other values. */
  touched(): void {
    this.storage.version++;
  }
}
