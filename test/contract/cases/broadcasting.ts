/** Cases of the kernels that read through a plan: same shapes, rows, columns, scalars, transposes, slices. */

import { broadcastStrides, sizeOf, stridesOf } from "../../../src/shapes.js";
import type { Shape } from "../../../src/shapes.js";
import type { Generator } from "../../../src/random/generator.js";
import { Arrays } from "../arguments.js";
import type { Case, Row } from "../arguments.js";
import { mixed, pick } from "../values.js";

interface Broadcast {
  readonly shape: Shape;
  readonly stridesA: readonly number[];
  readonly stridesB: readonly number[];
}

function broadcast(a: Shape, b: Shape, shape: Shape): Broadcast {
  return { shape, stridesA: broadcastStrides(a, shape), stridesB: broadcastStrides(b, shape) };
}

/** Any rank, sizes 1 to 6; strides of a permuted, a sliced or a repeated array. */
function randomLayout(random: Generator, rank: number): Broadcast {
  const shape = Array.from({ length: rank }, () => 1 + random.integer(rank > 5 ? 2 : 6));
  const strides = (): number[] => {
    const axes = random.shuffle(Array.from({ length: rank }, (_, axis) => axis));
    const own = new Array<number>(rank).fill(0);
    let stride = pick(random, [1, 1, 2]);
    for (const axis of axes) {
      if (random.uniform() < 0.3) continue; // repeated: stride 0
      own[axis] = stride;
      stride *= shape[axis] + random.integer(2);
    }
    return own;
  };
  return { shape, stridesA: strides(), stridesB: strides() };
}

function layouts(random: Generator): Broadcast[] {
  const dense = [0, 1, 2, 3, 7, 16, 33, 1023, 70001].map((n) => broadcast([n], [n], [n]));
  const fixed = [
    broadcast([1], [9], [9]),
    broadcast([37], [], [37]),
    broadcast([], [], [1]),
    broadcast([13, 10], [10], [13, 10]),
    broadcast([13, 10], [13, 1], [13, 10]),
    broadcast([13, 1], [1, 10], [13, 10]),
    broadcast([5, 6, 7], [6, 1], [5, 6, 7]),
    broadcast([4, 3, 5, 5, 16], [16], [4, 3, 5, 5, 16]),
    broadcast([4, 3, 5, 5, 16], [4, 1, 5, 1, 16], [4, 3, 5, 5, 16]),
    broadcast([1, 3, 1, 5, 1], [4, 1, 5, 1, 2], [4, 3, 5, 5, 2]),
    broadcast([900, 80], [80], [900, 80]),
    broadcast([80, 900], [80, 1], [80, 900]),
    broadcast([3, 0, 4], [4], [3, 0, 4]),
    broadcast([0, 4], [1], [0, 4]),
    // b transposed
    { shape: [5, 9], stridesA: [9, 1], stridesB: [1, 5] },
    { shape: [70, 130], stridesA: [130, 1], stridesB: [1, 70] },
    // every second column of a
    { shape: [6, 8], stridesA: [16, 2], stridesB: [8, 1] },
  ];
  const randomised = [1, 2, 3, 4, 5, 8].flatMap((rank) =>
    Array.from({ length: 6 }, () => randomLayout(random, rank)),
  );
  return [...dense, ...fixed, ...randomised];
}

/** Elements an array needs to be read with these strides. */
function extent({ shape }: Broadcast, strides: readonly number[]): number {
  if (sizeOf(shape) === 0) return 0;
  return 1 + shape.reduce((last, dimension, axis) => last + (dimension - 1) * strides[axis], 0);
}

function labelOf({ shape, stridesA, stridesB }: Broadcast): string {
  return `shape [${shape.join()}] strides [${stridesA.join()}] [${stridesB.join()}]`;
}

const binary: Row<"add" | "subtract" | "multiply" | "divide"> = {
  tolerance: "bits",
  cases: (random) =>
    layouts(random).map((layout): Case<"add" | "subtract" | "multiply" | "divide"> => {
      const arrays = new Arrays(random);
      const { shape, stridesA, stridesB } = layout;
      return {
        label: labelOf(layout),
        args: [
          arrays.output("y", sizeOf(shape)),
          arrays.input("a", mixed(random, extent(layout, stridesA))),
          arrays.input("b", mixed(random, extent(layout, stridesB))),
          arrays.indices("plan", [shape.length, ...shape, ...stridesA, ...stridesB]),
        ],
      };
    }),
};

export const add: Row<"add"> = binary;
export const subtract: Row<"subtract"> = binary;
export const multiply: Row<"multiply"> = binary;
export const divide: Row<"divide"> = binary;

export const copyStrided: Row<"copyStrided"> = {
  tolerance: "bits",
  cases: (random) => {
    const channelsFirst: Shape = [3, 5, 4, 6];
    const [n, c, h, w] = stridesOf(channelsFirst);
    const toChannelsLast = { shape: [3, 4, 6, 5], stridesA: [n, h, w, c], stridesB: [] };
    return [...layouts(random), toChannelsLast].map((layout): Case<"copyStrided"> => {
      const arrays = new Arrays(random);
      const { shape, stridesA } = layout;
      return {
        label: `shape [${shape.join()}] strides [${stridesA.join()}]`,
        args: [
          arrays.output("y", sizeOf(shape)),
          arrays.input("x", mixed(random, extent(layout, stridesA))),
          arrays.indices("plan", [shape.length, ...shape, ...stridesA]),
        ],
      };
    });
  },
};
