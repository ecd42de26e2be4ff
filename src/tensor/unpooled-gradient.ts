/**
 * The gradient behind a max pooling of spikes, before it is spread over the map. A neuron's backward kernel spreads it
 * itself (packedAtifPoolBackward), so that the map is never made; for anybody else it is written out on demand.
 */

import { keep } from "./scope.js";
import { spikesOf } from "./packed-spikes.js";
import { Storage, type Deferred } from "./storage.js";
import { Tensor } from "./tensor.js";

/** The map [N, H, W, C] and the windows over it. */
export interface PoolGeometry {
  readonly N: number;
  readonly H: number;
  readonly W: number;
  readonly C: number;
  readonly KH: number;
  readonly KW: number;
  readonly SH: number;
  readonly SW: number;
  readonly PH: number;
  readonly PW: number;
}

export class UnpooledGradient implements Deferred {
  readonly #spikes: Tensor;

  /** Takes over both tensors. @param pooled dL/dy [N, OH, OW, C]; @param spikes what was pooled [N, H, W, C] */
  private constructor(
    readonly pooled: Tensor,
    spikes: Tensor,
    readonly geometry: PoolGeometry,
  ) {
    this.#spikes = spikes;
  }

  /** dL/dx [N, H, W, C] of y = maxPool2d(x) as a tensor that holds no elements yet. */
  static tensor(pooled: Tensor, spikes: Tensor, geometry: PoolGeometry): Tensor {
    const gradient = new UnpooledGradient(keep(pooled.alias()), keep(spikes.alias()), geometry);
    return new Tensor(Storage.deferred(pooled.backend, spikes.size, gradient), [...spikes.shape]);
  }

  /** The gradient that the whole of g is, if it is one. */
  static behind(g: Tensor): UnpooledGradient | null {
    const { deferred } = g.storage;
    return deferred instanceof UnpooledGradient && g.size === g.storage.length ? deferred : null;
  }

  /**
   * Whether packedAtifPoolBackward takes it behind a neuron that ran T steps: windows inside the maps of the steps, within
   * the limits of the kernel. A reshape between the neuron and the pooling may have put two steps into one map.
   */
  isPartition(T: number): boolean {
    const { N, KH, KW, SH, SW, PH, PW } = this.geometry;
    const { limits } = this.pooled.backend;
    return PH === 0 && PW === 0 && N % T === 0 && limits.packedAtifPoolBackwardFits(T, KH, KW, SH, SW);
  }

  fill(array: Float32Array): void {
    const { N, H, W, C, KH, KW, SH, SW, PH, PW } = this.geometry;
    const spikes = spikesOf(this.#spikes);
    if (spikes === null) throw new Error("UnpooledGradient: spikes that were pooled as bits have no bits.");
    const { kernels } = this.pooled.backend;
    kernels.packedMaxPool2dBackward(array, this.pooled.data, spikes.bits, N, H, W, C, KH, KW, SH, SW, PH, PW);
  }

  release(): void {
    this.pooled.dispose();
    this.#spikes.dispose();
  }
}
