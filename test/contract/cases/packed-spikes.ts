/** Cases of packed spikes and of their pooling. */

import type { Generator } from "../../../src/random/generator.js";
import { referenceKernels } from "../../../src/kernels/reference/kernels.js";
import { packedWords } from "../../../src/kernels/reference/packed-spikes.js";
import { Arrays } from "../arguments.js";
import type { Case, Row } from "../arguments.js";
import { allPools, outputSides, type PoolSizes } from "../pools.js";
import { mixed, normals, pick, spikes } from "../values.js";

/** Channels around a vector, half a word, one and two words. */
const CHANNELS = [1, 2, 3, 4, 5, 15, 16, 17, 31, 32, 33, 36, 63, 64, 65, 70, 96, 128];
const ROWS = [1, 2, 7];

const ROWS_AND_CHANNELS: readonly (readonly [rows: number, C: number])[] = [
  [0, 5],
  [5, 0],
  ...CHANNELS.flatMap((C) => ROWS.map((rows) => [rows, C] as const)),
  // beyond a chunk of work
  [40000, 1],
  [2100, 32],
  [1100, 70],
];

/** Of no spikes, all spikes, few and many. */
function bits(random: Generator, rows: number, C: number): Int32Array {
  const packed = new Int32Array(rows * packedWords(C));
  const rate = pick(random, [0, 1, 0.05, 0.3, 0.3, 0.6]);
  referenceKernels.packSpikes(packed, spikes(random, rows * C, rate), rows, C);
  return packed;
}

export const unpackSpikes: Row<"unpackSpikes"> = {
  tolerance: "bits",
  cases: (random) =>
    ROWS_AND_CHANNELS.flatMap(([rows, C]) =>
      [1, random.uniform(0.3, 1.5)].map((scale): Case<"unpackSpikes"> => {
        const arrays = new Arrays(random);
        return {
          label: `[${rows}, ${C}] scale=${scale}`,
          args: [arrays.output("y", rows * C), arrays.indices("bits", bits(random, rows, C)), scale, rows, C],
        };
      }),
    ),
};

export const packSpikes: Row<"packSpikes"> = {
  tolerance: "bits",
  cases: (random) =>
    ROWS_AND_CHANNELS.flatMap(([rows, C]) =>
      (["spikes", "special"] as const).map((kind): Case<"packSpikes"> => {
        const arrays = new Arrays(random);
        const n = rows * C;
        return {
          label: `[${rows}, ${C}] ${kind}`,
          args: [
            arrays.indexOutput("bits", rows * packedWords(C)),
            arrays.input("x", kind === "spikes" ? spikes(random, n, 0.3) : mixed(random, n)),
            rows,
            C,
          ],
        };
      }),
    ),
};

export const countSpikes: Row<"countSpikes"> = {
  tolerance: "bits",
  cases: (random) =>
    [0, 1, 2, 3, 4, 5, 31, 64, 1001, 70001].flatMap((words) =>
      (["random", "all", "none"] as const).map((kind): Case<"countSpikes"> => {
        const arrays = new Arrays(random);
        const word = { random: () => random.uint32(), all: () => -1, none: () => 0 }[kind];
        return {
          label: `${words} words, ${kind}`,
          args: [
            arrays.indexOutput("count", 1),
            arrays.indices("bits", new Int32Array(words).map(word)),
            words,
          ],
        };
      }),
    ),
};

export const repackSpikes: Row<"repackSpikes"> = {
  tolerance: "bits",
  cases: (random) =>
    [
      [0, 4, 3], [2, 0, 3], [2, 4, 0], [1, 1, 1], [2, 1, 33], [3, 49, 1], [2, 9, 3], [2, 5, 10], [3, 16, 8],
      [2, 7, 31], [2, 6, 32], [2, 6, 33], [1, 5, 64], [2, 4, 70], [1, 3000, 17], [700, 9, 12],
    ].map(([N, P, C]): Case<"repackSpikes"> => {
      const arrays = new Arrays(random);
      return {
        label: `[${N} * ${P}, ${C}]`,
        args: [
          arrays.indexOutput("out", N * packedWords(P * C)),
          arrays.indices("bits", bits(random, N * P, C)),
          N,
          P,
          C,
        ],
      };
    }), // prettier-ignore
};

/** The sizes of dense pooling, and the same with more channels. */
function packedPools(random: Generator): PoolSizes[] {
  return allPools(random).flatMap(([N, H, W, C, ...rest]): PoolSizes[] => [
    [N, H, W, C, ...rest],
    [N, H, W, C === 0 ? 0 : pick(random, CHANNELS), ...rest],
  ]);
}

export const packedMaxPool2dForward: Row<"packedMaxPool2dForward"> = {
  tolerance: "bits",
  cases: (random) =>
    packedPools(random).map((sizes): Case<"packedMaxPool2dForward"> => {
      const arrays = new Arrays(random);
      const [N, H, W, C] = sizes;
      const [OH, OW] = outputSides(sizes);
      return {
        label: sizes.join(" "),
        args: [
          arrays.indexOutput("out", N * OH * OW * packedWords(C)),
          arrays.indices("bits", bits(random, N * H * W, C)),
          ...sizes,
        ],
      };
    }),
};

export const packedMaxPool2dBackward: Row<"packedMaxPool2dBackward"> = {
  tolerance: "bits",
  cases: (random) =>
    packedPools(random).map((sizes): Case<"packedMaxPool2dBackward"> => {
      const arrays = new Arrays(random);
      const [N, H, W, C] = sizes;
      const [OH, OW] = outputSides(sizes);
      const n = N * OH * OW * C;
      return {
        label: sizes.join(" "),
        args: [
          arrays.output("dx", N * H * W * C),
          arrays.input("dy", pick(random, [normals, mixed])(random, n)),
          arrays.indices("bits", bits(random, N * H * W, C)),
          ...sizes,
        ],
      };
    }),
};
