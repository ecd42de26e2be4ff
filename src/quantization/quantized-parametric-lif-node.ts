/**
 * The leaky neuron that learns its time constant, with quantized input, potential and output: as quantized-lif-node.ts, with
 * k = Qv(sigmoid(w)). w stays a float32 number, and is learned: its gradient goes straight through the quantizer.
 */

import { Parameter } from "../module/parameter.js";
import { decayInputField, ifNodeSchema } from "../neurons/if-node.js";
import type { NeuronRow } from "../neurons/neuron-row.js";
import { timeConstant } from "../neurons/node-options.js";
import { addNeuron } from "../neurons/table.js";
import type { NeuronTraits } from "../neurons/traits.js";
import { readOptions, withDefault, type Schema } from "../schema/schema.js";
import { Tensor } from "../tensor/tensor.js";
import type { Leak } from "./rounding-loops.js";
import {
  QuantizedIFNode,
  quantizedIfNodeFields,
  type Constants,
  type QuantizedIFNodeOptions,
  type QuantizedIFNodeSettings,
} from "./quantized-if-node.js";
import { RoundToGrid } from "./rounding.js";

export interface QuantizedParametricLIFNodeOptions extends QuantizedIFNodeOptions {
  /** Initial time constant in time steps (default 2), > 1: w = -ln(initTau - 1). */
  initTau?: number;
  /** true (default): the input decays with the membrane. */
  decayInput?: boolean;
}

type QuantizedParametricLIFNodeSettings = QuantizedIFNodeSettings &
  Required<Pick<QuantizedParametricLIFNodeOptions, "initTau" | "decayInput">>;

const schema = {
  ...ifNodeSchema,
  fields: {
    ...quantizedIfNodeFields,
    initTau: withDefault(
      timeConstant,
      2,
      "Time constant of the leak that learning starts from, in time steps.",
    ),
    decayInput: decayInputField,
  },
} as Schema<QuantizedParametricLIFNodeSettings>;

const { fields } = schema;

export class QuantizedParametricLIFNode extends QuantizedIFNode {
  readonly #w: Parameter;
  readonly #initTau: number;
  #decaysInput: boolean;

  /** @throws RangeError unless initTau > 1 */
  constructor(options: QuantizedParametricLIFNodeOptions = {}) {
    const { initTau, decayInput, ...rest } = readOptions(new.target.name, options, schema);
    super(rest);
    this.#initTau = initTau;
    this.#decaysInput = decayInput;
    this.#w = this.registerParameter("w", new Parameter(Tensor.full([], -Math.log(initTau - 1))));
  }

  protected override get ownTraits(): NeuronTraits {
    return {
      kind: "QuantizedParametricLIFNode",
      spikeHeight: "one",
      threshold: "fixed",
      staircase: false,
    };
  }

  /** w [], learned, not quantized. */
  get w(): Parameter {
    return this.#w;
  }

  /** The present time constant, 1 / sigmoid(w), not quantized. */
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

  override presentOptions(): QuantizedParametricLIFNodeOptions {
    return { ...super.presentOptions(), initTau: this.#initTau, decayInput: this.#decaysInput };
  }

  protected override get rate(): number {
    return 1 / this.tau;
  }

  protected override chargedBy(x: Tensor, v: Tensor, { vReset }: Constants): Tensor {
    const above = vReset === null || vReset === 0 ? v : v.sub(vReset);
    const { grid } = this.quantizerV;
    const rate = this.#w.sigmoid().reshape(x.rank === 0 ? [] : [1]);
    const k = grid === null ? rate : RoundToGrid.apply(rate, grid);
    return this.#decaysInput ? v.add(x.sub(above).mul(k)) : v.sub(above.mul(k)).add(x);
  }

  protected override exactLeak({ rate, vReset }: Constants): Leak {
    return { k: rate ?? 1, r: vReset ?? 0, decaysInput: this.#decaysInput };
  }
}

declare module "../neurons/table.js" {
  interface NeuronParams {
    QuantizedParametricLIFNode: QuantizedParametricLIFNodeOptions;
  }
}

const row: NeuronRow<
  QuantizedParametricLIFNodeOptions,
  QuantizedParametricLIFNode,
  QuantizedParametricLIFNodeSettings
> = {
  summary: "leaky integrate and fire with integers of a few bits, fixed threshold, learnable time constant",
  classes: [QuantizedParametricLIFNode],
  isDerived: true,
  schema,
  create: (options, stepMode) => new QuantizedParametricLIFNode({ ...options, stepMode }),
  options: (neuron) => neuron.presentOptions(),
  dynamics: ({ vThreshold, vReset, tau, decayInput }) => ({
    threshold: vThreshold,
    reset: vReset,
    leak: 1 / tau,
    decaysInput: decayInput,
    spikeHeight: "one",
  }),
};

export const quantizedParametricLifNodeKind = addNeuron("QuantizedParametricLIFNode", row);
