/** LI of NIR: v = v + (dt / tau) ((v_leak - v) + r x), whose output is v. */

import { addYieldingLayer } from "../../layers/table.js";
import { readOptions, withDefault, type Schema } from "../../schema/schema.js";
import type { Tensor } from "../../tensor/tensor.js";
import { leakTowards, timeConstantArray } from "../leak.js";
import { arrayValue, positiveValue } from "../neurons/euler-node.js";
import {
  PotentialLayer,
  potentialFields,
  potentialRow,
  type PotentialOptions,
  type PotentialSettings,
} from "./potential-layer.js";

type LIArray = "tau" | "r" | "v_leak";

interface LIValues {
  /** What the array tau begins as, the time constant in the unit of dt (default 2), > 0. */
  tau?: number;
  /** What the arrays r and v_leak begin as (defaults 1 and 0). */
  r?: number;
  vLeak?: number;
}

export interface LIOptions extends PotentialOptions<LIArray>, LIValues {}

type LISettings = PotentialSettings<LIArray> & Required<LIValues>;

const schema: Schema<LISettings> = {
  fields: {
    tau: withDefault(positiveValue, 2),
    r: withDefault(arrayValue, 1),
    vLeak: withDefault(arrayValue, 0),
    ...potentialFields<LIArray>(["tau", "r", "v_leak"]),
  },
};

export class LI extends PotentialLayer<LIArray> {
  readonly #made: Required<LIValues>;

  /** @throws TypeError, RangeError */
  constructor(options: LIOptions = {}) {
    const { tau, r, vLeak, ...settings } = readOptions("LI", options, schema);
    super(settings, {
      tau: timeConstantArray(tau, settings.dt),
      r: { value: r },
      v_leak: { value: vLeak },
    });
    this.#made = { tau, r, vLeak };
  }

  override presentOptions(): LISettings {
    return { ...super.presentOptions(), ...this.#made };
  }

  protected step(x: Tensor, v: Tensor): Tensor {
    return leakTowards(v, x, this.arrays, this.dt);
  }
}

export const leakyIntegratorKind = addYieldingLayer<LISettings>("LI", {
  layer: LI,
  schema,
  create: (options) => new LI(options),
  ...potentialRow<LISettings>(2),
  options: (layer) => (layer as LI).presentOptions(),
});
