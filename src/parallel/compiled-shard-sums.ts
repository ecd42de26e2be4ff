/** The sums of shard-sums.ts as a small module of its own over the memory in which a backend has its arrays. */

import { addressOf, apartKernels } from "../kernels/apart.js";
import type { Backend, Heap } from "../kernels/backend.js";
import { shardSumsBase64 } from "./shard-sums-binary.js";
import { MOST_TERMS, plainShardSums, type ShardSums } from "./shard-sums.js";

/** kernels/apart/shard_sums.c */
interface Compiled {
  largestBits(x: number, n: number): number;
  sumRounded(out: number, x: number, rows: number, n: number, c: number): void;
  sumToFloat32(y: number, x: number, rows: number, n: number, c: number): void;
  toFloat32(y: number, x: number, n: number): void;
}

const compiled = apartKernels<Compiled>(shardSumsBase64);
const made = new WeakMap<Backend, ShardSums>();

/** Made once for each backend. Arrays must lie in its heap. @throws OutOfMemoryError */
export function shardSumsOf(backend: Backend): ShardSums {
  let sums = made.get(backend);
  if (sums === undefined) {
    const functions = compiled(backend);
    sums = functions === null ? plainShardSums : compiledOver(functions, backend.heap);
    made.set(backend, sums);
  }
  return sums;
}

function compiledOver({ largestBits, sumRounded, sumToFloat32, toFloat32 }: Compiled, heap: Heap): ShardSums {
  // For as long as there is the backend.
  const rows = heap.int32(MOST_TERMS);
  return {
    sumToFloat32(y, arrays, c) {
      arrays.forEach((array, r) => (rows[r] = addressOf(array)));
      sumToFloat32(addressOf(y), rows.byteOffset, arrays.length, y.length, c);
    },
    largestBits: (x) => largestBits(addressOf(x), x.length),
    sumRounded(out, arrays, c) {
      arrays.forEach((array, r) => (rows[r] = addressOf(array)));
      sumRounded(addressOf(out), rows.byteOffset, arrays.length, out.length, c);
    },
    toFloat32: (y, x) => toFloat32(addressOf(y), addressOf(x), y.length),
  };
}
