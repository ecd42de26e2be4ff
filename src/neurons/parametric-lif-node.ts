/** PLIF: a leaky neuron that learns its time constant; k = sigmoid(w) = 1/tau. The equations are in lif-unroll.ts. */

import { Charge } from "../kernels/contract.js";
import { Parameter } from "../module/parameter.js";
import { readOptions, withDefault, type Schema } from "../schema/schema.js";
import { Tensor } from "../tensor/tensor.js";
import { decayInputField, IFNode, ifNodeSchema, type IFNodeOptions, type IFNodeSettings } from "./if-node.js";
import type { NeuronRow } from "./neuron-row.js";
import { timeConstant } from "./node-options.js";
import type { NeuronTraits } from "./traits.js";

export interface ParametricLIFNodeOptions extends IFNodeOptions {
  /** Initial time constant in time steps (default 2), > 1: w = -ln(initTau - 1). */
  initTau?: number;
  /** true (default): the input decays with the membrane, u = v + (x - v) k. */
  decayInput?: boolean;
}

type ParametricLIFNodeSettings = IFNodeSettings &
  Required<Pick<ParametricLIFNodeOptions, "initTau" | "decayInput">>;

const parametricLifNodeSchema: Schema<ParametricLIFNodeSettings> = {
  ...ifNodeSchema,
  fields: {
    ...ifNodeSchema.fields,
    initTau: withDefault(timeConstant, 2),
    decayInput: decayInputField,
  },
};

const { fields } = parametricLifNodeSchema;

export class ParametricLIFNode extends IFNode {
  readonly #w: Parameter;
  readonly #initTau: number;
  #decaysInput: boolean;

  /** @throws RangeError unless initTau > 1 */
  constructor(options: ParametricLIFNodeOptions = {}) {
    const { initTau, decayInput, ...rest } = readOptions(new.target.name, options, parametricLifNodeSchema);
    super(rest);
    this.#initTau = initTau;
    this.#decaysInput = decayInput;
    this.#w = this.registerParameter("w", new Parameter(Tensor.full([], -Math.log(initTau - 1))));
  }

  protected override get ownTraits(): NeuronTraits {
    return { kind: "ParametricLIFNode", spikeHeight: "one", threshold: "fixed", staircase: false };
  }

  /** w [], learned. */
  get w(): Parameter {
    return this.#w;
  }

  /** The present time constant, 1 / sigmoid(w). */
  get tau(): number {
    return 1 + Math.exp(-this.#w.item());
  }

  get decayInput(): boolean {
    return this.#decaysInput;
  }

  /** @throws TypeError unless true or false */
  set decayInput(decays: boolean) {
    this.#decaysInput = fields.decayInput.type.read(decays, this.optionPlace().at("decayInput"));
  }

  override presentOptions(): ParametricLIFNodeOptions {
    return { ...super.presentOptions(), initTau: this.#initTau, decayInput: this.#decaysInput };
  }

  protected override get charge(): Charge {
    return this.#decaysInput ? Charge.leakInputByRate : Charge.leakByRate;
  }

  protected override leak(): Tensor {
    return this.#w.sigmoid().reshape([1]);
  }
}

export const parametricLifNodeRow: NeuronRow<
  ParametricLIFNodeOptions,
  ParametricLIFNode,
  ParametricLIFNodeSettings
> = {
  summary: "leaky integrate and fire, fixed threshold, learnable time constant",
  classes: [ParametricLIFNode],
  schema: parametricLifNodeSchema,
  create: (options, stepMode) => new ParametricLIFNode({ ...options, stepMode }),
  options: (neuron) => neuron.presentOptions(),
  dynamics: ({ theta, vReset, tau, decayInput }) => ({
    threshold: theta,
    reset: vReset,
    leak: 1 / tau,
    decaysInput: decayInput,
    spikeHeight: "one",
  }),
};
