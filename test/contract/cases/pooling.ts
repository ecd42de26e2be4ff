/** Cases of pooling. Padding is at most half a window, so that every window sees an input. */

import { referenceKernels } from "../../../src/kernels/reference/kernels.js";
import type { Generator } from "../../../src/random/generator.js";
import { Arrays } from "../arguments.js";
import type { Case, Row, Tolerance } from "../arguments.js";
import { mixed, normals, pick, spikes, wholes } from "../values.js";

type Sizes = readonly [
  N: number, H: number, W: number, C: number,
  KH: number, KW: number, SH: number, SW: number, PH: number, PW: number,
]; // prettier-ignore

const POOLS: readonly Sizes[] = [
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

function randomPool(random: Generator): Sizes {
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

function allPools(random: Generator): Sizes[] {
  return [...POOLS, ...Array.from({ length: 20 }, () => randomPool(random))];
}

function outputSides([, H, W, , KH, KW, SH, SW, PH, PW]: Sizes): [number, number] {
  const side = (size: number, window: number, stride: number, padding: number): number =>
    Math.max(0, Math.floor((size + 2 * padding - window) / stride) + 1);
  return [side(H, KH, SH, PH), side(W, KW, SW, PW)];
}

function lengths(sizes: Sizes): { x: number; y: number } {
  const [N, H, W, C] = sizes;
  const [OH, OW] = outputSides(sizes);
  return { x: N * H * W * C, y: N * OH * OW * C };
}

/** Numbers with ties, spikes, all negative (so that padding would win), and special values. */
function inputs(random: Generator, n: number): Float32Array {
  return pick(random, [
    () => normals(random, n),
    () => wholes(random, n, 2),
    () => spikes(random, n),
    () => normals(random, n, 1, -9),
    () => mixed(random, n),
    () => new Float32Array(n).fill(-Infinity),
  ])();
}

export const maxPool2dForward: Row<"maxPool2dForward"> = {
  tolerance: "bits",
  cases: (random) =>
    allPools(random).flatMap((sizes) =>
      [1, 2].map((): Case<"maxPool2dForward"> => {
        const arrays = new Arrays(random);
        const { x, y } = lengths(sizes);
        return {
          label: sizes.join(" "),
          args: [
            arrays.output("y", y),
            arrays.indexOutput("index", y),
            arrays.input("x", inputs(random, x)),
            ...sizes,
          ],
        };
      }),
    ),
};

const OVERLAP: Tolerance = { relative: 1e-6, because: "the sums over overlapping windows are reordered" };

export const maxPool2dBackward: Row<"maxPool2dBackward"> = {
  tolerance: OVERLAP,
  cases: (random) =>
    allPools(random).map((sizes): Case<"maxPool2dBackward"> => {
      const arrays = new Arrays(random);
      const { x, y } = lengths(sizes);
      const [OH, OW] = outputSides(sizes);
      const [N, H, W, C] = sizes;
      const index = new Int32Array(y);
      referenceKernels.maxPool2dForward(new Float32Array(y), index, wholes(random, x, 2), ...sizes);
      return {
        label: sizes.join(" "),
        args: [
          arrays.output("dx", x, 1),
          arrays.input("dy", normals(random, y)),
          arrays.indices("index", index),
          N,
          H,
          W,
          C,
          OH,
          OW,
        ],
      };
    }),
};

export const avgPool2dForward: Row<"avgPool2dForward"> = {
  tolerance: { relative: 1e-6, because: "the sum over a window is reordered" },
  cases: (random) =>
    allPools(random).map((sizes): Case<"avgPool2dForward"> => {
      const arrays = new Arrays(random);
      const { x, y } = lengths(sizes);
      return {
        label: sizes.join(" "),
        args: [arrays.output("y", y, 1), arrays.input("x", normals(random, x)), ...sizes],
      };
    }),
};

export const avgPool2dBackward: Row<"avgPool2dBackward"> = {
  tolerance: OVERLAP,
  cases: (random) =>
    allPools(random).map((sizes): Case<"avgPool2dBackward"> => {
      const arrays = new Arrays(random);
      const { x, y } = lengths(sizes);
      return {
        label: sizes.join(" "),
        args: [arrays.output("dx", x, 1), arrays.input("dy", normals(random, y)), ...sizes],
      };
    }),
};
