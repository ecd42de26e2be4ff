/**
 * Dropout for spiking networks: the mask is drawn at the first time step after a reset and used for all, so that
 * the same neurons are missing for the whole of a sequence.
 */

import { ShapeError } from "../errors.js";
import { Module } from "../module/module.js";
import { checkSameBackend } from "../tensor/same-backend.js";
import { defaultGenerator } from "../random/generator.js";
import { ArgumentPlace } from "../schema/place.js";
import { readOptions, withDefault, type Schema } from "../schema/schema.js";
import { real, type ValueType } from "../schema/value-types.js";
import { formatShape, sameShape } from "../shapes.js";
import { keep } from "../tensor/scope.js";
import { Tensor } from "../tensor/tensor.js";
import type { FullLayerRow } from "./layer-row.js";

/** All of it, by name. */
export interface DropoutSpec {
  /** Share of the neurons that are dropped in training. */
  readonly p: number;
}

const upToOne = real({ from: 0, to: 1 });

const share: ValueType<number> = {
  ...upToOne,
  expects: "a number of at least 0 and below 1",
  read(value, place) {
    const p = upToOne.read(value, place);
    return p < 1 ? p : place.fail("is 1; expected less: nothing would be left.");
  },
};

const schema: Schema<DropoutSpec> = {
  fields: { p: withDefault(share, 0.5) },
};

export class Dropout extends Module {
  /** 0 or 1/(1 - p) per element of one time step; null after a reset. */
  #mask: Tensor | null = null;

  #p: number;

  /** @param p share of elements that are dropped (default 0.5), 0 to below 1. @throws TypeError, RangeError */
  constructor(p?: number) {
    super();
    this.#p = readOptions("Dropout", { p }, schema).p;
  }

  /** Share of elements that are dropped; a new one counts from the next reset on. */
  get p(): number {
    return this.#p;
  }

  /** @throws TypeError, RangeError unless 0 to below 1 */
  set p(p: number) {
    this.#p = share.read(p, new ArgumentPlace("Dropout").at("p"));
  }

  /** @throws ShapeError if the mask is of another batch: call reset() */
  forward(x: Tensor): Tensor {
    checkSameBackend("Dropout", x);
    if (!this.training || this.p === 0) return x;
    if (this.stepMode === "m" && x.rank === 0)
      throw new ShapeError("Dropout: x is [] in step mode 'm'; expected [T, N, ...].");
    const shape = this.stepMode === "m" ? x.shape.slice(1) : x.shape;
    this.#mask ??= this.#draw(shape, x);
    if (!sameShape(this.#mask.shape, shape)) {
      throw new ShapeError(
        `Dropout: x is ${formatShape(shape)} per time step but the mask is ${formatShape(this.#mask.shape)}, from another input; ` +
          `call reset() on the layer or the model before a new batch.`,
      );
    }
    return x.mul(this.#mask);
  }

  /** y [N, ...] of an input [N, ...] that is the same at all time steps: the mask is, too. */
  applyStill(x: Tensor): Tensor {
    if (!this.training || this.p === 0) return x;
    this.#mask ??= this.#draw(x.shape, x);
    return x.mul(this.#mask);
  }

  override reset(): void {
    this.#mask?.dispose();
    this.#mask = null;
  }

  #draw(shape: readonly number[], like: Tensor): Tensor {
    const mask = keep(Tensor.empty(shape, like.backend));
    const generator = defaultGenerator();
    const kept = 1 / (1 - this.p);
    for (let i = 0; i < mask.size; i++) mask.data[i] = generator.uniform() < this.p ? 0 : kept;
    return mask;
  }
}

export const dropoutRow: FullLayerRow<DropoutSpec> = {
  layer: Dropout,
  schema,
  inputs: 1,
  scaling: "passes",
  create: ({ p }) => new Dropout(p),
  outputShape: (_options, [input]) => input,
  weights: () => 0,
  // In evaluation it is not there.
  operations: () => ({ macs: 0, adds: 0 }),
  options: (layer) => ({ p: (layer as Dropout).p }),
};
