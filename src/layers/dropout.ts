/**
 * Dropout for spiking networks: the mask is drawn at the first time step after a reset and used for all, so that
 * the same neurons are missing for the whole of a sequence.
 */

import { checkBetween } from "../checks.js";
import { ShapeError } from "../errors.js";
import { Module } from "../module/module.js";
import { checkSameBackend } from "../tensor/same-backend.js";
import { defaultGenerator } from "../random/generator.js";
import { formatShape, sameShape } from "../shapes.js";
import { keep } from "../tensor/scope.js";
import { Tensor } from "../tensor/tensor.js";

export class Dropout extends Module {
  /** 0 or 1/(1 - p) per element of one time step; null after a reset. */
  #mask: Tensor | null = null;

  /** @param p share of elements that are dropped (default 0.5), 0 to below 1 */
  constructor(readonly p: number = 0.5) {
    super();
    checkBetween("Dropout: p", p, 0, 1);
    if (p === 1) throw new RangeError("Dropout: p is 1; expected less: nothing would be left.");
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
