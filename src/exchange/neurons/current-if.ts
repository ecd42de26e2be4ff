/**
 * IF of NIR: integrate and fire, u = v + dt r x. Firing and reset are in euler-node.ts.
 *
 * Of sinabs, besides: with multiSpike, as many spikes in a step as there are thresholds in the potential, n = floor(u / theta),
 * and minV, below which no potential falls: u = relu(u - minV) + minV.
 */

import { addNeuron } from "../../neurons/table.js";
import type { NeuronRow } from "../../neurons/neuron-row.js";
import type { Unrolled } from "../../neurons/unrolled.js";
import { optional, readOptions, withDefault, type Schema } from "../../schema/schema.js";
import { flag } from "../../schema/value-types.js";
import type { Tensor } from "../../tensor/tensor.js";
import { fireSeveral } from "../firing.js";
import { checkArrayShape, checkPositives } from "../neuron-arrays.js";
import {
  arrayValue,
  EulerNode,
  eulerNodeFields,
  firingArrays,
  type EulerNodeOptions,
  type EulerNodeSettings,
  type FiringArray,
} from "./euler-node.js";

type IFArray = "r" | FiringArray;

export interface CurrentIFOptions extends EulerNodeOptions<IFArray> {
  /** What the array r begins as, the resistance (default 1). */
  r?: number;
  /** Whether several spikes may come in one step (default false); needs reset 'subtract'. */
  multiSpike?: boolean;
  /** What no potential falls below; left out: there is no such bound. */
  minV?: number;
}

type CurrentIFSettings = EulerNodeSettings<IFArray> &
  Required<Omit<CurrentIFOptions, "minV">> &
  Pick<CurrentIFOptions, "minV">;

const schema: Schema<CurrentIFSettings> = {
  fields: {
    r: withDefault(arrayValue, 1, "What the resistances begin as."),
    ...eulerNodeFields<IFArray>(["r", ...firingArrays]),
    multiSpike: withDefault(flag, false, "Whether several spikes may come in one time step."),
    minV: optional(arrayValue, "What no potential falls below."),
  },
  check({ multiSpike, reset, vThreshold }, place) {
    if (!multiSpike) return;
    const expected =
      reset === "hard"
        ? 'reset "subtract": each of the spikes subtracts the threshold'
        : "a vThreshold above 0";
    if (reset === "hard" || vThreshold <= 0) place.at("multiSpike").fail(`is true; expected ${expected}.`);
  },
};

/** What the optimizer keeps a threshold at or above that a potential is divided by. */
const LEAST_THRESHOLD = 1e-6;

export class CurrentIF extends EulerNode<IFArray> {
  readonly #r: number;
  readonly #multiSpike: boolean;
  readonly #minV: number | undefined;

  /** @throws TypeError, RangeError */
  constructor(options: CurrentIFOptions = {}) {
    const { r, multiSpike, minV, ...settings } = readOptions("CurrentIF", options, schema);
    const threshold = multiSpike ? { check: checkPositives, parameter: { minimum: LEAST_THRESHOLD } } : {};
    super(settings, { r: { value: r } }, threshold);
    this.#r = r;
    this.#multiSpike = multiSpike;
    this.#minV = minV;
  }

  get multiSpike(): boolean {
    return this.#multiSpike;
  }

  /** What no potential falls below; undefined: anything. */
  get minV(): number | undefined {
    return this.#minV;
  }

  override presentOptions(): CurrentIFOptions {
    const minV = this.#minV === undefined ? {} : { minV: this.#minV };
    return { ...super.presentOptions(), r: this.#r, multiSpike: this.#multiSpike, ...minV };
  }

  override charged(x: Tensor, v: Tensor): Tensor {
    const u = v.add(x.mul(this.arrays.r.mul(this.dt)));
    return this.#minV === undefined ? u : u.sub(this.#minV).relu().add(this.#minV);
  }

  protected override fired(u: Tensor): Unrolled {
    if (!this.#multiSpike) return super.fired(u);
    const { v_threshold: theta } = this.arrays;
    const y = fireSeveral(this.surrogateFunction, u, theta, this.compare);
    return { y, v: u.sub((this.detachReset ? y.detach() : y).mul(theta)) };
  }
}

export const currentIfRow: NeuronRow<CurrentIFOptions, CurrentIF, CurrentIFSettings> = {
  summary: "integrate and fire of NIR, a threshold and a resistance for each neuron",
  classes: [CurrentIF],
  isDerived: true,
  schema,
  create: (options, stepMode) => new CurrentIF({ ...options, stepMode }),
  options: (neuron) => neuron.presentOptions(),
  forSample({ shape }, sample, where) {
    checkArrayShape(where, shape, sample);
    return {};
  },
};

declare module "../../neurons/table.js" {
  interface NeuronParams {
    CurrentIF: CurrentIFOptions;
  }
}

export const currentIfKind = addNeuron("CurrentIF", currentIfRow);
