/** LIF: leaky integrate and fire with a fixed time constant. The equations are in lif-unroll.ts. */

import { Charge } from "../kernels/contract.js";
import { readOptions, withDefault, type Schema } from "../schema/schema.js";
import { Tensor } from "../tensor/tensor.js";
import { decayInputField, IFNode, ifNodeSchema, type IFNodeOptions, type IFNodeSettings } from "./if-node.js";
import type { NeuronRow } from "./neuron-row.js";
import { timeConstant } from "./node-options.js";
import type { NeuronTraits } from "./traits.js";

export interface LIFNodeOptions extends IFNodeOptions {
  /** Membrane time constant in time steps (default 2), > 1. */
  tau?: number;
  /** true (default): the input decays with the membrane, u = v + (x - v) / tau. */
  decayInput?: boolean;
}

type LIFNodeSettings = IFNodeSettings & Required<Pick<LIFNodeOptions, "tau" | "decayInput">>;

const lifNodeSchema: Schema<LIFNodeSettings> = {
  ...ifNodeSchema,
  fields: {
    ...ifNodeSchema.fields,
    tau: withDefault(timeConstant, 2),
    decayInput: decayInputField,
  },
};

const { fields } = lifNodeSchema;

export class LIFNode extends IFNode {
  #tau: number;
  #decaysInput: boolean;

  /** @throws RangeError unless tau > 1 */
  constructor(options: LIFNodeOptions = {}) {
    const { tau, decayInput, ...rest } = readOptions(new.target.name, options, lifNodeSchema);
    super(rest);
    this.#tau = tau;
    this.#decaysInput = decayInput;
  }

  protected override get ownTraits(): NeuronTraits {
    return { kind: "LIFNode", spikeHeight: "one", threshold: "fixed", staircase: false };
  }

  get tau(): number {
    return this.#tau;
  }

  /** @throws TypeError, RangeError unless > 1 */
  set tau(tau: number) {
    this.#tau = fields.tau.type.read(tau, this.optionPlace().at("tau"));
  }

  get decayInput(): boolean {
    return this.#decaysInput;
  }

  /** @throws TypeError unless true or false */
  set decayInput(decays: boolean) {
    this.#decaysInput = fields.decayInput.type.read(decays, this.optionPlace().at("decayInput"));
  }

  override presentOptions(): LIFNodeOptions {
    return { ...super.presentOptions(), tau: this.#tau, decayInput: this.#decaysInput };
  }

  protected override get charge(): Charge {
    return this.#decaysInput ? Charge.leakInputByTau : Charge.leakByTau;
  }

  protected override leak(like: Tensor): Tensor {
    return Tensor.full([1], this.#tau, like.backend);
  }
}

export const lifNodeRow: NeuronRow<LIFNodeOptions, LIFNode, LIFNodeSettings> = {
  summary: "leaky integrate and fire, fixed threshold and time constant",
  classes: [LIFNode],
  schema: lifNodeSchema,
  create: (options, stepMode) => new LIFNode({ ...options, stepMode }),
  options: (neuron) => neuron.presentOptions(),
  dynamics: ({ theta, vReset, tau, decayInput }) => ({
    threshold: theta,
    reset: vReset,
    leak: 1 / tau,
    decaysInput: decayInput,
    spikeHeight: "one",
  }),
};
