/** I of NIR: an integrator, v = v + dt r x, whose output is v. */

import { addYieldingLayer } from "../../layers/table.js";
import { readOptions, withDefault, type Schema } from "../../schema/schema.js";
import type { Tensor } from "../../tensor/tensor.js";
import { arrayValue } from "../neurons/euler-node.js";
import {
  PotentialLayer,
  potentialFields,
  potentialRow,
  type PotentialOptions,
  type PotentialSettings,
} from "./potential-layer.js";

export interface IntegratorOptions extends PotentialOptions<"r"> {
  /** What the array r begins as, the resistance (default 1). */
  r?: number;
}

type IntegratorSettings = PotentialSettings<"r"> & { readonly r: number };

const schema: Schema<IntegratorSettings> = {
  fields: {
    r: withDefault(arrayValue, 1),
    ...potentialFields(["r"]),
  },
};

export class Integrator extends PotentialLayer<"r"> {
  readonly #r: number;

  /** @throws TypeError, RangeError */
  constructor(options: IntegratorOptions = {}) {
    const { r, ...settings } = readOptions("Integrator", options, schema);
    super(settings, { r: { value: r } });
    this.#r = r;
  }

  override presentOptions(): IntegratorSettings {
    return { ...super.presentOptions(), r: this.#r };
  }

  protected step(x: Tensor, v: Tensor): Tensor {
    return v.add(x.mul(this.arrays.r.mul(this.dt)));
  }
}

export const integratorKind = addYieldingLayer<IntegratorSettings>("Integrator", {
  layer: Integrator,
  schema,
  create: (options) => new Integrator(options),
  ...potentialRow<IntegratorSettings>(1),
  options: (layer) => (layer as Integrator).presentOptions(),
});
