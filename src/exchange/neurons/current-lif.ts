/**
 * LIF of NIR: leaky integrate and fire, u = v + (dt / tau) ((v_leak - v) + r x). Firing and reset are in euler-node.ts.
 * norse's LIFBoxCell is of this kind.
 */

import type { NeuronRow } from "../../neurons/neuron-row.js";
import { addNeuron } from "../../neurons/table.js";
import { readOptions, withDefault, type Schema } from "../../schema/schema.js";
import type { Tensor } from "../../tensor/tensor.js";
import { leakTowards, timeConstantArray } from "../leak.js";
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

type LIFArray = "tau" | "r" | "v_leak" | FiringArray;

export interface CurrentLIFOptions extends EulerNodeOptions<LIFArray> {
  /** What the array tau begins as, the time constant in the unit of dt (default 2), > 0. */
  tau?: number;
  /** What the arrays r and v_leak begin as (defaults 1 and 0). */
  r?: number;
  vLeak?: number;
}

type CurrentLIFSettings = EulerNodeSettings<LIFArray> & Required<CurrentLIFOptions>;

const schema: Schema<CurrentLIFSettings> = {
  fields: {
    tau: withDefault(positiveValue, 2, "What the time constants begin as."),
    r: withDefault(arrayValue, 1, "What the resistances begin as."),
    vLeak: withDefault(arrayValue, 0, "What the potentials that it leaks to begin as."),
    ...eulerNodeFields<LIFArray>(["tau", "r", "v_leak", ...firingArrays]),
  },
};

export class CurrentLIF extends EulerNode<LIFArray> {
  readonly #made: Required<Pick<CurrentLIFOptions, "tau" | "r" | "vLeak">>;

  /** @throws TypeError, RangeError */
  constructor(options: CurrentLIFOptions = {}) {
    const { tau, r, vLeak, ...settings } = readOptions("CurrentLIF", options, schema);
    super(settings, {
      tau: timeConstantArray(tau, settings.dt),
      r: { value: r },
      v_leak: { value: vLeak },
    });
    this.#made = { tau, r, vLeak };
  }

  override presentOptions(): CurrentLIFOptions {
    return { ...super.presentOptions(), ...this.#made };
  }

  override charged(x: Tensor, v: Tensor): Tensor {
    return leakTowards(v, x, this.arrays, this.dt);
  }
}

export const currentLifRow: NeuronRow<CurrentLIFOptions, CurrentLIF, CurrentLIFSettings> = {
  summary: "leaky integrate and fire of NIR, time constants and thresholds for each neuron",
  classes: [CurrentLIF],
  isDerived: true,
  schema,
  create: (options, stepMode) => new CurrentLIF({ ...options, stepMode }),
  options: (neuron) => neuron.presentOptions(),
  forSample({ shape }, sample, where) {
    checkArrayShape(where, shape, sample);
    return {};
  },
};

declare module "../../neurons/table.js" {
  interface NeuronParams {
    CurrentLIF: CurrentLIFOptions;
  }
}

export const currentLifKind = addNeuron("CurrentLIF", currentLifRow);
