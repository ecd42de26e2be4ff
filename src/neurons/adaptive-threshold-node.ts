/** What ATIF and IFSRL share: a layer with one learnable threshold. The equations are in atif-unroll.ts. */

import { checkOptions } from "../checks.js";
import type { Parameter } from "../module/parameter.js";
import { sigmoidSurrogate } from "../surrogates/sigmoid.js";
import type { Tensor } from "../tensor/tensor.js";
import { atifCharged, atifStep, atifUnroll, type Unrolled } from "./atif-unroll.js";
import { BaseNode } from "./base-node.js";
import {
  checkThreshold,
  createThreshold,
  setThreshold,
  thresholdOptionNames,
  type ThresholdOptions,
} from "./threshold.js";

export abstract class AdaptiveThresholdNode extends BaseNode {
  /** Steepness of the surrogate, rounded to float32. */
  readonly alpha: number;
  readonly #threshold: Parameter;
  readonly #scaled: boolean;

  /**
   * @param stateName name of theta in the state dict
   * @param scaled outputs theta z, or z
   * @throws TypeError for an option that is not known; RangeError for a value that makes no threshold
   */
  protected constructor(options: ThresholdOptions, stateName: string, scaled: boolean) {
    const where = new.target.name;
    checkOptions(where, options, thresholdOptionNames);
    const { theta, alpha } = createThreshold(where, options);
    super({ vReset: null, surrogateFunction: sigmoidSurrogate(alpha) });
    this.alpha = alpha;
    this.#scaled = scaled;
    this.#threshold = this.registerParameter(stateName, theta, {
      check: (name, values) => checkThreshold(name, values[0], theta.minimum !== null),
    });
  }

  get theta(): number {
    return this.#threshold.item();
  }

  /** The threshold [1] itself, not a copy. */
  getCoeffs(): Parameter {
    return this.#threshold;
  }

  /** Sets the threshold in place. @throws ShapeError unless it is one element; RangeError unless finite and > 0 */
  setCoeffs(coeffs: Tensor | number): void {
    setThreshold(`${this.constructor.name}.setCoeffs`, this.#threshold, coeffs);
  }

  charged(x: Tensor, v: Tensor): Tensor {
    return atifCharged(x, v);
  }

  protected step(x: Tensor, v: Tensor | null): Unrolled {
    const { surrogateFunction, detachReset } = this;
    return atifStep(x, v, this.#threshold, surrogateFunction, { scaled: this.#scaled, detachReset });
  }

  protected unroll(x: Tensor, v: Tensor | null, vSeq: Tensor | null): Unrolled {
    const { fusedAlpha: alpha, detachReset } = this;
    return atifUnroll(x, v, this.#threshold, { alpha, scaled: this.#scaled, detachReset }, vSeq);
  }

  protected override unrollStill(x: Tensor, T: number, v: Tensor | null, vSeq: Tensor | null): Unrolled {
    const { fusedAlpha: alpha, detachReset } = this;
    return atifUnroll(x, v, this.#threshold, { alpha, scaled: this.#scaled, detachReset }, vSeq, T);
  }
}
