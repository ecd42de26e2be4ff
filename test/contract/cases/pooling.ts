/** Cases of pooling. Padding is at most half a window, so that every window sees an input (pools.ts). */

import { referenceKernels } from "../../../src/kernels/reference/kernels.js";
import type { Generator } from "../../../src/random/generator.js";
import { Arrays } from "../arguments.js";
import type { Case, Row, Tolerance } from "../arguments.js";
import { allPools, outputSides, type PoolSizes } from "../pools.js";
import { mixed, normals, pick, spikes, wholes } from "../values.js";

function lengths(sizes: PoolSizes): { x: number; y: number } {
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
