/** What ATIF and IFSRL share: a learnable threshold, of the layer or of each channel. The equations are in atif-unroll.ts. */

import type { Parameter } from "../module/parameter.js";
import { readOptions } from "../schema/schema.js";
import { checkSameBackend, present } from "../tensor/same-backend.js";
import type { Shape } from "../shapes.js";
import { show } from "../show.js";
import { sigmoidSurrogate } from "../surrogates/sigmoid.js";
import { emptyBits, isPackable, spikeTensor } from "../tensor/packed-spikes.js";
import { Tensor } from "../tensor/tensor.js";
import { atifCharged, atifStep, atifUnroll, isSpikeScale } from "./atif-unroll.js";
import { type Unrolled } from "./unrolled.js";
import { BaseNode } from "./base-node.js";
import type { PooledFiring } from "./pooled-firing.js";
import {
  checkThreshold,
  createThreshold,
  meanOf,
  setThreshold,
  thresholdSchema,
  type ThresholdOptions,
  type ThresholdSettings,
} from "./threshold.js";

export abstract class AdaptiveThresholdNode extends BaseNode {
  readonly #threshold: Parameter;
  readonly #scaled: boolean;
  readonly #initial: Pick<
    ThresholdSettings,
    "vThreshold" | "vthInitL" | "vthInitH" | "thresholdShape" | "channels"
  >;

  /**
   * @param stateName name of theta in the state dict
   * @param scaled outputs theta z, or z
   * @throws TypeError for an option that is not known; RangeError for a value that makes no threshold
   */
  protected constructor(options: ThresholdOptions, stateName: string, scaled: boolean) {
    const settings = readOptions(new.target.name, options, thresholdSchema);
    const { alpha, detachReset, backend, storeVSeq, device: _, minThreshold: __, ...initial } = settings;
    super({ vReset: null, surrogateFunction: sigmoidSurrogate(alpha), detachReset, backend, storeVSeq });
    this.#initial = initial;
    this.#scaled = scaled;
    const theta = createThreshold(new.target.name, settings);
    this.#threshold = this.registerParameter(stateName, theta, {
      check: (name, values) => {
        for (let i = 0; i < values.length; i++) checkThreshold(name, values[i], theta.minimum !== null);
      },
    });
  }

  /** The threshold, or the mean of those of the channels. */
  get theta(): number {
    return meanOf(this.#threshold);
  }

  override get learnedThreshold(): Parameter {
    return this.#threshold;
  }

  /** The threshold itself, [1] or [C], not a copy. */
  getCoeffs(): Parameter {
    return this.#threshold;
  }

  /**
   * Sets the threshold in place; one number is for all channels.
   *
   * @throws ShapeError unless it is one element, or one a channel; RangeError unless finite and > 0
   */
  setCoeffs(coeffs: Tensor | number): void {
    setThreshold(`${this.constructor.name}.setCoeffs`, this.#threshold, coeffs);
  }

  /**
   * The options that make this neuron again, as they are now; theta itself is in the state dict.
   *
   * @throws TypeError for a setting that no option brings back
   */
  presentOptions(): ThresholdOptions {
    const { minimum } = this.#threshold;
    if (minimum !== null && !(minimum > 0)) {
      throw new TypeError(
        `${this.constructor.name}: the minimum of theta is ${show(minimum)}, which no option brings back; expected a number above 0, or null for no guard. Set it to one of them.`,
      );
    }
    return { ...this.#initial, ...this.sharedOptions(), minThreshold: minimum };
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

  /** Whether all neurons are one staircase, as traits say it. */
  protected get hasStaircase(): boolean {
    return this.#threshold.size === 1 && this.theta > 0;
  }

  /** A subclass may have others. */
  get #hasOurEquations(): boolean {
    return this.unroll === AdaptiveThresholdNode.prototype.unroll;
  }

  override isPoolable(channels: number): boolean {
    return (
      this.#hasOurEquations &&
      this.isFusable &&
      this.#threshold.size === 1 &&
      isPackable([channels]) &&
      isSpikeScale(this.#scaled ? this.theta : 1)
    );
  }

  override firePooled(x: Tensor, input: Shape, pooled: Shape, kernel: PooledFiring): Tensor {
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
