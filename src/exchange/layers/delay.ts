/**
 * Delay of NIR: y[t] = x[t - d], 0 before the first step, with d whole time steps, one number or one for each neuron. It keeps
 * the inputs of as many steps as the longest delay has.
 */

import { noGrad, withGrad } from "../../autograd/grad-mode.js";
import { ShapeError } from "../../errors.js";
import { addYieldingLayer } from "../../layers/table.js";
import { Module } from "../../module/module.js";
import { at, stack } from "../../ops/slice.js";
import { readOptions, withDefault, type Schema } from "../../schema/schema.js";
import { whole } from "../../schema/value-types.js";
import { formatShape, sameShape } from "../../shapes.js";
import { checkSameBackend } from "../../tensor/same-backend.js";
import { keep } from "../../tensor/scope.js";
import { Tensor } from "../../tensor/tensor.js";
import { checkArrayShape, holdArrays, shapeField, type ArrayOptions } from "../neuron-arrays.js";
import { potentialRow } from "./potential-layer.js";

export interface DelayOptions extends Pick<ArrayOptions<never>, "shape"> {
  /** What the array delay begins as, in time steps (default 1), 0 to 65536. */
  delay?: number;
}

type DelaySettings = Required<DelayOptions>;

const MOST = 1 << 16;

const schema: Schema<DelaySettings> = {
  fields: { delay: withDefault(whole(0, MOST), 1), shape: shapeField },
};

export class Delay extends Module {
  readonly #settings: DelaySettings;
  readonly #delay: Tensor;
  /** Inputs of the steps before, the newest last. */
  #past: Tensor[] = [];

  /** @throws TypeError, RangeError */
  constructor(options: DelayOptions = {}) {
    super();
    this.#settings = readOptions("Delay", options, schema);
    const { delay: value, shape } = this.#settings;
    const { delay } = holdArrays(
      {
        parameter: (name, parameter, slot) => this.registerParameter(name, parameter, slot),
        buffer: (name, buffer, slot) => this.registerBuffer(name, buffer, slot),
      },
      { delay: { value, shape, isLearned: false, check: checkDelays } },
    );
    this.#delay = delay;
  }

  /** In time steps, of the shape `shape`. */
  get delay(): Tensor {
    return this.#delay;
  }

  /** The options that make it again; the delays are in its state dict. */
  presentOptions(): DelaySettings {
    const { delay, shape } = this.#settings;
    return { delay, shape: [...shape] };
  }

  override reset(): void {
    for (const each of this.#past) each.dispose();
    this.#past = [];
  }

  override detach(): void {
    const detached = this.#past.map((each) => keep(each.detach()));
    this.reset();
    this.#past = detached;
  }

  /**
   * @param x [N, ...] in step mode 's', [T, N, ...] in 'm'
   * @throws ShapeError if the delays or the state are of another shape
   */
  forward(x: Tensor): Tensor {
    checkSameBackend("Delay", x);
    if (this.stepMode === "s") return this.#next(x);
    if (x.rank < 2 || x.shape[0] === 0) {
      throw new ShapeError(
        `Delay: x is ${formatShape(x.shape)} in step mode 'm'; expected [T, N, ...] with T of at least 1.`,
      );
    }
    return stack(Array.from({ length: x.shape[0] }, (_, t) => this.#next(at(x, t))));
  }

  #next(x: Tensor): Tensor {
    checkArrayShape("Delay", this.#delay.shape, x.shape.slice(1));
    const newest = this.#past.at(-1);
    if (newest !== undefined && !sameShape(newest.shape, x.shape)) {
      throw new ShapeError(
        `Delay: x is ${formatShape(x.shape)} per time step but the inputs before were ${formatShape(newest.shape)}; ` +
          `expected the same shape. Call reset() on the layer or the model before a new batch.`,
      );
    }
    const { data } = this.#delay;
    const delays = [...new Set(data)];
    this.#past.push(keep(withGrad(true, () => x.reshape(x.shape))));
    const terms = delays.map((steps) => this.#masked(this.#before(steps, x), steps, delays.length));
    const longest = delays.reduce((most, steps) => Math.max(most, steps), 0);
    while (this.#past.length > longest) this.#past.shift()?.dispose();
    return terms.slice(1).reduce((sum, term) => sum.add(term), terms[0]);
  }

  /** x of so many steps before. */
  #before(steps: number, x: Tensor): Tensor {
    const past = this.#past.at(-1 - steps);
    return past === undefined ? Tensor.full(x.shape, 0, x.backend) : past.reshape(x.shape);
  }

  /** 0 where the delay is another. */
  #masked(x: Tensor, steps: number, delays: number): Tensor {
    if (delays === 1) return x;
    const mask = noGrad(() => Tensor.empty(this.#delay.shape, x.backend));
    mask.data.set(this.#delay.data.map((each) => (each === steps ? 1 : 0)));
    return x.mul(mask);
  }
}

function checkDelays(name: string, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isInteger(values[i]) && values[i] >= 0 && values[i] <= MOST) continue;
    throw new RangeError(
      `${name} holds ${values[i]} at element ${i}; expected whole time steps from 0 to ${MOST}.`,
    );
  }
}

export const delayKind = addYieldingLayer<DelaySettings>("Delay", {
  layer: Delay,
  schema,
  scaling: "passes",
  create: (options) => new Delay(options),
  ...potentialRow<DelaySettings>(0),
  options: (layer) => (layer as Delay).presentOptions(),
});
