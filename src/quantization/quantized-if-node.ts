/**
 * Integrate and fire with quantized input, potential and output. With the quantizers Qi, Qv, Qa and the constants p = (theta,
 * and vReset for a hard reset), which share the range of the potential:
 *
 *   x = Qi(x);  v, p = Qv(v[t-1], p)
 *   u = v + x;  z = [u - theta >= 0]                   fires on the exact sum, in training too
 *   v[t] = Qv(u - z theta), or Qv((1 - z) u + z vReset)
 *   y = Qa(z)
 *
 * In evaluation u is that of whole numbers, exact beyond the 24 bits of float32 (exact-firing.ts).
 *
 * theta and vReset stay float32 numbers: they are quantized whenever they are used, by the range that there is then. x, y
 * [N, ...]; v [N, ...]. Gradients go straight through the quantizers, and through the spike by its surrogate.
 *
 * compat "qualia": in training it fires on Qv(u), and the constants are overwritten by their quantized values for good, so that
 * they drift as the range grows.
 */

import { addNeuron } from "../neurons/table.js";
import { IFNode, ifNodeSchema, type IFNodeOptions, type IFNodeSettings } from "../neurons/if-node.js";
import type { NeuronRow } from "../neurons/neuron-row.js";
import type { NodeBackend } from "../neurons/base-node.js";
import type { NeuronTraits } from "../neurons/traits.js";
import type { Unrolled } from "../neurons/unrolled.js";
import { readOptions, type Fields, type Schema } from "../schema/schema.js";
import { fire } from "../surrogates/surrogate.js";
import { Tensor } from "../tensor/tensor.js";
import type { Leak } from "./rounding-loops.js";
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

/** As IFNode, which always computes step by step here. */
export interface QuantizedIFNodeOptions extends Omit<IFNodeOptions, "backend">, QuantizedOptions {}

export type QuantizedIFNodeSettings = Omit<IFNodeSettings, "backend"> & QuantizedSettings;

const { backend: _backend, ...ifNodeFields } = ifNodeSchema.fields;

export const quantizedIfNodeFields = {
  ...ifNodeFields,
  ...quantizedFields,
} as Fields<QuantizedIFNodeSettings>;

const schema = { ...ifNodeSchema, fields: quantizedIfNodeFields } as Schema<QuantizedIFNodeSettings>;

/** Numbers that a neuron is made with, and that share the range of its potential. */
export interface Constants {
  readonly theta: number;
  /** null: soft reset. */
  readonly vReset: number | null;
  /** 1 / tau; null without a leak. */
  readonly rate: number | null;
}

export class QuantizedIFNode extends IFNode {
  readonly #settings: QuantizedSettings;
  readonly #input: Quantizer;
  readonly #v: Quantizer;
  readonly #act: Quantizer;
  /** compat: what is left of the constants. */
  #drifted: Constants | null = null;

  /** @throws TypeError, RangeError for values that make no neuron; a subclass may hand up more than is read here */
  constructor(options: QuantizedIFNodeOptions = {}) {
    const { quantParams, compat, ...settings } = readOptions(new.target.name, options, schema);
    super({ ...settings, backend: "eager" });
    this.#settings = { quantParams, ...(compat === undefined ? {} : { compat }) };
    this.#input = this.registerChild("quantizer_input", quantizerOf("input", this.#settings));
    this.#v = this.registerChild("quantizer_v", quantizerOf("v", this.#settings));
    this.#act = this.registerChild("quantizer_act", quantizerOf("act", this.#settings));
  }

  protected override get ownTraits(): NeuronTraits {
    // Inputs and potentials are rounded and clamped: the mean of its spikes is near a staircase, and is none.
    return { kind: "QuantizedIFNode", spikeHeight: "one", threshold: "fixed", staircase: false };
  }

  get quantizerInput(): Quantizer {
    return this.#input;
  }

  /** Of the potential and of the numbers that are compared with it, added to it, or multiplied by it. */
  get quantizerV(): Quantizer {
    return this.#v;
  }

  get quantizerAct(): Quantizer {
    return this.#act;
  }

  get compat(): "qualia" | undefined {
    return this.#settings.compat;
  }

  override get supportedBackends(): readonly NodeBackend[] {
    return ["eager"];
  }

  override get vThreshold(): number {
    return this.#drifted?.theta ?? super.vThreshold;
  }

  override set vThreshold(vThreshold: number) {
    super.vThreshold = vThreshold;
    this.#drifted = null;
  }

  override get vReset(): number | null {
    return this.#drifted?.vReset ?? super.vReset;
  }

  override set vReset(vReset: number | null) {
    super.vReset = vReset;
    this.#drifted = null;
  }

  /** The threshold that it fires at: quantized, once there is a range. */
  override get theta(): number {
    return asQuantized(this.vThreshold, this.#v);
  }

  override get spikeHeight(): number {
    return asQuantized(1, this.#act);
  }

  override presentOptions(): QuantizedIFNodeOptions {
    const { backend: _, ...options } = super.presentOptions();
    return { ...options, ...givenOptions(this.#settings) };
  }

  /** 1 / tau, or null without a leak. */
  protected get rate(): number | null {
    return null;
  }

  /** compat: another constant was overwritten. */
  protected drifted(constants: Constants): void {
    this.#drifted = constants;
  }

  /** u of a quantized input and potential. */
  protected chargedBy(x: Tensor, v: Tensor, _constants: Constants): Tensor {
    return v.add(x);
  }

  /** The same of numbers. */
  protected exactLeak(_constants: Constants): Leak | null {
    return null;
  }

  override charged(x: Tensor, v: Tensor): Tensor {
    const [potential, constants] = this.#quantized(v);
    return this.chargedBy(this.#input.forward(x), potential, constants);
  }

  protected override step(x: Tensor, before: Tensor | null): Unrolled {
    const input = this.#input.forward(x);
    const [v, constants] = this.#quantized(before ?? Tensor.full(x.shape, 0, x.backend));
    if (!isExact(this.#input, this.#v, this.#act)) return this.#floatStep(input, v, constants);
    const { theta, vReset } = constants;
    const exact = fireExactly(input, v, {
      leak: this.exactLeak(constants),
      theta,
      vReset,
      spike: this.spikeHeight,
      grid: this.#v.grid,
    });
    return firedWithGradientOf(() => this.#floatStep(input, v, constants), exact);
  }

  #floatStep(input: Tensor, v: Tensor, constants: Constants): Unrolled {
    const clampsFirst = this.training && this.compat !== undefined;
    const sum = this.chargedBy(input, v, constants);
    const [u, { theta, vReset }] = clampsFirst ? this.#quantized(sum) : [sum, constants];
    const z = fire(this.surrogateFunction, u.sub(theta));
    const fired = this.detachReset ? z.detach() : z;
    const after =
      vReset === null ? u.sub(fired.mul(theta)) : fired.neg().add(1).mul(u).add(fired.mul(vReset));
    return { y: this.#act.forward(z), v: clampsFirst ? after : this.#quantized(after)[0] };
  }

  /** The potential and the constants by one range, which both of them widen in training. */
  #quantized(v: Tensor): [Tensor, Constants] {
    const { vThreshold: theta, vReset, rate } = this;
    const values = [theta, ...(rate === null ? [] : [rate]), ...(vReset === null ? [] : [vReset])];
    const given = Tensor.empty([values.length], v.backend);
    given.data.set(values);
    const [quantized, { data }] = this.#v.forward(v, given);
    const constants: Constants = {
      theta: data[0],
      rate: rate === null ? null : data[1],
      vReset: vReset === null ? null : data[data.length - 1],
    };
    if (this.compat !== undefined) this.drifted(constants);
    return [quantized, constants];
  }
}

declare module "../neurons/table.js" {
  interface NeuronParams {
    QuantizedIFNode: QuantizedIFNodeOptions;
  }
}

const quantizedIfNodeRow: NeuronRow<QuantizedIFNodeOptions, QuantizedIFNode, QuantizedIFNodeSettings> = {
  summary: "integrate and fire with integers of a few bits, fixed threshold",
  classes: [QuantizedIFNode],
  isDerived: true,
  schema,
  create: (options, stepMode) => new QuantizedIFNode({ ...options, stepMode }),
  options: (neuron) => neuron.presentOptions(),
  dynamics: ({ vThreshold, vReset }) => ({
    threshold: vThreshold,
    reset: vReset,
    leak: null,
    decaysInput: false,
    spikeHeight: "one",
  }),
};

export const quantizedIfNodeKind = addNeuron("QuantizedIFNode", quantizedIfNodeRow);
