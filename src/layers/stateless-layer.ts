/** Layers without state between time steps: in step mode 'm' they see [T, N, ...] as one batch of T N. */

import { ShapeError } from "../errors.js";
import { Module } from "../module/module.js";
import { checkSameBackend } from "../tensor/same-backend.js";
import { formatShape } from "../shapes.js";
import type { Tensor } from "../tensor/tensor.js";

export abstract class StatelessLayer extends Module {
  /** y of a batch [N, ...]. */
  protected abstract apply(x: Tensor): Tensor;

  /**
   * y [N, ...] of an input [N, ...] that is the same at all T time steps: computed once, it is the output at each.
   */
  applyStill(x: Tensor, T: number): Tensor {
    void T;
    return this.apply(x);
  }

  /**
   * @param x [N, ...] in step mode 's', [T, N, ...] in 'm'
   * @throws ShapeError
   */
  forward(x: Tensor): Tensor {
    return this.overBatch(x, (batch) => this.apply(batch));
  }

  /** In step mode 'm', time steps and samples are one batch. */
  protected overBatch(x: Tensor, apply: (batch: Tensor) => Tensor): Tensor {
    checkSameBackend(this.constructor.name, x);
    if (this.stepMode === "s") return apply(x);
    if (x.rank < 2) {
      throw new ShapeError(
        `${this.constructor.name}: x is ${formatShape(x.shape)} in step mode 'm'; expected [T, N, ...].`,
      );
    }
    const [T, N, ...rest] = x.shape;
    const y = apply(x.reshape([T * N, ...rest]));
    return y.reshape([T, N, ...y.shape.slice(1)]);
  }
}
