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

/** How a parameter is treated, where that is not how it was made. */
export interface ParameterSettings {
  readonly requiresGrad?: boolean;
  readonly decays?: boolean;
  readonly minimum?: number | null;
}

export class Parameter extends Tensor {
  #decays: boolean;
  #minimum: number | null;
  readonly #made: Required<ParameterSettings>;

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
    this.#decays = decays;
    this.#minimum = minimum;
    this.#made = { requiresGrad: true, decays, minimum };
  }

  /** Whether weight decay applies. */
  get decays(): boolean {
    return this.#decays;
  }

  /** @throws TypeError unless true or false */
  set decays(decays: boolean) {
    this.#decays = checkBoolean("Parameter: decays", decays);
  }

  /** The optimizer keeps every element at or above this after each step; null: no bound. */
  get minimum(): number | null {
    return this.#minimum;
  }

  /** @throws TypeError, RangeError unless null or a number that float32 can hold */
  set minimum(minimum: number | null) {
    if (minimum !== null) checkFloat32("Parameter: minimum", minimum);
    this.#minimum = minimum;
  }

  /** What was changed since it was made: model files keep it beside the values. Empty where nothing was. */
  get settings(): ParameterSettings {
    const { requiresGrad, decays, minimum } = this;
    const made = this.#made;
    return {
      ...(requiresGrad === made.requiresGrad ? {} : { requiresGrad }),
      ...(decays === made.decays ? {} : { decays }),
      ...(Object.is(minimum, made.minimum) ? {} : { minimum }),
    };
  }

  /** @throws TypeError, RangeError as the fields */
  set settings(settings: ParameterSettings) {
    checkOptions("Parameter: settings", settings ?? null, ["requiresGrad", "decays", "minimum"]);
    const { requiresGrad, decays, minimum } = settings;
    if (requiresGrad !== undefined) this.requiresGrad = checkBoolean("Parameter: requiresGrad", requiresGrad);
    if (decays !== undefined) this.decays = decays;
    if (minimum !== undefined) this.minimum = minimum;
  }

  /** Announces that the elements were changed in place, so that a saved graph is not used with other values. */
  touched(): void {
    this.storage.version++;
  }
}
