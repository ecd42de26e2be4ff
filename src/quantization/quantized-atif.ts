/**
 * ATIF with quantized input, potential, threshold and output. With the quantizers Qi, Qv, Qa:
 *
 *   x = Qi(x);  v = Qv(Qv(v[t-1]) + x)
 *   q = Qv(v - Qv(theta));  z = [q >= 0]
 *   v[t] = Qv((1 - z) v + z (v - Qv(theta)))
 *   y = Qa(z Qv(theta))
 *
 * theta itself stays a float32 number, and is learned: gradients go straight through the quantizers. repair "raw" has theta
 * and not Qv(theta) in q and in v[t]: the potential then keeps a remainder of every spike that no integer has.
 *
 * x, y, v [N, ...]; theta [1]. The reference has this neuron, and stops with an error whenever it is called.
 */

import { AdaptiveThresholdNode } from "../neurons/adaptive-threshold-node.js";
import type { NodeBackend } from "../neurons/base-node.js";
import type { NeuronRow } from "../neurons/neuron-row.js";
import { stepModeField } from "../neurons/node-options.js";
import { addNeuron } from "../neurons/table.js";
import { thresholdSchema, type ThresholdOptions, type ThresholdSettings } from "../neurons/threshold.js";
import type { NeuronTraits } from "../neurons/traits.js";
import type { Unrolled } from "../neurons/unrolled.js";
import type { StepMode } from "../module/module.js";
import type { Parameter } from "../module/parameter.js";
import { readOptions, withDefault, type Schema } from "../schema/schema.js";
import { oneOf } from "../schema/value-types.js";
import { fire } from "../surrogates/surrogate.js";
import { Tensor } from "../tensor/tensor.js";
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

/** As ATIF, which always computes step by step here. */
export interface QuantizedATIFOptions extends Omit<ThresholdOptions, "backend">, QuantizedOptions {
  /** Which theta the potential is compared with and loses: the quantized one (default), or the learned one. */
  repair?: Repair;
  /** 's' (default): x is one time step. 'm': x is [T, N, ...]. */
  stepMode?: StepMode;
}

type QuantizedATIFSettings = Omit<ThresholdSettings, "backend"> &
  QuantizedSettings & { repair: Repair; stepMode: StepMode };

const { backend: _backend, ...thresholdFields } = thresholdSchema.fields;

const schema: Schema<QuantizedATIFSettings> = {
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

export class QuantizedATIF extends AdaptiveThresholdNode {
  readonly #settings: QuantizedSettings;
  readonly #repair: Repair;
  readonly #input: Quantizer;
  readonly #v: Quantizer;
  readonly #act: Quantizer;

  /** @throws TypeError, RangeError for values that make no neuron */
  constructor(options: QuantizedATIFOptions = {}) {
    const { quantParams, compat, repair, stepMode, ...threshold } = readOptions(
      new.target.name,
      options,
      schema,
    );
    super({ ...threshold, backend: "eager" }, "v_threshold", true);
    this.#repair = repair;
    this.#settings = { quantParams, ...(compat === undefined ? {} : { compat }) };
    this.#input = this.registerChild("quantizer_input", quantizerOf("input", this.#settings));
    this.#v = this.registerChild("quantizer_v", quantizerOf("v", this.#settings));
    this.#act = this.registerChild("quantizer_act", quantizerOf("act", this.#settings));
    this.stepMode = stepMode;
  }

  protected override get ownTraits(): NeuronTraits {
    // Inputs and potentials are rounded and clamped: the mean of its outputs is near a staircase, and is none.
    return { kind: "QuantizedATIF", spikeHeight: "theta", threshold: "learned", staircase: false };
  }

  /** theta [1], learned, not quantized. */
  get vThreshold(): Parameter {
    return this.getCoeffs();
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

  /** The threshold that it fires at: quantized, once there is a range. */
  override get theta(): number {
    return this.#repair === "raw" ? super.theta : asQuantized(super.theta, this.#v);
  }

  override get spikeHeight(): number {
    return asQuantized(asQuantized(super.theta, this.#v), this.#act);
  }

  override presentOptions(): QuantizedATIFOptions {
    const { backend: _, ...options } = super.presentOptions();
    return { ...options, repair: this.#repair, ...givenOptions(this.#settings) };
  }

  override charged(x: Tensor, v: Tensor): Tensor {
    return this.#v.forward(this.#v.forward(v).add(this.#input.forward(x)));
  }

  protected override step(x: Tensor, before: Tensor | null): Unrolled {
    const [Qv, own] = [this.#v, this.vThreshold];
    // One neuron without a batch axis stays so.
    const theta = x.rank === 0 ? own.reshape([]) : own;
    // As often as it is used: in training, each use widens the range.
    const compared = (): Tensor => (this.#repair === "raw" ? theta : Qv.forward(theta));
    const v = this.charged(x, before ?? Tensor.full(x.shape, 0, x.backend));
    const z = fire(this.surrogateFunction, Qv.forward(v.sub(compared())));
    const fired = this.detachReset ? z.detach() : z;
    const after = Qv.forward(
      fired
        .neg()
        .add(1)
        .mul(v)
        .add(fired.mul(v.sub(compared()))),
    );
    return { y: this.#act.forward(z.mul(Qv.forward(theta))), v: after };
  }
}

declare module "../neurons/table.js" {
  interface NeuronParams {
    QuantizedATIF: QuantizedATIFOptions;
  }
}

const quantizedAtifRow: NeuronRow<QuantizedATIFOptions, QuantizedATIF, QuantizedATIFSettings> = {
  summary: "integrate and fire with integers of a few bits, learnable threshold theta, outputs theta z",
  classes: [QuantizedATIF],
  isDerived: true,
  schema,
  create: (options, stepMode) => new QuantizedATIF({ ...options, stepMode }),
  options: (neuron) => neuron.presentOptions(),
};

export const quantizedAtifKind = addNeuron("QuantizedATIF", quantizedAtifRow);
