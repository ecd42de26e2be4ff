/** Cases of the matrix product and of convolution. */

import type { Generator } from "../../../src/random/generator.js";
import { Arrays } from "../arguments.js";
import type { Case, Row, Tolerance } from "../arguments.js";
import { normals, pick, spikes } from "../values.js";

const REORDERED: Tolerance = { relative: 1e-5, because: "sums of products are reordered" };

/** Dense numbers, or the zeros and ones that spiking layers send. */
function activations(random: Generator, n: number): Float32Array {
  return random.uniform() < 0.3 ? spikes(random, n) : normals(random, n);
}

const GEMM_SIZES = [
  [0, 3, 4], [3, 0, 4], [3, 4, 0], [0, 0, 0], [1, 1, 1], [1, 1, 777], [1, 10, 3], [10, 1, 3], [2, 3, 4],
  [4, 8, 16], [5, 7, 9], [8, 8, 1], [13, 17, 31], [16, 16, 16], [33, 65, 5], [64, 10, 64], [1, 200, 60],
  [200, 1, 60], [7, 3, 600], [3, 530, 11], [270, 5, 7], [67, 70, 71], [130, 66, 258],
  [5, 7, 5000], [20, 24, 2100], [9, 44, 12],
]; // prettier-ignore

/** Beyond what is packed at once (kernels/c/product.c, gemm.c): not in every order of transposes. */
const LARGE_GEMM_SIZES = [
  [4, 3000, 260], [4, 4200, 9], [4, 4200, 0], [2, 600, 40], [1, 1000, 65], [3, 300, 300],
]; // prettier-ignore

export const gemm: Row<"gemm"> = {
  tolerance: REORDERED,
  cases: (random) =>
    [...GEMM_SIZES, ...LARGE_GEMM_SIZES].flatMap(([m, n, k], i) =>
      (i < GEMM_SIZES.length ? [0, 1, 2, 3, 4, 5, 6, 7] : [i % 2 ? 2 : 0, i % 2 ? 5 : 7]).map(
        (flags): Case<"gemm"> => {
          const [transposeA, transposeB, accumulate] = [(flags & 1) > 0, (flags & 2) > 0, (flags & 4) > 0];
          const arrays = new Arrays(random);
          const letters = `${transposeA ? "T" : "N"}${transposeB ? "T" : "N"}`;
          const a = activations(random, m * k);
          // one NaN in a: its row of c, and no other, is NaN
          if (flags === 0 && k > 1 && m > 1) a[random.integer(a.length)] = NaN;
          return {
            label: `${m} x ${n} x ${k} ${letters}${accumulate ? ", added" : ""}`,
            args: [
              accumulate
                ? arrays.inPlace("c", normals(random, m * n))
                : arrays.output("c", m * n, Math.sqrt(k)),
              arrays.input("a", a),
              arrays.input("b", normals(random, k * n)),
              m,
              n,
              k,
              transposeA,
              transposeB,
              accumulate,
            ],
          };
        },
      ),
    ),
};

interface Convolution {
  readonly label: string;
  /** In the order of the kernels' arguments. */
  readonly sizes: readonly [
    N: number, H: number, W: number, Cin: number, Cout: number,
    KH: number, KW: number, SH: number, SW: number, PH: number, PW: number, groups: number,
  ]; // prettier-ignore
}

function outputSide(size: number, window: number, stride: number, padding: number): number {
  return Math.max(0, Math.floor((size + 2 * padding - window) / stride) + 1);
}

const CONVOLUTIONS: readonly Convolution[] = [
  { label: "1x1", sizes: [2, 5, 4, 3, 7, 1, 1, 1, 1, 0, 0, 1] },
  { label: "1x1, stride 2", sizes: [2, 5, 4, 8, 8, 1, 1, 2, 2, 0, 0, 1] },
  { label: "1x1, 2176 pixels", sizes: [8, 16, 17, 5, 16, 1, 1, 1, 1, 0, 0, 1] },
  { label: "3x3, 2304 pixels", sizes: [9, 16, 16, 3, 8, 3, 3, 1, 1, 1, 1, 1] },
  { label: "3x3, two groups, 2304 pixels", sizes: [9, 16, 16, 4, 6, 3, 3, 1, 1, 1, 1, 2] },
  { label: "3x3 depthwise, 2304 pixels", sizes: [9, 16, 16, 17, 17, 3, 3, 1, 1, 1, 1, 17] },
  { label: "3x3", sizes: [2, 7, 6, 4, 5, 3, 3, 1, 1, 1, 1, 1] },
  { label: "3x3, first layer", sizes: [3, 8, 8, 1, 8, 3, 3, 1, 1, 1, 1, 1] },
  { label: "3x3, 16 to 24 channels", sizes: [2, 9, 9, 16, 24, 3, 3, 1, 1, 1, 1, 1] },
  { label: "3x3, 32 to 40 channels", sizes: [2, 12, 13, 32, 40, 3, 3, 1, 1, 1, 1, 1] },
  { label: "3x3, 20 to 32 channels, padding 2, odd sizes", sizes: [3, 5, 7, 20, 32, 3, 3, 1, 1, 2, 2, 1] },
  { label: "3x3, 36 to 64 channels, no padding, odd sizes", sizes: [2, 7, 4, 36, 64, 3, 3, 1, 1, 0, 0, 1] },
  { label: "3x3, 44 to 36 channels, panels of a part", sizes: [1, 6, 6, 44, 36, 3, 3, 1, 1, 1, 1, 1] },
  { label: "3x3, 64 to 48 channels, wider than a panel", sizes: [1, 6, 5, 64, 48, 3, 3, 1, 1, 1, 1, 1] },
  { label: "3x3, no padding", sizes: [1, 6, 6, 3, 4, 3, 3, 1, 1, 0, 0, 1] },
  { label: "3x3, stride 2", sizes: [2, 9, 8, 6, 9, 3, 3, 2, 2, 1, 1, 1] },
  { label: "3x3, stride 4 beyond the window", sizes: [1, 11, 11, 3, 4, 3, 3, 4, 4, 0, 0, 1] },
  { label: "5x5, padding 2", sizes: [1, 6, 6, 3, 4, 5, 5, 1, 1, 2, 2, 1] },
  { label: "3x2, uneven strides and padding", sizes: [2, 7, 9, 3, 5, 3, 2, 2, 1, 0, 1, 1] },
  { label: "padding as wide as the window", sizes: [1, 3, 3, 2, 3, 2, 2, 1, 1, 2, 2, 1] },
  { label: "padding wider than the window", sizes: [1, 2, 3, 2, 3, 1, 2, 1, 2, 2, 3, 1] },
  { label: "window as large as the input", sizes: [3, 4, 5, 6, 7, 4, 5, 1, 1, 0, 0, 1] },
  { label: "7x7 over 3x3 with padding 3", sizes: [1, 3, 3, 2, 4, 7, 7, 1, 1, 3, 3, 1] },
  { label: "one-dimensional", sizes: [2, 1, 33, 5, 6, 1, 3, 1, 1, 0, 1, 1] },
  { label: "one-dimensional, stride 3", sizes: [2, 1, 50, 9, 4, 1, 7, 1, 3, 0, 3, 1] },
  { label: "depthwise", sizes: [2, 6, 7, 6, 6, 3, 3, 1, 1, 1, 1, 6] },
  { label: "depthwise, 33 channels, stride 2", sizes: [1, 8, 8, 33, 33, 3, 3, 2, 2, 1, 1, 33] },
  { label: "depthwise, three outputs each", sizes: [1, 5, 5, 4, 12, 3, 3, 1, 1, 1, 1, 4] },
  { label: "one-dimensional depthwise", sizes: [2, 1, 20, 8, 8, 1, 5, 1, 1, 0, 2, 8] },
  { label: "two groups", sizes: [2, 6, 5, 6, 10, 3, 3, 1, 1, 1, 1, 2] },
  { label: "four groups of four, stride 2", sizes: [1, 7, 7, 16, 16, 3, 3, 2, 2, 1, 1, 4] },
  { label: "groups of 1x1", sizes: [2, 4, 4, 12, 18, 1, 1, 1, 1, 0, 0, 3] },
  { label: "one pixel", sizes: [4, 1, 1, 3, 2, 3, 3, 1, 1, 1, 1, 1] },
  { label: "one of everything", sizes: [1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1] },
  { label: "no images", sizes: [0, 4, 4, 3, 5, 3, 3, 1, 1, 1, 1, 1] },
  { label: "no input channels", sizes: [2, 4, 4, 0, 5, 3, 3, 1, 1, 1, 1, 1] },
  { label: "no output channels", sizes: [2, 4, 4, 3, 0, 3, 3, 1, 1, 1, 1, 1] },
  { label: "no pixels", sizes: [2, 0, 0, 3, 5, 1, 1, 1, 1, 0, 0, 1] },
  { label: "window too large", sizes: [2, 2, 5, 3, 4, 3, 3, 1, 1, 0, 0, 1] },
  { label: "window too large by one, stride 2", sizes: [2, 2, 5, 3, 4, 3, 3, 2, 2, 0, 0, 1] },
];

function randomConvolution(random: Generator): Convolution {
  const groups = pick(random, [1, 1, 1, 2, 3]);
  const [KH, KW] = [1 + random.integer(4), 1 + random.integer(4)];
  const [PH, PW] = [random.integer(KH), random.integer(KW)];
  const sizes: Convolution["sizes"] = [
    1 + random.integer(3),
    KH + random.integer(8),
    KW + random.integer(8),
    groups * (1 + random.integer(9)),
    groups * (1 + random.integer(9)),
    KH,
    KW,
    1 + random.integer(3),
    1 + random.integer(3),
    PH,
    PW,
    groups,
  ];
  return { label: "random", sizes };
}

interface Lengths {
  readonly x: number;
  readonly w: number;
  readonly y: number;
}

/** Array lengths of a convolution, and the terms in each sum at most, as the square root of their number. */
function measure({ sizes }: Convolution): Lengths & { readonly spread: Lengths } {
  const [N, H, W, Cin, Cout, KH, KW, SH, SW, PH, PW, groups] = sizes;
  const pixels = outputSide(H, KH, SH, PH) * outputSide(W, KW, SW, PW);
  const taps = KH * KW;
  return {
    x: N * H * W * Cin,
    w: (taps * Cin * Cout) / groups,
    y: N * pixels * Cout,
    spread: {
      x: Math.sqrt((taps * Cout) / groups),
      w: Math.sqrt(N * pixels),
      y: Math.sqrt((taps * Cin) / groups),
    },
  };
}

function convolutions<Name extends "conv2dForward" | "conv2dInputGrad" | "conv2dWeightGrad">(
  args: (random: Generator, arrays: Arrays, convolution: Convolution) => Case<Name>["args"],
): Row<Name> {
  return {
    tolerance: REORDERED,
    cases: (random) =>
      [...CONVOLUTIONS, ...Array.from({ length: 24 }, () => randomConvolution(random))].map(
        (convolution) => ({
          label: `${convolution.label} (${convolution.sizes.join(" ")})`,
          args: args(random, new Arrays(random), convolution),
        }),
      ),
  };
}

export const conv2dForward = convolutions<"conv2dForward">((random, arrays, convolution) => {
  const { x, w, y, spread } = measure(convolution);
  const input = activations(random, x);
  // one NaN in x: the windows that see it, and no others, are NaN
  if (x > 0 && random.uniform() < 0.3) input[random.integer(x)] = NaN;
  return [
    arrays.output("y", y, spread.y),
    arrays.input("x", input),
    arrays.input("w", normals(random, w)),
    random.uniform() < 0.5 ? arrays.input("bias", normals(random, convolution.sizes[4])) : null,
    ...convolution.sizes,
  ];
});

export const conv2dInputGrad = convolutions<"conv2dInputGrad">((random, arrays, convolution) => {
  const { x, w, y, spread } = measure(convolution);
  return [
    arrays.output("dx", x, spread.x),
    arrays.input("dy", normals(random, y)),
    arrays.input("w", normals(random, w)),
    ...convolution.sizes,
  ];
});

export const conv2dWeightGrad = convolutions<"conv2dWeightGrad">((random, arrays, convolution) => {
  const { x, w, y, spread } = measure(convolution);
  return [
    arrays.output("dw", w, spread.w),
    arrays.input("dy", normals(random, y)),
    arrays.input("x", activations(random, x)),
    ...convolution.sizes,
  ];
});
