/** The membrane potential between time steps: the only state of a neuron layer. */

import { withGrad } from "../autograd/grad-mode.js";
import { ShapeError } from "../errors.js";
import type { Backend } from "../kernels/backend.js";
import { checkSameBackend } from "../tensor/same-backend.js";
import { formatShape, sameShape, type Shape } from "../shapes.js";
import { keep } from "../tensor/scope.js";
import { Tensor } from "../tensor/tensor.js";

export class Membrane {
  /** Potential of a fresh layer. */
  rest: number;
  #v: Tensor | null = null;
  /** A fresh potential takes the shape of the next input. */
  #fresh = true;

  constructor(rest: number) {
    this.rest = rest;
  }

  /**
   * A handle to the potential: it stays valid when the layer moves on. Before the first step, a tensor of shape
   * [1] that holds the rest potential.
   */
  get v(): Tensor {
    return this.#v === null ? Tensor.full([1], this.rest) : handle(this.#v);
  }

  /** A tensor with one element stands for all neurons of the next input. The tensor given stays the caller's. */
  set v(v: Tensor) {
    checkSameBackend("v", v);
    this.replace(withGrad(true, () => handle(v)));
    this.#fresh = v.size === 1;
  }

  /** Stores the potential after a step. */
  replace(v: Tensor): void {
    if (this.#v !== v) this.#v?.dispose();
    this.#v = keep(v);
    this.#fresh = false;
  }

  reset(): void {
    this.#v?.dispose();
    this.#v = null;
    this.#fresh = true;
  }

  /** Cuts the potential from the graph that made it. */
  detach(): void {
    if (this.#v === null || !this.#v.requiresGrad) return;
    const fresh = this.#fresh;
    this.replace(this.#v.detach());
    this.#fresh = fresh;
  }

  /**
   * The potential that an input of this shape meets, or null if the layer is at rest at 0.
   *
   * @throws ShapeError if the layer holds the state of another batch or feature shape
   */
  before(where: string, shape: Shape, backend: Backend): Tensor | null {
    const v = this.#v;
    if (v === null) return this.rest === 0 ? null : Tensor.full(shape, this.rest, backend);
    if (sameShape(v.shape, shape)) return v;
    if (this.#fresh) return Tensor.full(shape, 0, backend).add(v.reshape([]));
    throw new ShapeError(
      `${where}: x is ${formatShape(shape)} per time step but the state v is ${formatShape(v.shape)}, from another input; ` +
        `expected the same shape. Call reset() on the layer or the model before a new batch.`,
    );
  }
}

/** The same elements and the same history, in a tensor that can be disposed of by itself. */
function handle(v: Tensor): Tensor {
  return v.reshape(v.shape);
}
