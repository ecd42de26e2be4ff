/** What the layers of NIR share that integrate and never fire: their output is their potential, which starts at 0. */

import { ShapeError } from "../../errors.js";
import type { LayerRow } from "../../layers/layer-row.js";
import { Module } from "../../module/module.js";
import { Membrane } from "../../neurons/membrane.js";
import { at, stack } from "../../ops/slice.js";
import { withDefault, type Fields } from "../../schema/schema.js";
import { formatShape, sizeOf, type Shape } from "../../shapes.js";
import { checkSameBackend } from "../../tensor/same-backend.js";
import { Tensor } from "../../tensor/tensor.js";
import {
  checkArrayShape,
  holdArrays,
  learnField,
  shapeField,
  type ArrayOptions,
  type ArraySettings,
  type NumberArray,
} from "../neuron-arrays.js";
import { positiveValue, type OwnArray } from "../neurons/euler-node.js";

/** @typeParam K names of the arrays */
export interface PotentialOptions<K extends string> extends ArrayOptions<K> {
  /** Length of a time step, in the unit of the time constants (default 1), > 0. */
  dt?: number;
}

export type PotentialSettings<K extends string> = ArraySettings<K> & { readonly dt: number };

export function potentialFields<K extends string>(names: readonly K[]): Fields<PotentialSettings<K>> {
  return {
    dt: withDefault(positiveValue, 1, "Length of a time step, in the unit of the time constants."),
    shape: shapeField,
    learn: learnField(names),
  };
}

export abstract class PotentialLayer<K extends string> extends Module {
  readonly #settings: PotentialSettings<K>;
  readonly #arrays: Readonly<Record<K, Tensor>>;
  readonly #membrane = new Membrane(0);

  /** @param settings as the schema of the class has read them */
  protected constructor(settings: PotentialSettings<K>, own: Readonly<Record<K, OwnArray>>) {
    super();
    this.#settings = settings;
    const { shape, learn } = settings;
    const arrays = Object.entries<OwnArray>(own).map(([name, array]): [string, NumberArray] => {
      return [name, { ...array, shape, isLearned: (learn as readonly string[]).includes(name) }];
    });
    this.#arrays = holdArrays(
      {
        parameter: (name, parameter, options) => this.registerParameter(name, parameter, options),
        buffer: (name, buffer, options) => this.registerBuffer(name, buffer, options),
      },
      Object.fromEntries(arrays) as Record<K, NumberArray>,
    );
  }

  /** The arrays by their names in the state dict, each of the shape `shape`. */
  get arrays(): Readonly<Record<K, Tensor>> {
    return this.#arrays;
  }

  /** Length of a time step, in the unit of the time constants. */
  get dt(): number {
    return this.#settings.dt;
  }

  /** The potential [N, ...] after the last step; before the first, [1]. A new handle at every call. */
  get v(): Tensor {
    return this.#membrane.v;
  }

  /** A tensor with one element stands for all neurons of the next input. */
  set v(v: Tensor) {
    this.#membrane.v = v;
  }

  /** The options that make it again; the arrays are in its state dict. */
  presentOptions(): PotentialSettings<K> {
    const { dt, shape, learn } = this.#settings;
    return { dt, shape: [...shape], learn: [...learn] };
  }

  override reset(): void {
    this.#membrane.reset();
  }

  override detach(): void {
    this.#membrane.detach();
  }

  /** The potential after a time step. */
  protected abstract step(x: Tensor, v: Tensor): Tensor;

  /**
   * @param x [N, ...] in step mode 's', [T, N, ...] in 'm'
   * @returns the potential after each step, of x's shape
   * @throws ShapeError if the arrays or the state are of another shape
   */
  forward(x: Tensor): Tensor {
    const where = this.constructor.name;
    checkSameBackend(where, x);
    if (this.stepMode === "s") return this.#next(x);
    if (x.rank < 2 || x.shape[0] === 0) {
      throw new ShapeError(
        `${where}: x is ${formatShape(x.shape)} in step mode 'm'; expected [T, N, ...] with T of at least 1.`,
      );
    }
    return stack(Array.from({ length: x.shape[0] }, (_, t) => this.#next(at(x, t))));
  }

  #next(x: Tensor): Tensor {
    const where = this.constructor.name;
    checkArrayShape(where, this.#settings.shape, x.shape.slice(1));
    const before = this.#membrane.before(where, x.shape, x.backend);
    const v = this.step(x, before ?? Tensor.full(x.shape, 0, x.backend));
    // A handle of its own: what is given out is the caller's.
    this.#membrane.v = v;
    return v;
  }
}

/** What the rows of these layers share. @param adds additions for each neuron, in a time step */
export function potentialRow<O extends { readonly shape: Shape }>(
  adds: number,
): Pick<LayerRow<O>, "outputShape" | "weights" | "operations"> {
  return {
    outputShape({ shape }, [input], where) {
      checkArrayShape(where, shape, input);
      return input;
    },
    weights: () => 0,
    operations: (_options, _inputs, output) => ({ macs: 0, adds: adds * sizeOf(output) }),
  };
}
