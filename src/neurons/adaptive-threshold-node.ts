/** What ATIF and IFSRL share: a layer with one learnable threshold. The equations are in atif-unroll.ts. */

import { checkOptions } from "../checks.js";
import type { Parameter } from "../module/parameter.js";
import { checkSameBackend, present } from "../tensor/same-backend.js";
import type { Shape } from "../shapes.js";
import { sigmoidSurrogate } from "../surrogates/sigmoid.js";
import { emptyBits, isPackable, spikeTensor } from "../tensor/packed-spikes.js";
import { Tensor } from "../tensor/tensor.js";
import { atifCharged, atifStep, atifUnroll, isSpikeScale } from "./atif-unroll.js";
import { type Unrolled } from "./unrolled.js";
import { BaseNode } from "./base-node.js";
import {
  checkThreshold,
  createThreshold,
  setThreshold,
  thresholdOptionNames,
  type ThresholdOptions,
} from "./threshold.js";

/** Writes bits and v, of the state before (null: zeros) and theta [1]. */
export type PooledFiring = (
  bits: Int32Array,
  v: Float32Array,
  v0: Float32Array | null,
  theta: Float32Array,
) => void;

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
    if (!this.#hasOurEquations) return super.unrollStill(x, T, v, vSeq);
    const { fusedAlpha: alpha, detachReset } = this;
    return atifUnroll(x, v, this.#threshold, { alpha, scaled: this.#scaled, detachReset }, vSeq, T);
  }

  /** A subclass may have others. */
  get #hasOurEquations(): boolean {
    return this.unroll === AdaptiveThresholdNode.prototype.unroll;
  }

  /** Whether firePooled() may take the place of forward() for so many channels. */
  isPoolable(channels: number): boolean {
    return (
      this.#hasOurEquations &&
      this.isFusable &&
      isPackable([channels]) &&
      isSpikeScale(this.#scaled ? this.theta : 1)
    );
  }

  /**
   * Evaluation together with the layers around, in step mode 'm': the neuron keeps its state, `kernel` says how the spikes
   * come about.
   *
   * @param x what goes into the kernel
   * @param input shape of the neuron's own input [T, N, ..., C], which is never made
   * @param pooled shape of the output [T, N, ..., C]
   * @throws as forward
   */
  firePooled(x: Tensor, input: Shape, pooled: Shape, kernel: PooledFiring): Tensor {
    const neurons = input.slice(1);
    return this.forwardFused(x, neurons, (v0) => {
      checkSameBackend(this.constructor.name, x, this.#threshold, ...present(v0));
      const v = Tensor.empty(neurons, x.backend);
      const bits = emptyBits(pooled, x.backend);
      kernel(bits.array, v.data, v0?.data ?? null, this.#threshold.data);
      return { y: spikeTensor(pooled, bits, this.#scaled ? this.theta : 1), v };
    });
  }
}
