/**
 * Leaky of snnTorch 0.9.4. With b = beta held in [0, 1], and r[t] = [v[t-1] > theta], through which no gradient flows:
 *
 *   subtract   v = b v[t-1] + x - r theta
 *   zero       v = b (1 - r) v[t-1] + x
 *   none       v = b v[t-1] + x
 *   fire       z = [v > theta];  y = z g
 *
 * The reset comes one step late: v keeps the potential that fired. Without that delay, besides, what fires is reset at once,
 * d = y / g - r:  v = v - d theta, or v = v - d v. x, y, v [N, ...]; beta, threshold and graded_spikes_factor (g) broadcast.
 *
 * Its state dict has snnTorch's names; reset_mechanism_val is 0, 1 or 2.
 */

import { noGrad } from "../../autograd/grad-mode.js";
import { StateError } from "../../errors.js";
import type { StepMode } from "../../module/module.js";
import type { Parameter } from "../../module/parameter.js";
import { BaseNode, type NodeBackend } from "../../neurons/base-node.js";
import type { NeuronRow } from "../../neurons/neuron-row.js";
import { stepModeField, storeVSeqField } from "../../neurons/node-options.js";
import { addNeuron } from "../../neurons/table.js";
import { meanOf } from "../../neurons/threshold.js";
import type { NeuronTraits } from "../../neurons/traits.js";
import type { Unrolled } from "../../neurons/unrolled.js";
import { readOptions, withDefault, type Schema } from "../../schema/schema.js";
import { flag, oneOf } from "../../schema/value-types.js";
import { Tensor } from "../../tensor/tensor.js";
import { clampToUnit } from "../clamp-to-unit.js";
import { fireAt } from "../firing.js";
import {
  surrogateFields,
  surrogateOf,
  surrogateOptions,
  type NamedSurrogateOptions,
} from "../named-surrogate.js";
import { asLearned, checkArrayShape, holdArrays, shapeField } from "../neuron-arrays.js";
import { arrayValue } from "./euler-node.js";

export type ResetMechanism = "subtract" | "zero" | "none";

/** By reset_mechanism_val. */
const mechanisms: readonly ResetMechanism[] = ["subtract", "zero", "none"];

export interface SnnTorchLeakyOptions extends NamedSurrogateOptions {
  /** What the arrays beta, threshold and graded_spikes_factor begin as (defaults 0.9, 1 and 1). */
  beta?: number;
  threshold?: number;
  gradedSpikesFactor?: number;
  /** Of these arrays, channels last: [] one number for all (default), [C] one a channel, or the shape of a sample. */
  betaShape?: readonly number[];
  thresholdShape?: readonly number[];
  gradedSpikesFactorShape?: readonly number[];
  /** Whether they are learned (default false). */
  learnBeta?: boolean;
  learnThreshold?: boolean;
  learnGradedSpikesFactor?: boolean;
  /** Default 'subtract'. */
  resetMechanism?: ResetMechanism;
  /** Whether the reset comes a time step after the spike (default true). */
  resetDelay?: boolean;
  /** 's' (default): x is one time step. 'm': x is [T, N, ...]. */
  stepMode?: StepMode;
  /** Default false. */
  storeVSeq?: boolean;
}

type SnnTorchLeakySettings = Required<SnnTorchLeakyOptions>;

const schema: Schema<SnnTorchLeakySettings> = {
  fields: {
    beta: withDefault(arrayValue, 0.9, "What the decay rates begin as."),
    threshold: withDefault(arrayValue, 1, "What the thresholds begin as."),
    gradedSpikesFactor: withDefault(arrayValue, 1, "What the heights of spikes begin as."),
    betaShape: shapeField,
    thresholdShape: shapeField,
    gradedSpikesFactorShape: shapeField,
    learnBeta: withDefault(flag, false, "Whether the decay rates are learned."),
    learnThreshold: withDefault(flag, false, "Whether the thresholds are learned."),
    learnGradedSpikesFactor: withDefault(flag, false, "Whether the heights of spikes are learned."),
    resetMechanism: withDefault(oneOf(mechanisms), "subtract", "What a spike does to the potential."),
    resetDelay: withDefault(flag, true, "Whether the reset comes a time step after the spike."),
    ...surrogateFields("atan", 2),
    stepMode: stepModeField,
    storeVSeq: storeVSeqField,
  },
};

export class SnnTorchLeaky extends BaseNode {
  readonly #settings: SnnTorchLeakySettings;
  readonly #arrays: Readonly<Record<"threshold" | "graded_spikes_factor" | "beta", Tensor>>;
  readonly #mechanism: Tensor;

  /** @throws TypeError, RangeError */
  constructor(options: SnnTorchLeakyOptions = {}) {
    const settings = readOptions("SnnTorchLeaky", options, schema);
    const { stepMode, storeVSeq, resetMechanism } = settings;
    const surrogateFunction = surrogateOf(settings);
    super({ vReset: null, surrogateFunction, detachReset: true, stepMode, backend: "eager", storeVSeq });
    this.#settings = settings;
    this.#mechanism = Tensor.full([], mechanisms.indexOf(resetMechanism));
    this.#arrays = holdArrays(
      {
        parameter: (name, parameter, slot) => this.registerParameter(name, parameter, slot),
        buffer: (name, buffer, slot) => this.registerBuffer(name, buffer, slot),
      },
      {
        threshold: {
          value: settings.threshold,
          shape: settings.thresholdShape,
          isLearned: settings.learnThreshold,
        },
        graded_spikes_factor: {
          value: settings.gradedSpikesFactor,
          shape: settings.gradedSpikesFactorShape,
          isLearned: settings.learnGradedSpikesFactor,
        },
        beta: { value: settings.beta, shape: settings.betaShape, isLearned: settings.learnBeta },
      },
    );
    this.registerBuffer("reset_mechanism_val", this.#mechanism, { check: checkMechanism });
  }

  protected override get ownTraits(): NeuronTraits {
    const threshold = this.#settings.learnThreshold ? "learned" : "fixed";
    return { kind: "SnnTorchLeaky", spikeHeight: "one", threshold, staircase: false };
  }

  /** beta, threshold and graded_spikes_factor, as in the state dict. */
  get arrays(): Readonly<Record<"threshold" | "graded_spikes_factor" | "beta", Tensor>> {
    return this.#arrays;
  }

  /** As reset_mechanism_val says. */
  get resetMechanism(): ResetMechanism {
    return mechanisms[this.#mechanism.data[0]] ?? "subtract";
  }

  get resetDelay(): boolean {
    return this.#settings.resetDelay;
  }

  override get supportedBackends(): readonly NodeBackend[] {
    return ["eager"];
  }

  /** The threshold, or the mean of several. */
  override get theta(): number {
    return meanOf(this.#arrays.threshold);
  }

  override get learnedThreshold(): Parameter | null {
    return asLearned(this.#arrays.threshold);
  }

  /** graded_spikes_factor, or the mean of several. */
  override get spikeHeight(): number {
    return meanOf(this.#arrays.graded_spikes_factor);
  }

  /** The options that make it again; the arrays are in its state dict. @throws TypeError for a surrogate that no option names */
  presentOptions(): SnnTorchLeakyOptions {
    const { stepMode: _, ...settings } = this.#settings;
    const { resetMechanism, storeVSeq } = this;
    const surrogate = surrogateOptions("SnnTorchLeaky", this.surrogateFunction);
    return { ...settings, ...surrogate, resetMechanism, storeVSeq };
  }

  /** v before it fires: with the reset of the spike before. */
  override charged(x: Tensor, v: Tensor): Tensor {
    return this.#charge(x, v, this.#late(v));
  }

  protected override step(x: Tensor, before: Tensor | null): Unrolled {
    for (const { shape } of Object.values(this.#arrays))
      checkArrayShape("SnnTorchLeaky", shape, x.shape.slice(1));
    const v = before ?? Tensor.full(x.shape, 0, x.backend);
    const { threshold: theta, graded_spikes_factor: height } = this.#arrays;
    const late = this.#late(v);
    const u = this.#charge(x, v, late);
    const y = fireAt(this.surrogateFunction, u.sub(theta), ">").mul(height);
    const { resetMechanism } = this;
    if (this.#settings.resetDelay || resetMechanism === "none") return { y, v: u };
    const now = y.div(height).sub(late);
    return { y, v: u.sub(now.mul(resetMechanism === "subtract" ? theta : u)) };
  }

  /** r: where the potential of the step before fired. */
  #late(v: Tensor): Tensor {
    return noGrad(() => fireAt(this.surrogateFunction, v.sub(this.#arrays.threshold), ">"));
  }

  #charge(x: Tensor, v: Tensor, late: Tensor): Tensor {
    const { beta, threshold: theta } = this.#arrays;
    const decay = clampToUnit(beta);
    const { resetMechanism } = this;
    if (resetMechanism === "zero") return decay.mul(late.neg().add(1).mul(v)).add(x);
    const u = decay.mul(v).add(x);
    return resetMechanism === "none" ? u : u.sub(late.mul(theta));
  }

  protected override unroll(): Unrolled {
    throw new StateError("SnnTorchLeaky: it has no kernel; expected backend = 'eager'.");
  }
}

function checkMechanism(name: string, values: ArrayLike<number>): void {
  if (mechanisms[values[0]] !== undefined) return;
  throw new RangeError(`${name} is ${values[0]}; expected 0 (subtract), 1 (zero) or 2 (none).`);
}

export const snnTorchLeakyRow: NeuronRow<SnnTorchLeakyOptions, SnnTorchLeaky, SnnTorchLeakySettings> = {
  summary: "Leaky of snnTorch, reset one step late",
  classes: [SnnTorchLeaky],
  isDerived: true,
  schema,
  create: (options, stepMode) => new SnnTorchLeaky({ ...options, stepMode }),
  options: (neuron) => neuron.presentOptions(),
  forSample({ betaShape, thresholdShape, gradedSpikesFactorShape }, sample, where) {
    for (const shape of [betaShape, thresholdShape, gradedSpikesFactorShape])
      checkArrayShape(where, shape, sample);
    return {};
  },
};

declare module "../../neurons/table.js" {
  interface NeuronParams {
    SnnTorchLeaky: SnnTorchLeakyOptions;
  }
}

export const snnTorchLeakyKind = addNeuron("SnnTorchLeaky", snnTorchLeakyRow);
