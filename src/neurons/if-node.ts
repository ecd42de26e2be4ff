/** IF: integrate and fire without a leak. The equations are in lif-unroll.ts. */

import { Charge } from "../kernels/contract.js";
import type { StepMode } from "../module/module.js";
import type { Parameter } from "../module/parameter.js";
import type { Place } from "../schema/place.js";
import { optional, readOptions, withDefault, type Schema } from "../schema/schema.js";
import { flag, float32 } from "../schema/value-types.js";
import { sigmoidSurrogate } from "../surrogates/sigmoid.js";
import type { Surrogate } from "../surrogates/surrogate.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Unrolled } from "./unrolled.js";
import { BaseNode, type NodeBackend } from "./base-node.js";
import { lifCharged, lifStep, lifUnroll } from "./lif-unroll.js";
import type { NeuronRow } from "./neuron-row.js";
import {
  backendField,
  detachResetField,
  reset,
  steepness,
  stepModeField,
  storeVSeqField,
  surrogate,
} from "./node-options.js";
import type { NeuronTraits } from "./traits.js";

/** Options of the neurons with a fixed threshold, with the defaults of the reference. */
export interface IFNodeOptions {
  /** Fixed threshold (default 1), > 0. */
  vThreshold?: number;
  /** A number: hard reset to it (default 0). null: soft reset. */
  vReset?: number | null;
  /** Steepness of the sigmoid surrogate (default 4), > 0. */
  alpha?: number;
  /** Another surrogate, instead of alpha. */
  surrogateFunction?: Surrogate;
  /** Default false. */
  detachReset?: boolean;
  /** 's' (default): x is one time step. 'm': x is [T, N, ...]. */
  stepMode?: StepMode;
  backend?: NodeBackend;
  storeVSeq?: boolean;
}

/** Without a default: what is left out depends on the others. */
type Open = "alpha" | "surrogateFunction" | "backend";

export type IFNodeSettings = Required<Omit<IFNodeOptions, Open>> & Pick<IFNodeOptions, Open>;

/** What several kinds have is told in experiment/description/neuron-schema.ts. */
export const ifNodeSchema: Schema<IFNodeSettings> = {
  fields: {
    vThreshold: withDefault(float32({ above: 0 }), 1, "The threshold, which is not learned."),
    vReset: withDefault(reset, 0),
    alpha: optional(
      steepness,
      "Steepness of the sigmoid whose slope stands in for that of the spike; the slope is at most a quarter of it. 4 if it is left out.",
    ),
    // What stands in for the slope of the spike, instead of the sigmoid.
    surrogateFunction: optional(surrogate, "", { inFiles: false }),
    detachReset: detachResetField,
    stepMode: stepModeField,
    backend: backendField,
    storeVSeq: storeVSeqField,
  },
  check(settings, place) {
    checkRest(settings, place);
    if (settings.alpha === undefined || settings.surrogateFunction === undefined) return;
    place
      .at("alpha")
      .fail(
        `is given beside ${place.name("surrogateFunction")}; expected one of the two. Leave out alpha: it is the steepness of the sigmoid.`,
        "type",
      );
  },
};

/** Of the neurons that leak. */
export const decayInputField = withDefault(flag, true);

function checkRest(
  { vReset, vThreshold }: Pick<IFNodeSettings, "vReset" | "vThreshold">,
  place: Place,
): void {
  if (vReset === null || Math.fround(vReset) < Math.fround(vThreshold)) return;
  const [reset, threshold] = [place.name("vReset"), place.name("vThreshold")];
  place
    .at("vReset")
    .fail(
      `is ${place.show(vReset)} and ${threshold} ${place.show(vThreshold)}; expected ${reset} below ${threshold}, or it would fire at rest.`,
    );
}

const { fields } = ifNodeSchema;

export class IFNode extends BaseNode {
  #vThreshold: number;

  constructor(options: IFNodeOptions = {}) {
    const settings = readOptions(new.target.name, options, ifNodeSchema);
    const { vThreshold, alpha = 4, surrogateFunction = sigmoidSurrogate(alpha), ...shared } = settings;
    super({ ...shared, surrogateFunction });
    this.#vThreshold = Math.fround(vThreshold);
  }

  protected override get ownTraits(): NeuronTraits {
    return { kind: "IFNode", spikeHeight: "one", threshold: "fixed", staircase: this.vReset === null };
  }

  get vThreshold(): number {
    return this.#vThreshold;
  }

  /** @throws TypeError, RangeError unless > 0 and above vReset */
  set vThreshold(vThreshold: number) {
    const read = fields.vThreshold.type.read(vThreshold, this.optionPlace().at("vThreshold"));
    checkRest({ vReset: this.vReset, vThreshold: read }, this.optionPlace());
    this.#vThreshold = Math.fround(read);
  }

  override get vReset(): number | null {
    return super.vReset;
  }

  /** @throws TypeError, RangeError unless null or below vThreshold */
  override set vReset(vReset: number | null) {
    const read = fields.vReset.type.read(vReset, this.optionPlace().at("vReset"));
    checkRest({ vReset: read, vThreshold: this.#vThreshold }, this.optionPlace());
    this.changeReset(read);
  }

  /**
   * The options that make this neuron again, as they are now; what is learned is in the state dict.
   *
   * @throws TypeError for a setting that no option brings back
   */
  presentOptions(): IFNodeOptions {
    const { vThreshold, vReset } = this;
    return { vThreshold, vReset, ...this.sharedOptions() };
  }

  get theta(): number {
    return this.vThreshold;
  }

  get supportedBackends(): readonly NodeBackend[] {
    return ["fused", "eager"];
  }

  /** How the input is taken in. */
  protected get charge(): Charge {
    return Charge.integrate;
  }

  /** tau or k [1], as `charge` says; null without a leak. */
  protected leak(_like: Tensor): Tensor | Parameter | null {
    return null;
  }

  charged(x: Tensor, v: Tensor): Tensor {
    const { charge, vReset } = this;
    return lifCharged(x, v, this.leak(x), { charge, vReset });
  }

  protected step(x: Tensor, v: Tensor | null): Unrolled {
    const { charge, vThreshold, vReset, detachReset } = this;
    return lifStep(x, v, this.leak(x), this.surrogateFunction, { charge, vThreshold, vReset, detachReset });
  }

  protected unroll(x: Tensor, v: Tensor | null, vSeq: Tensor | null): Unrolled {
    const { charge, vThreshold, vReset, detachReset } = this;
    return lifUnroll(x, v, this.leak(x), this.fusedAlpha, { charge, vThreshold, vReset, detachReset }, vSeq);
  }
}

export const ifNodeRow: NeuronRow<IFNodeOptions, IFNode, IFNodeSettings> = {
  summary: "integrate and fire, fixed threshold, soft or hard reset",
  classes: [IFNode],
  schema: ifNodeSchema,
  create: (options, stepMode) => new IFNode({ ...options, stepMode }),
  options: (neuron) => neuron.presentOptions(),
  dynamics: ({ theta, vReset }) => ({
    threshold: theta,
    reset: vReset,
    leak: null,
    decaysInput: false,
    spikeHeight: "one",
  }),
};
