/** What a layer of one's own keeps between time steps. */

import { StateError } from "../errors.js";
import { Module } from "../module/module.js";
import { Membrane } from "../neurons/membrane.js";
import type { Shape } from "../shapes.js";
import { Tensor } from "../tensor/tensor.js";

/**
 * A tensor that lives from step to step, through `scope` and the trainer; reset() of the layer or of the model forgets it,
 * detach() cuts it from the graph that made it. It is no part of the state dict. A layer registers it as a child:
 *
 *   this.total = this.registerChild("total", new LayerState());
 *   …
 *   this.total.value = this.total.before(x.shape).add(x);
 */
export class LayerState extends Module {
  readonly #held = new Membrane(0);
  #isEmpty = true;

  /** A handle to it; null before it is set, and after reset(). */
  get value(): Tensor | null {
    return this.#isEmpty ? null : this.#held.v;
  }

  /** With its history, so that gradients go back through time; the tensor given stays the caller's. */
  set value(value: Tensor | null) {
    this.reset();
    if (value === null) return;
    this.#held.v = value;
    this.#isEmpty = false;
  }

  /**
   * What the step before has left, or zeros.
   *
   * @param shape that is expected, of one time step: [N, ...]
   * @throws ShapeError for what another input has left: reset() was forgotten
   */
  before(shape: Shape): Tensor {
    const held = this.#isEmpty ? null : this.#held.v;
    if (held === null) return Tensor.full(shape, 0);
    this.#held.before("LayerState", shape, held.backend);
    return held;
  }

  override reset(): void {
    this.#held.reset();
    this.#isEmpty = true;
  }

  override detach(): void {
    this.#held.detach();
  }

  /** @throws StateError: it is no layer that is called */
  forward(): never {
    throw new StateError("LayerState: it holds a state and computes nothing; expected before() and value.");
  }
}
