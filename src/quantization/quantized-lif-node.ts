/**
 * Leaky integrate and fire with quantized input, potential and output: as quantized-if-node.ts, with the charge
 *
 *   decaying x:  u = v + (x - (v - r)) k
 *   whole x:     u = v - (v - r) k + x
 *
 * k = 1 / tau is a constant that is quantized with theta; r is vReset, or 0 for a soft reset.
 *
 * compat "qualia": tau becomes 1 / Qv(1 / tau) for good, and divides.
 */

import { decayInputField, ifNodeSchema } from "../neurons/if-node.js";
import type { NeuronRow } from "../neurons/neuron-row.js";
import { timeConstant } from "../neurons/node-options.js";
import { addNeuron } from "../neurons/table.js";
import type { NeuronTraits } from "../neurons/traits.js";
import { readOptions, withDefault, type Schema } from "../schema/schema.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Leak } from "./rounding-loops.js";
import {
  QuantizedIFNode,
  quantizedIfNodeFields,
  type Constants,
  type QuantizedIFNodeOptions,
  type QuantizedIFNodeSettings,
} from "./quantized-if-node.js";

export interface QuantizedLIFNodeOptions extends QuantizedIFNodeOptions {
  /** Membrane time constant in time steps (default 2), > 1. */
  tau?: number;
  /** true (default): the input decays with the membrane. */
  decayInput?: boolean;
}

type QuantizedLIFNodeSettings = QuantizedIFNodeSettings &
  Required<Pick<QuantizedLIFNodeOptions, "tau" | "decayInput">>;

const schema = {
  ...ifNodeSchema,
  fields: {
    ...quantizedIfNodeFields,
    tau: withDefault(timeConstant, 2, "Time constant of the leak, in time steps."),
    decayInput: decayInputField,
  },
} as Schema<QuantizedLIFNodeSettings>;

const { fields } = schema;

export class QuantizedLIFNode extends QuantizedIFNode {
  #tau: number;
  #decaysInput: boolean;

  /** @throws RangeError unless tau > 1 */
  constructor(options: QuantizedLIFNodeOptions = {}) {
    const { tau, decayInput, ...rest } = readOptions(new.target.name, options, schema);
    super(rest);
    this.#tau = tau;
    this.#decaysInput = decayInput;
  }

  protected override get ownTraits(): NeuronTraits {
    return { kind: "QuantizedLIFNode", spikeHeight: "one", threshold: "fixed", staircase: false };
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

  /** @throws TypeError, RangeError unless true or false */
  set decayInput(decays: boolean) {
    this.#decaysInput = fields.decayInput.type.read(decays, this.optionPlace().at("decayInput"));
  }

  override presentOptions(): QuantizedLIFNodeOptions {
    return { ...super.presentOptions(), tau: this.#tau, decayInput: this.#decaysInput };
  }

  protected override get rate(): number {
    return 1 / this.#tau;
  }

  protected override drifted(constants: Constants): void {
    super.drifted(constants);
    this.#tau = 1 / (constants.rate ?? 1);
  }

  protected override chargedBy(x: Tensor, v: Tensor, { rate, vReset }: Constants): Tensor {
    const r = vReset ?? 0;
    const above = r === 0 ? v : v.sub(r);
    if (this.compat !== undefined) return this.#dividedByTau(x, v, above, r);
    const k = rate ?? 1;
    return this.#decaysInput ? v.add(x.sub(above).mul(k)) : v.sub(above.mul(k)).add(x);
  }

  protected override exactLeak({ rate, vReset }: Constants): Leak {
    return { k: rate ?? 1, r: vReset ?? 0, decaysInput: this.#decaysInput };
  }

  #dividedByTau(x: Tensor, v: Tensor, above: Tensor, r: number): Tensor {
    const tau = this.#tau;
    if (this.#decaysInput) return v.add(x.sub(above).div(tau));
    return r === 0 ? v.mul(1 - 1 / tau).add(x) : v.sub(above.div(tau)).add(x);
  }
}

declare module "../neurons/table.js" {
  interface NeuronParams {
    QuantizedLIFNode: QuantizedLIFNodeOptions;
  }
}

const quantizedLifNodeRow: NeuronRow<QuantizedLIFNodeOptions, QuantizedLIFNode, QuantizedLIFNodeSettings> = {
  summary: "leaky integrate and fire with integers of a few bits, fixed threshold",
  classes: [QuantizedLIFNode],
  isDerived: true,
  schema,
  create: (options, stepMode) => new QuantizedLIFNode({ ...options, stepMode }),
  options: (neuron) => neuron.presentOptions(),
  dynamics: ({ vThreshold, vReset, tau, decayInput }) => ({
    threshold: vThreshold,
    reset: vReset,
    leak: 1 / tau,
    decaysInput: decayInput,
    spikeHeight: "one",
  }),
};

export const quantizedLifNodeKind = addNeuron("QuantizedLIFNode", quantizedLifNodeRow);
