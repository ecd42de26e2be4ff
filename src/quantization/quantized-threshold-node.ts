/**
 * What the quantized ATIF and the quantized IFSRL share: a learned threshold, with quantized input, potential, threshold and
 * output. With the quantizers Qi, Qv, Qa:
 *
 *   x = Qi(x);  v = Qv(v[t-1]);  theta' = Qv(theta)
 *   u = v + x;  z = [u - theta' >= 0]                  the exact sum
 *   v[t] = Qv(u - z theta')
 *   y = Qa(z theta') of ATIF, Qa(z) of IFSRL
 *
 * That is evaluation, and what integer code computes. In training (and with compat "qualia", always) whatever is added up is
 * quantized at once, so that the range of the potential knows it:
 *
 *   u = Qv(v + x);  q = Qv(u - theta');  z = [q >= 0];  v[t] = Qv((1 - z) u + z (u - theta'))
 *
 * theta itself stays a float32 number, and is learned: gradients go straight through the quantizers. repair "raw" has theta
 * and not theta' in q and in v[t]: the potential then keeps a remainder of every spike that no integer has.
 *
 * x, y, v [N, ...]; theta [1], or [C] with one for each channel.
 */

import { AdaptiveThresholdNode } from "../neurons/adaptive-threshold-node.js";
import type { NodeBackend } from "../neurons/base-node.js";
import type { NeuronDynamics } from "../neurons/dynamics.js";
import { stepModeField } from "../neurons/node-options.js";
import { channelThresholds } from "../neurons/threshold-shape.js";
import { thresholdSchema, type ThresholdOptions, type ThresholdSettings } from "../neurons/threshold.js";
import type { Unrolled } from "../neurons/unrolled.js";
import type { StepMode } from "../module/module.js";
import { readOptions, withDefault, type Schema } from "../schema/schema.js";
import { oneOf } from "../schema/value-types.js";
import { fire } from "../surrogates/surrogate.js";
import { Tensor } from "../tensor/tensor.js";
import { fireExactly, firedWithGradientOf } from "./exact-firing.js";
import { isExact } from "./exact-values.js";
import {
  asQuantized,
  givenOptions,
  quantizedFields,
  quantizerOf,
  type QuantizedOptions,
  type QuantizedSettings,
} from "./layer-quantizers.js";
import type { Quantizer } from "./quantizer.js";

type Repair = "quantized" | "raw";

/** As the float neuron, which always computes step by step here. */
export interface QuantizedThresholdOptions extends Omit<ThresholdOptions, "backend">, QuantizedOptions {
  /** Which theta the potential is compared with and loses: the quantized one (default), or the learned one. */
  repair?: Repair;
  /** 's' (default): x is one time step. 'm': x is [T, N, ...]. */
  stepMode?: StepMode;
}

export type QuantizedThresholdSettings = Omit<ThresholdSettings, "backend"> &
  QuantizedSettings & { repair: Repair; stepMode: StepMode };

const { backend: _backend, ...thresholdFields } = thresholdSchema.fields;

export const quantizedThresholdSchema: Schema<QuantizedThresholdSettings> = {
  fields: {
    ...thresholdFields,
    ...quantizedFields,
    repair: withDefault(
      oneOf(["quantized", "raw"]),
      "quantized",
      "Which threshold the potential is compared with and loses: the quantized one, or the learned one.",
    ),
    stepMode: stepModeField,
  },
  check: (options, place) => thresholdSchema.check?.({ ...options, backend: "eager" }, place),
};

export abstract class QuantizedThresholdNode extends AdaptiveThresholdNode {
  readonly #settings: QuantizedSettings;
  readonly #repair: Repair;
  readonly #input: Quantizer;
  readonly #v: Quantizer;
  readonly #act: Quantizer;

  readonly #scaled: boolean;

  /**
   * @param stateName name of theta in the state dict
   * @param scaled outputs theta z, or z
   * @throws TypeError, RangeError for values that make no neuron
   */
  protected constructor(options: QuantizedThresholdOptions, stateName: string, scaled: boolean) {
    const { quantParams, compat, repair, stepMode, ...threshold } = readOptions(
      new.target.name,
      options,
      quantizedThresholdSchema,
    );
    super({ ...threshold, backend: "eager" }, stateName, scaled);
    this.#scaled = scaled;
    this.#repair = repair;
    this.#settings = { quantParams, ...(compat === undefined ? {} : { compat }) };
    this.#input = this.registerChild("quantizer_input", quantizerOf("input", this.#settings));
    this.#v = this.registerChild("quantizer_v", quantizerOf("v", this.#settings));
    this.#act = this.registerChild("quantizer_act", quantizerOf("act", this.#settings));
    this.stepMode = stepMode;
  }

  get repair(): Repair {
    return this.#repair;
  }

  get quantizerInput(): Quantizer {
    return this.#input;
  }

  /** Of the potential and of theta. */
  get quantizerV(): Quantizer {
    return this.#v;
  }

  get quantizerAct(): Quantizer {
    return this.#act;
  }

  get compat(): "qualia" | undefined {
    return this.#settings.compat;
  }

  get supportedBackends(): readonly NodeBackend[] {
    return ["eager"];
  }

  /** The threshold that it fires at: quantized, once there is a range; the mean of those of the channels. */
  override get theta(): number {
    return this.#repair === "raw" ? super.theta : mean(this.#thresholds);
  }

  override get spikeHeight(): number {
    return mean(this.#heights);
  }

  /** Quantized, one for all or one a channel. */
  get #thresholds(): Float32Array {
    return this.getCoeffs().data.map((theta) => asQuantized(theta, this.#v));
  }

  /** What it gives where it fires. */
  get #heights(): Float32Array {
    return this.#thresholds.map((theta) => asQuantized(this.#scaled ? theta : 1, this.#act));
  }

  /** @throws TypeError for repair "raw" */
  dynamics(): NeuronDynamics {
    if (this.#repair === "raw") {
      throw new TypeError(
        `${this.constructor.name}: repair is "raw", whose potentials are no whole numbers; expected "quantized" to export it.`,
      );
    }
    return {
      threshold: super.theta,
      reset: null,
      leak: null,
      decaysInput: false,
      spikeHeight: this.#scaled ? "theta" : "one",
    };
  }

  override presentOptions(): QuantizedThresholdOptions {
    const { backend: _, ...options } = super.presentOptions();
    return { ...options, repair: this.#repair, ...givenOptions(this.#settings) };
  }

  override charged(x: Tensor, v: Tensor): Tensor {
    const sum = this.#v.forward(v).add(this.#input.forward(x));
    return this.#isExact ? sum : this.#v.forward(sum);
  }

  get #isExact(): boolean {
    return this.#repair === "quantized" && isExact(this.#input, this.#v, this.#act);
  }

  protected override step(x: Tensor, before: Tensor | null): Unrolled {
    if (this.getCoeffs().size > 1)
      channelThresholds().check(this.constructor.name, this.getCoeffs().size, x.shape);
    const start = before ?? Tensor.full(x.shape, 0, x.backend);
    if (!this.#isExact) return this.#roundedStep(x, start);
    const [input, v] = [this.#input.forward(x), this.#v.forward(start)];
    const exact = fireExactly(input, v, {
      leak: null,
      theta: this.#thresholds,
      vReset: null,
      spike: this.#heights,
      grid: this.#v.grid,
    });
    return firedWithGradientOf(() => this.#floatStep(input, v), exact);
  }

  /** As it is in evaluation, in float32. */
  #floatStep(input: Tensor, v: Tensor): Unrolled {
    const theta = this.#v.forward(this.#thresholdFor(input));
    const u = v.add(input);
    const z = fire(this.surrogateFunction, u.sub(theta));
    const fired = this.detachReset ? z.detach() : z;
    return { y: this.#output(z, theta), v: this.#v.forward(u.sub(fired.mul(theta))) };
  }

  /** One neuron without a batch axis stays so. */
  #thresholdFor({ rank }: Tensor): Tensor {
    const own = this.getCoeffs();
    return rank === 0 ? own.reshape([]) : own;
  }

  #output(z: Tensor, theta: Tensor): Tensor {
    return this.#act.forward(this.#scaled ? z.mul(theta) : z);
  }

  #roundedStep(x: Tensor, before: Tensor): Unrolled {
    const Qv = this.#v;
    const theta = this.#thresholdFor(x);
    // As often as it is used: in training, each use widens the range.
    const compared = (): Tensor => (this.#repair === "raw" ? theta : Qv.forward(theta));
    const v = this.charged(x, before);
    const z = fire(this.surrogateFunction, Qv.forward(v.sub(compared())));
    const fired = this.detachReset ? z.detach() : z;
    const after = Qv.forward(
      fired
        .neg()
        .add(1)
        .mul(v)
        .add(fired.mul(v.sub(compared()))),
    );
    return { y: this.#output(z, this.#scaled ? Qv.forward(theta) : theta), v: after };
  }
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value) / values.length;
}
