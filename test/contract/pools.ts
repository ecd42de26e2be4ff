/** Sizes of pooling. Padding is at most half a window, so that every window sees an input. */

import type { Generator } from "../../src/random/generator.js";

export type PoolSizes = readonly [
  N: number, H: number, W: number, C: number,
  KH: number, KW: number, SH: number, SW: number, PH: number, PW: number,
]; // prettier-ignore

const POOLS: readonly PoolSizes[] = [
  [2, 8, 8, 5, 2, 2, 2, 2, 0, 0],
  [2, 7, 9, 16, 2, 2, 2, 2, 0, 0],
  [1, 7, 7, 17, 3, 3, 2, 2, 1, 1],
  [2, 6, 5, 3, 3, 3, 1, 1, 1, 1],
  [1, 6, 6, 4, 2, 3, 1, 2, 1, 0],
  [1, 9, 9, 2, 2, 2, 4, 3, 0, 0],
  [3, 1, 21, 6, 1, 2, 1, 2, 0, 0],
  [2, 1, 20, 33, 1, 5, 1, 3, 0, 2],
  [2, 4, 4, 64, 4, 4, 4, 4, 0, 0],
  [1, 5, 5, 1, 5, 5, 1, 1, 2, 2],
  [4, 1, 1, 7, 1, 1, 1, 1, 0, 0],
  [4, 1, 1, 7, 2, 2, 2, 2, 1, 1],
  [2, 32, 33, 32, 2, 2, 2, 2, 0, 0],
  [0, 4, 4, 3, 2, 2, 2, 2, 0, 0],
  [2, 4, 4, 0, 2, 2, 2, 2, 0, 0],
  [2, 0, 0, 3, 2, 2, 2, 2, 0, 0],
  [2, 1, 5, 3, 2, 2, 2, 2, 0, 0],
  [2, 2, 5, 3, 4, 4, 3, 3, 0, 0],
];

function randomPool(random: Generator): PoolSizes {
  const [KH, KW] = [1 + random.integer(4), 1 + random.integer(4)];
  return [
    1 + random.integer(3),
    KH + random.integer(9),
    KW + random.integer(9),
    1 + random.integer(20),
    KH,
    KW,
    1 + random.integer(3),
    1 + random.integer(3),
    random.integer(Math.floor(KH / 2) + 1),
    random.integer(Math.floor(KW / 2) + 1),
  ];
}

export function allPools(random: Generator): PoolSizes[] {
  return [...POOLS, ...Array.from({ length: 20 }, () => randomPool(random))];
}

export function outputSides([, H, W, , KH, KW, SH, SW, PH, PW]: PoolSizes): [number, number] {
  const side = (size: number, window: number, stride: number, padding: number): number =>
    Math.max(0, Math.floor((size + 2 * padding - window) / stride) + 1);
  return [side(H, KH, SH, PH), side(W, KW, SW, PW)];
}
