/** The elements of a strided view, row-major. */

import { OutOfMemoryError } from "../../errors.js";
import { sizeOf } from "../../shapes.js";
import { bytesPerElement } from "./pickle-calls.js";
import type { TensorView } from "./pickle-values.js";

interface Axis {
  readonly length: number;
  readonly stride: number;
}

/** Elements as they stand in memory, whatever they mean. */
type Words = Uint8Array | Uint16Array | Uint32Array;

/**
 * A copy of the view's elements, row-major, as bytes.
 * @param aligned the bytes of its storage, so that they begin at a multiple of what an element takes; called if need be
 */
export function gather(view: TensorView, aligned: () => Uint8Array): ArrayBuffer {
  const { dtype, offset, shape } = view;
  const width = bytesPerElement(dtype);
  const elements = sizeOf(shape);
  const out = allocate(elements * width);
  if (elements === 0) return out.buffer;
  const axes = mergedAxes(view);
  const isRow = axes.length === 0 || (axes.length === 1 && axes[0].stride === 1);
  if (isRow) {
    out.set(view.storage.bytes.subarray(offset * width, (offset + elements) * width));
    return out.buffer;
  }
  // Elements of 8 bytes are moved as two words: a float64 that is moved as a number may lose the bits of a NaN.
  const perElement = width === 8 ? 2 : 1;
  const from = wordsOf(aligned(), Math.min(width, 4));
  const to = wordsOf(out, Math.min(width, 4));
  copy(from, offset * perElement, axes, 0, to, 0, perElement);
  return out.buffer;
}

function allocate(length: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(length);
  } catch (error) {
    throw new OutOfMemoryError(
      `readTorch: no memory for a tensor of ${length} bytes; expected less. Use a smaller file or a larger machine.`,
      { cause: error },
    );
  }
}

/** Without axes of length 1; neighbours that are one run of elements are one axis. */
function mergedAxes({ shape, strides }: TensorView): Axis[] {
  const axes: Axis[] = [];
  for (const [i, length] of shape.entries()) {
    if (length === 1) continue;
    const outer = axes.at(-1);
    const inner = { length, stride: strides[i] };
    if (outer !== undefined && outer.stride === inner.stride * inner.length) {
      axes[axes.length - 1] = { length: outer.length * inner.length, stride: inner.stride };
    } else {
      axes.push(inner);
    }
  }
  return axes;
}

function wordsOf(bytes: Uint8Array, width: number): Words {
  const { buffer, byteOffset } = bytes;
  const count = Math.floor(bytes.length / width);
  if (width === 1) return bytes;
  if (width === 2) return new Uint16Array(buffer, byteOffset, count);
  return new Uint32Array(buffer, byteOffset, count);
}

/** @returns where the next element goes */
function copy(
  from: Words,
  begin: number,
  axes: readonly Axis[],
  depth: number,
  to: Words,
  at: number,
  perElement: number,
): number {
  const { length, stride } = axes[depth];
  const step = stride * perElement;
  if (depth < axes.length - 1) {
    for (let i = 0; i < length; i++) at = copy(from, begin + i * step, axes, depth + 1, to, at, perElement);
    return at;
  }
  if (perElement === 1) {
    for (let i = 0, source = begin; i < length; i++, source += step) to[at++] = from[source];
    return at;
  }
  for (let i = 0, source = begin; i < length; i++, source += step) {
    to[at++] = from[source];
    to[at++] = from[source + 1];
  }
  return at;
}
