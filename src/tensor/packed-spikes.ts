/**
 * Spikes as bits. A spiking layer's output is held as one bit per neuron and the value that a spike stands for (theta,
 * or 1); float32 elements are written out only if somebody asks for them. Kernels for packed spikes read the bits.
 *
 * Layout: rows of `channels` neurons, ceil(channels / 32) words a row; channel c is bit c % 32 of word c / 32, and the
 * bits behind the last channel are 0.
 */

import type { Backend } from "../kernels/backend.js";
import { sizeOf, type Shape } from "../shapes.js";
import { Storage, type Deferred } from "./storage.js";
import { Tensor } from "./tensor.js";

/**
 * Layers of fewer channels than fill a word keep their spikes dense: there is little to pack, and the rows of weights
 * that a spike selects are too few to pay for the selection.
 */
const LEAST_CHANNELS = 32;

/** Whether a spiking layer whose outputs have this shape, channels last, hands them on as bits. */
export function isPackable(shape: Shape): boolean {
  return shape.length > 0 && shape[shape.length - 1] >= LEAST_CHANNELS;
}

/** Words that hold a row of so many neurons. */
export function wordsPerRow(channels: number): number {
  return Math.ceil(channels / 32);
}

class PackedSpikes implements Deferred {
  readonly backend: Backend;

  constructor(
    readonly bits: Storage<Int32Array>,
    readonly scale: number,
    readonly rows: number,
    readonly channels: number,
  ) {
    this.backend = bits.backend;
  }

  fill(array: Float32Array): void {
    this.backend.kernels.unpackSpikes(array, this.bits.array, this.scale, this.rows, this.channels);
  }

  release(): void {
    this.bits.release();
  }
}

/** The spikes of a tensor, for kernels. */
export interface Spikes {
  /** [rows, ceil(channels / 32)] */
  readonly bits: Int32Array;
  /** What a spike stands for. */
  readonly scale: number;
  readonly rows: number;
  readonly channels: number;
}

/** Bits for a tensor of this shape, its last axis the channels; content is not initialised. @throws OutOfMemoryError */
export function emptyBits(shape: Shape, backend: Backend): Storage<Int32Array> {
  const channels = shape.at(-1) ?? 1;
  return Storage.int32(backend, (channels === 0 ? 0 : sizeOf(shape) / channels) * wordsPerRow(channels));
}

/** A tensor whose elements are bit * scale. Takes over one reference of the bits. */
export function spikeTensor(shape: Shape, bits: Storage<Int32Array>, scale: number): Tensor {
  const size = sizeOf(shape);
  const channels = shape.at(-1) ?? 1;
  const rows = channels === 0 ? 0 : size / channels;
  return new Tensor(Storage.deferred(bits.backend, size, new PackedSpikes(bits, scale, rows, channels)), [
    ...shape,
  ]);
}

/** Dense spikes y [..., channels], each 0 or `scale`, as a packed tensor. y itself is freed. */
export function packSpikes(y: Tensor, scale: number): Tensor {
  const bits = emptyBits(y.shape, y.backend);
  const channels = y.shape.at(-1) ?? 1;
  y.backend.kernels.packSpikes(bits.array, y.data, channels === 0 ? 0 : y.size / channels, channels);
  y.dispose();
  return spikeTensor(y.shape, bits, scale);
}

/**
 * The packed form of a tensor, of whole rows of its spiking layer: slices along leading axes and reshapes have it
 * too. Null if it has none.
 */
export function spikesOf(x: Tensor): Spikes | null {
  const { deferred } = x.storage;
  if (!(deferred instanceof PackedSpikes)) return null;
  const { channels, scale } = deferred;
  if (channels === 0 || x.offset % channels !== 0 || x.size % channels !== 0) return null;
  const words = wordsPerRow(channels);
  const [first, rows] = [x.offset / channels, x.size / channels];
  const bits = deferred.bits.array.subarray(first * words, (first + rows) * words);
  return { bits, scale, rows, channels };
}

/**
 * As spikesOf(), with rows as long as the last axis of x, so that a flattened map can be multiplied. Where rows do not
 * end on whole words the bits are packed again, into memory that `use` must not keep.
 */
export function withSpikeRows<R>(x: Tensor, use: (spikes: Spikes) => R): R | null {
  const spikes = spikesOf(x);
  const features = x.shape.at(-1) ?? 1;
  if (spikes === null || features === 0 || features % spikes.channels !== 0) return null;
  const { bits, scale, channels } = spikes;
  const rows = x.size / features;
  if (features === channels || channels % 32 === 0) return use({ bits, scale, rows, channels: features });
  const packed = Storage.int32(x.backend, rows * wordsPerRow(features));
  try {
    x.backend.kernels.repackSpikes(packed.array, bits, rows, features / channels, channels);
    return use({ bits: packed.array, scale, rows, channels: features });
  } finally {
    packed.release();
  }
}
