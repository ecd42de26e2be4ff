/**
 * CubaLI of NIR: a leaky integrator behind a synapse whose current leaks, too; its output is v.
 *
 *   i = i + (dt / tau_syn) (w_in x - i)
 *   v = v + (dt / tau_mem) ((v_leak - v) + r i)
 *
 * The other order of updates is in leak.ts. i and v begin at 0.
 */

import { addYieldingLayer } from "../../layers/table.js";
import { Membrane } from "../../neurons/membrane.js";
import { readOptions, type Schema } from "../../schema/schema.js";
import { Tensor } from "../../tensor/tensor.js";
import { leakTowards, synapticCurrent, timeConstantArray, type Order } from "../leak.js";
import { cubaFields, type CubaValues } from "../neurons/cuba-lif.js";
import {
  PotentialLayer,
  potentialFields,
  potentialRow,
  type PotentialOptions,
  type PotentialSettings,
} from "./potential-layer.js";

type CubaLIArray = "tau_syn" | "tau_mem" | "r" | "v_leak" | "w_in";

export interface CubaLIOptions extends PotentialOptions<CubaLIArray>, CubaValues {}

type CubaLISettings = PotentialSettings<CubaLIArray> & Required<CubaValues>;

const schema: Schema<CubaLISettings> = {
  fields: {
    ...cubaFields,
    ...potentialFields<CubaLIArray>(["tau_syn", "tau_mem", "r", "v_leak", "w_in"]),
  },
};

export class CubaLI extends PotentialLayer<CubaLIArray> {
  readonly #made: Required<CubaValues>;
  readonly #current = new Membrane(0);

  /** @throws TypeError, RangeError */
  constructor(options: CubaLIOptions = {}) {
    const { tauSyn, tauMem, r, vLeak, wIn, order, ...settings } = readOptions("CubaLI", options, schema);
    super(settings, {
      tau_syn: timeConstantArray(tauSyn, settings.dt),
      tau_mem: timeConstantArray(tauMem, settings.dt),
      r: { value: r },
      v_leak: { value: vLeak },
      w_in: { value: wIn },
    });
    this.#made = { tauSyn, tauMem, r, vLeak, wIn, order };
  }

  get order(): Order {
    return this.#made.order;
  }

  /** The synaptic current [N, ...] after the last step; before the first, [1]. A new handle at every call. */
  get current(): Tensor {
    return this.#current.v;
  }

  /** A tensor with one element stands for all neurons of the next input. */
  set current(current: Tensor) {
    this.#current.v = current;
  }

  override presentOptions(): CubaLISettings {
    return { ...super.presentOptions(), ...this.#made };
  }

  override reset(): void {
    super.reset();
    this.#current.reset();
  }

  override detach(): void {
    super.detach();
    this.#current.detach();
  }

  protected step(x: Tensor, v: Tensor): Tensor {
    const before = this.#current.before("CubaLI: current", x.shape, x.backend);
    const i = before ?? Tensor.full(x.shape, 0, x.backend);
    const { tau_mem: tau, r, v_leak, ...synapse } = this.arrays;
    const { seen, left } = synapticCurrent(i, x, synapse, { dt: this.dt, order: this.#made.order });
    this.#current.v = left;
    return leakTowards(v, seen, { tau, r, v_leak }, this.dt);
  }
}

export const cubaLiKind = addYieldingLayer<CubaLISettings>("CubaLI", {
  layer: CubaLI,
  schema,
  create: (options) => new CubaLI(options),
  ...potentialRow<CubaLISettings>(4),
  options: (layer) => (layer as CubaLI).presentOptions(),
});
