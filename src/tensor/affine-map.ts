/**
 * y = x * scale + shift per channel, before anybody asked for y: what a batch normalisation gives. A neuron's kernels
 * read x and apply it themselves, so that y is never made; for anybody else it is written out on demand, with the same
 * rounding.
 */

import { keep } from "./scope.js";
import { Storage, type Deferred } from "./storage.js";
import { Tensor } from "./tensor.js";

/** y = x * scale + shift per channel [C] */
export interface ChannelAffine {
  readonly scale: Tensor;
  readonly shift: Tensor;
}

export class AffineMap implements Deferred {
  /** Takes over the tensors. @param x [..., C] */
  private constructor(
    readonly x: Tensor,
    readonly affine: ChannelAffine,
  ) {}

  /** x * scale + shift as a tensor that holds no elements yet. It keeps what it is made of. */
  static tensor(x: Tensor, { scale, shift }: ChannelAffine): Tensor {
    const kept = { scale: keep(scale.alias()), shift: keep(shift.alias()) };
    const map = new AffineMap(keep(x.alias()), kept);
    return new Tensor(Storage.deferred(x.backend, x.size, map), [...x.shape]);
  }

  /** What the whole of y is, if it is one and nobody has asked for its elements. */
  static behind(y: Tensor): AffineMap | null {
    const { deferred, writtenOut, length } = y.storage;
    return deferred instanceof AffineMap && !writtenOut && y.size === length ? deferred : null;
  }

  fill(array: Float32Array): void {
    const { x, affine } = this;
    const C = affine.scale.size;
    const { kernels, heap } = x.backend;
    // With mean 0, variance 1 and eps 0 the kernel's scale and shift are gamma and beta, unchanged.
    const [mean, variance] = [heap.float32(C).fill(0), heap.float32(C).fill(1)];
    const { scale, shift } = affine;
    kernels.batchNormForward(array, x.data, mean, variance, scale.data, shift.data, x.size / C, C, 0);
    heap.free(mean);
    heap.free(variance);
  }

  release(): void {
    for (const each of [this.x, this.affine.scale, this.affine.shift]) each.dispose();
  }
}
