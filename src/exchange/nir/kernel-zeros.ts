/**
 * Zeros that were written around a kernel, because NIR pads both sides of a map alike and the package nir takes kernels to be
 * square. Notes beside the node say where the kernel lies in them, so that what is read again adds in the same order.
 */

import { sizeOf } from "../../shapes.js";
import type { NirArray, NirMetadata } from "./nir-graph.js";

/** Of [H, W]; those of [S] are the last. */
const LENGTHS = ["atif_kernel_height", "atif_kernel_width"];
const STARTS = ["atif_kernel_top", "atif_kernel_left"];

/** @param from where the kernel begins on each axis of the one that is written */
export function notesOfKernel(
  kernel: readonly number[],
  large: readonly number[],
  from: readonly number[],
): [string, number][] {
  if (kernel.every((length, axis) => length === large[axis])) return [];
  const skipped = LENGTHS.length - kernel.length;
  return kernel.flatMap((length, axis): [string, number][] => [
    [LENGTHS[skipped + axis], length],
    [STARTS[skipped + axis], from[axis]],
  ]);
}

export interface KernelInZeros {
  /** [out, in / groups, ...kernel] */
  readonly weight: NirArray;
  /** Zeros before and behind it, on each axis. */
  readonly zeros: readonly (readonly [number, number])[];
}

/** The kernel that notes tell of; null if there are none, or they are not true: there is another number around it. */
export function kernelInZeros({ shape, values }: NirArray, metadata: NirMetadata): KernelInZeros | null {
  const [out, channels, ...large] = shape;
  const skipped = LENGTHS.length - large.length;
  const kernel = large.map((_, axis) => Number(metadata.get(LENGTHS[skipped + axis])));
  const from = large.map((_, axis) => Number(metadata.get(STARTS[skipped + axis])));
  const isInside = large.every((length, axis) => {
    const [own, start] = [kernel[axis], from[axis]];
    return (
      Number.isInteger(own) && Number.isInteger(start) && own >= 1 && start >= 0 && start + own <= length
    );
  });
  if (!isInside) return null;
  const [rows, columns] = large.length === 1 ? [1, large[0]] : large;
  const [height, width] = large.length === 1 ? [1, kernel[0]] : kernel;
  const [top, left] = large.length === 1 ? [0, from[0]] : from;
  const kept = new Float64Array(out * channels * sizeOf(kernel));
  for (let f = 0; f < out * channels; f++)
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++) {
        const value = values[(f * rows + y) * columns + x];
        const [row, column] = [y - top, x - left];
        const isOfKernel = row >= 0 && row < height && column >= 0 && column < width;
        if (isOfKernel) kept[(f * height + row) * width + column] = value;
        else if (value !== 0) return null;
      }
  return {
    weight: { shape: [out, channels, ...kernel], values: kept },
    zeros: large.map((length, axis) => [from[axis], length - from[axis] - kernel[axis]] as const),
  };
}
