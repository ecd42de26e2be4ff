/**
 * Buffers of all modules (running statistics) over the shards of a step. Each shard is shown to the model with the buffers as they
 * were before the step, and normalises by its own statistics; after it
 *
 *   new = old + sum over shards of (buffer after the shard - old) (samples of the shard / samples of the batch)
 *
 * the terms in float32 and their sum as that of gradients, so that it does not depend on who showed which shard. What no shard has
 * changed keeps its bits.
 */

import type { SpikingModel } from "../models/spiking-model.js";
import type { Tensor } from "../tensor/tensor.js";

interface HeldBuffer {
  readonly name: string;
  readonly tensor: Tensor;
  readonly before: Float32Array;
}

export class HeldBuffers {
  readonly all: readonly HeldBuffer[];

  constructor(model: SpikingModel) {
    this.all = model.namedBuffers().map(([name, tensor]) => ({ name, tensor, before: tensor.toArray() }));
  }

  /** The term of a shard that has just been shown, into `out`. @returns false if the shard left the buffer as it was */
  change(i: number, share: number, out: Float32Array): boolean {
    const { tensor, before } = this.all[i];
    const { data } = tensor;
    let isChanged = false;
    for (let j = 0; j < data.length; j++) {
      out[j] = (data[j] - before[j]) * share;
      isChanged ||= data[j] !== before[j];
    }
    return isChanged;
  }

  add(i: number, sum: Float64Array): void {
    const { tensor, before } = this.all[i];
    const { data, storage } = tensor;
    for (let j = 0; j < data.length; j++) data[j] = before[j] + sum[j];
    storage.version++;
  }

  restore(): void {
    for (const { tensor, before } of this.all) {
      tensor.data.set(before);
      tensor.storage.version++;
    }
  }
}
