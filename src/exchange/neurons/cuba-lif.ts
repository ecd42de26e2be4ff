/**
 * CubaLIF of NIR: leaky integrate and fire behind a synapse whose current leaks, too.
 *
 *   i = i + (dt / tau_syn) (w_in x - i)
 *   u = v + (dt / tau_mem) ((v_leak - v) + r i)
 *
 * The other order of updates is in leak.ts; firing and reset in euler-node.ts. i begins at 0.
 */

import type { NeuronRow } from "../../neurons/neuron-row.js";
import { Membrane } from "../../neurons/membrane.js";
import { addNeuron } from "../../neurons/table.js";
import type { Unrolled } from "../../neurons/unrolled.js";
import { at, stack } from "../../ops/slice.js";
import { readOptions, withDefault, type Schema } from "../../schema/schema.js";
import { oneOf } from "../../schema/value-types.js";
import { Tensor } from "../../tensor/tensor.js";
import { leakTowards, synapticCurrent, timeConstantArray, type Order } from "../leak.js";
import { checkArrayShape } from "../neuron-arrays.js";
import {
  arrayValue,
  EulerNode,
  eulerNodeFields,
  firingArrays,
  positiveValue,
  type EulerNodeOptions,
  type EulerNodeSettings,
  type FiringArray,
} from "./euler-node.js";

type CubaArray = "tau_syn" | "tau_mem" | "r" | "v_leak" | "w_in" | FiringArray;

/** What the arrays of a membrane behind a synapse begin as. */
export interface CubaValues {
  /** What the arrays tau_syn and tau_mem begin as, time constants in the unit of dt (default 2 each), > 0. */
  tauSyn?: number;
  tauMem?: number;
  /** What the arrays r, v_leak and w_in begin as (defaults 1, 0 and 1). */
  r?: number;
  vLeak?: number;
  wIn?: number;
  /**
   * 'current-first' (default): the current is updated, and the potential sees it. 'potential-first': the input w_in x jumps on
   * the current, the potential sees that, and then the current leaks.
   */
  order?: Order;
}

export interface CubaLIFOptions extends EulerNodeOptions<CubaArray>, CubaValues {}

type CubaLIFSettings = EulerNodeSettings<CubaArray> & Required<CubaLIFOptions>;

export const cubaFields: Schema<Required<CubaValues>>["fields"] = {
  tauSyn: withDefault(positiveValue, 2, "What the time constants of the synapses begin as."),
  tauMem: withDefault(positiveValue, 2, "What the time constants of the membranes begin as."),
  r: withDefault(arrayValue, 1, "What the resistances begin as."),
  vLeak: withDefault(arrayValue, 0, "What the potentials that it leaks to begin as."),
  wIn: withDefault(arrayValue, 1, "What the weights of the inputs begin as."),
  order: withDefault(
    oneOf(["current-first", "potential-first"]),
    "current-first",
    "Whether the potential sees the current after its leak, or before.",
  ),
};

const schema: Schema<CubaLIFSettings> = {
  fields: {
    ...cubaFields,
    ...eulerNodeFields<CubaArray>(["tau_syn", "tau_mem", "r", "v_leak", "w_in", ...firingArrays]),
  },
};

export class CubaLIF extends EulerNode<CubaArray> {
  readonly #made: Required<CubaValues>;
  readonly #current = new Membrane(0);

  /** @throws TypeError, RangeError */
  constructor(options: CubaLIFOptions = {}) {
    const { tauSyn, tauMem, r, vLeak, wIn, order, ...settings } = readOptions("CubaLIF", options, schema);
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

  override presentOptions(): CubaLIFOptions {
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

  /** u with the present current. */
  override charged(x: Tensor, v: Tensor): Tensor {
    return this.#potential(v, this.#next(x, this.#before(x)).seen);
  }

  override chargedFromRest(x: Tensor, after: Tensor): Tensor {
    let i = Tensor.full(x.shape.slice(1), 0, x.backend);
    const seen: Tensor[] = [];
    for (let t = 0; t < x.shape[0]; t++) {
      const next = this.#next(at(x, t), i);
      seen.push(next.seen);
      i = next.left;
    }
    return this.#potential(this.potentialsBefore(x, after), stack(seen));
  }

  protected override step(x: Tensor, v: Tensor | null): Unrolled {
    checkArrayShape(this.constructor.name, this.arrays.r.shape, x.shape.slice(1));
    const { seen, left } = this.#next(x, this.#before(x));
    const fired = this.fired(this.#potential(v ?? this.start(x.shape, x), seen));
    this.#current.v = left;
    return fired;
  }

  #before(x: Tensor): Tensor {
    return (
      this.#current.before(`${this.constructor.name}: current`, x.shape, x.backend) ??
      Tensor.full(x.shape, 0, x.backend)
    );
  }

  #next(x: Tensor, i: Tensor): { readonly seen: Tensor; readonly left: Tensor } {
    return synapticCurrent(i, x, this.arrays, { dt: this.dt, order: this.#made.order });
  }

  #potential(v: Tensor, current: Tensor): Tensor {
    const { tau_mem: tau, r, v_leak } = this.arrays;
    return leakTowards(v, current, { tau, r, v_leak }, this.dt);
  }
}

export const cubaLifRow: NeuronRow<CubaLIFOptions, CubaLIF, CubaLIFSettings> = {
  summary: "leaky integrate and fire of NIR behind a synapse that leaks",
  classes: [CubaLIF],
  isDerived: true,
  schema,
  create: (options, stepMode) => new CubaLIF({ ...options, stepMode }),
  options: (neuron) => neuron.presentOptions(),
  forSample({ shape }, sample, where) {
    checkArrayShape(where, shape, sample);
    return {};
  },
};

declare module "../../neurons/table.js" {
  interface NeuronParams {
    CubaLIF: CubaLIFOptions;
  }
}

export const cubaLifKind = addNeuron("CubaLIF", cubaLifRow);
