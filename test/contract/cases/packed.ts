/** Cases of convolution and Linear on packed spikes. */

import type { Generator } from "../../../src/random/generator.js";
import { Arrays } from "../arguments.js";
import type { Case, Row, Tolerance } from "../arguments.js";
import { eighths, normals, pick, uniforms } from "../values.js";

/**
 * Sums of up to some thousand terms in another order: with partial sums both are within a few roundings of the size
 * of the terms, which `scale` says.
 */
const REORDERED: Tolerance = { relative: 1e-5, because: "sums of products are reordered" };

// prettier-ignore
type Sizes = readonly [
  N: number, H: number, W: number, Cin: number, Cout: number,
  KH: number, KW: number, SH: number, SW: number, PH: number, PW: number,
];

interface Convolution {
  readonly label: string;
  readonly sizes: Sizes;
}

const CONVOLUTIONS: readonly Convolution[] = [
  { label: "1x1", sizes: [2, 5, 4, 3, 7, 1, 1, 1, 1, 0, 0] },
  { label: "1x1, stride 2", sizes: [2, 5, 4, 8, 8, 1, 1, 2, 2, 0, 0] },
  { label: "1x1, 544 pixels", sizes: [2, 16, 17, 5, 16, 1, 1, 1, 1, 0, 0] },
  { label: "3x3, first layer", sizes: [3, 8, 8, 1, 8, 3, 3, 1, 1, 1, 1] },
  { label: "3x3, one image of few positions", sizes: [1, 4, 4, 33, 5, 3, 3, 1, 1, 1, 1] },
  { label: "3x3, 32 to 64 channels", sizes: [5, 7, 6, 32, 64, 3, 3, 1, 1, 1, 1] },
  { label: "3x3, 64 to 40 channels, 15 images", sizes: [15, 6, 5, 64, 40, 3, 3, 1, 1, 1, 1] },
  { label: "3x3, 70 to 37 channels", sizes: [2, 6, 7, 70, 37, 3, 3, 1, 1, 1, 1] },
  { label: "3x3, 130 to 140 channels", sizes: [1, 6, 6, 130, 140, 3, 3, 1, 1, 1, 1] },
  { label: "3x3, 31 to 3 channels, no padding", sizes: [4, 9, 8, 31, 3, 3, 3, 1, 1, 0, 0] },
  { label: "3x3, stride 2", sizes: [9, 9, 8, 36, 10, 3, 3, 2, 2, 1, 1] },
  { label: "3x3, stride 4 beyond the window", sizes: [3, 11, 11, 33, 4, 3, 3, 4, 4, 0, 0] },
  { label: "5x5, padding 2", sizes: [1, 6, 6, 20, 12, 5, 5, 1, 1, 2, 2] },
  { label: "3x2, uneven strides and padding", sizes: [6, 7, 9, 35, 5, 3, 2, 2, 1, 0, 1] },
  { label: "padding as wide as the window", sizes: [2, 3, 3, 2, 3, 2, 2, 1, 1, 2, 2] },
  { label: "padding wider than the window", sizes: [1, 2, 3, 2, 3, 1, 2, 1, 2, 2, 3] },
  { label: "window as large as the input", sizes: [30, 4, 5, 6, 7, 4, 5, 1, 1, 0, 0] },
  { label: "7x7 over 3x3 with padding 3", sizes: [4, 3, 3, 2, 4, 7, 7, 1, 1, 3, 3] },
  { label: "one-dimensional", sizes: [2, 1, 33, 5, 6, 1, 3, 1, 1, 0, 1] },
  { label: "one-dimensional, stride 3", sizes: [2, 1, 50, 9, 4, 1, 7, 1, 3, 0, 3] },
  { label: "an image row too long to keep", sizes: [1, 2, 1200, 520, 1, 2, 2, 1, 1, 0, 0] },
  { label: "one pixel", sizes: [4, 1, 1, 3, 2, 3, 3, 1, 1, 1, 1] },
  { label: "one of everything", sizes: [1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0] },
  { label: "no images", sizes: [0, 4, 4, 3, 5, 3, 3, 1, 1, 1, 1] },
  { label: "no input channels", sizes: [2, 4, 4, 0, 5, 3, 3, 1, 1, 1, 1] },
  { label: "no input channels, many positions", sizes: [2, 8, 8, 0, 5, 3, 3, 1, 1, 1, 1] },
  { label: "no output channels", sizes: [2, 4, 4, 3, 0, 3, 3, 1, 1, 1, 1] },
  { label: "no pixels", sizes: [2, 0, 0, 3, 5, 1, 1, 1, 1, 0, 0] },
  { label: "no pixels, but padding", sizes: [9, 0, 0, 3, 5, 1, 1, 1, 1, 2, 2] },
  { label: "window too large", sizes: [2, 2, 5, 3, 4, 3, 3, 1, 1, 0, 0] },
];

function randomConvolution(random: Generator): Convolution {
  const [KH, KW] = [1 + random.integer(4), 1 + random.integer(4)];
  const sizes: Sizes = [
    1 + random.integer(9),
    KH + random.integer(8),
    KW + random.integer(8),
    1 + random.integer(70),
    1 + random.integer(40),
    KH,
    KW,
    1 + random.integer(3),
    1 + random.integer(3),
    random.integer(KH),
    random.integer(KW),
  ];
  return { label: "random", sizes };
}

/** Rows, inputs, outputs: on both sides of what is done at once. */
const LINEARS = [
  [0, 5, 3], [5, 0, 3], [40, 0, 3], [5, 3, 0], [1, 1, 1], [1, 70, 5], [23, 33, 10], [24, 33, 10], [64, 128, 10],
  [65, 31, 33], [40, 3136, 36], [3, 3136, 36], [30, 1300, 5], [25, 100, 300], [7, 100, 300],
] as const; // prettier-ignore

/** Packed rows of spikes: of one density, all set, none set, or rows of different densities. */
function packedSpikes(random: Generator, rows: number, channels: number): Int32Array {
  const words = Math.ceil(channels / 32);
  const bits = new Int32Array(rows * words);
  const density = pick(random, [0.05, 0.2, 0.5, 0.9, 0, 1, NaN]);
  for (let row = 0; row < rows; row++) {
    const rate = Number.isNaN(density) ? random.uniform() ** 2 : density;
    for (let c = 0; c < channels; c++)
      if (random.uniform() < rate) bits[row * words + (c >> 5)] |= 1 << (c & 31);
  }
  return bits;
}

/** A theta: one that is a power of 2 and one that is not. */
function theta(random: Generator): number {
  return pick(random, [1, 0.5, Math.fround(0.7), Math.fround(-1.3)]);
}

/** Weights or gradients; sometimes one of them is infinite, and is seen by the sums that have its spike alone. */
function terms(random: Generator, n: number): Float32Array {
  const w = normals(random, n);
  if (n > 0 && random.uniform() < 0.3) w[random.integer(n)] = Infinity;
  return w;
}

function outputSide(size: number, window: number, stride: number, padding: number): number {
  return Math.max(0, Math.floor((size + 2 * padding - window) / stride) + 1);
}

function convolutions<Name extends "packedConv2dForward" | "packedConv2dWeightGrad">(
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

export const packedConv2dForward = convolutions<"packedConv2dForward">((random, arrays, { sizes }) => {
  const [N, H, W, Cin, Cout, KH, KW, SH, SW, PH, PW] = sizes;
  const positions = N * outputSide(H, KH, SH, PH) * outputSide(W, KW, SW, PW);
  const optional = (name: string, data: Float32Array) =>
    random.uniform() < 0.5 ? arrays.input(name, data) : null;
  const bias = optional("bias", normals(random, Cout));
  const normScale = optional("normScale", uniforms(random, Cout, -2, 2));
  const normShift = normScale === null ? null : arrays.input("normShift", normals(random, Cout));
  return [
    arrays.output("y", positions * Cout, Math.sqrt(KH * KW * Cin)),
    arrays.indices("bits", packedSpikes(random, N * H * W, Cin)),
    arrays.input("w", terms(random, KH * KW * Cin * Cout)),
    bias,
    normScale,
    normShift,
    theta(random),
    ...sizes,
  ];
});

/**
 * With rows and columns that no window covers, channels that fill neither a block nor a word, the largest numbers of words
 * and positions, few positions, two passes over columns.
 */
const FIRED = [
  // T, N, H, W, Cin, Cout, KH, KW, SH, SW, PH, PW, windowH, windowW
  [4, 2, 6, 6, 32, 64, 3, 3, 1, 1, 1, 1, 2, 2], [3, 2, 7, 9, 33, 40, 3, 3, 1, 1, 1, 1, 2, 2],
  [1, 3, 5, 4, 64, 33, 3, 3, 1, 1, 0, 0, 3, 1], [2, 1, 4, 4, 20, 5, 1, 1, 1, 1, 0, 0, 2, 2],
  [4, 2, 9, 8, 31, 21, 3, 2, 2, 1, 1, 0, 1, 3], [8, 1, 3, 64, 8, 16, 3, 3, 1, 1, 1, 1, 2, 2],
  [2, 1, 4, 256, 3, 130, 1, 3, 1, 1, 0, 1, 2, 2], [512, 1, 2, 2, 5, 8, 1, 1, 1, 1, 0, 0, 1, 2],
  [2, 9, 5, 5, 40, 100, 2, 2, 1, 1, 0, 0, 2, 2], [2, 30, 4, 4, 7, 18, 4, 4, 1, 1, 2, 2, 5, 5],
  [2, 1, 3, 3, 0, 9, 1, 1, 1, 1, 0, 0, 2, 2], [2, 1, 3, 3, 9, 0, 1, 1, 1, 1, 0, 0, 2, 2],
  [2, 0, 3, 3, 9, 9, 1, 1, 1, 1, 0, 0, 2, 2], [2, 2, 2, 2, 9, 9, 3, 3, 1, 1, 0, 0, 1, 1],
] as const; // prettier-ignore

/** Numbers of which all sums are exact: in any order, neurons see the same. */
export const packedConv2dAtifPoolForward: Row<"packedConv2dAtifPoolForward"> = {
  tolerance: "bits",
  cases: (random) =>
    FIRED.flatMap(([T, N, H, W, Cin, Cout, KH, KW, SH, SW, PH, PW, windowH, windowW]) =>
      Array.from({ length: 6 }, (): Case<"packedConv2dAtifPoolForward"> => {
        const arrays = new Arrays(random);
        const [OH, OW] = [outputSide(H, KH, SH, PH), outputSide(W, KW, SW, PW)];
        const pooled = T * N * Math.floor(OH / windowH) * Math.floor(OW / windowW);
        const optional = (name: string, size: number) =>
          random.uniform() < 0.5 ? arrays.input(name, eighths(random, size)) : null;
        const w = eighths(random, KH * KW * Cin * Cout).map((value) => value - 0.5);
        if (w.length > 0 && random.uniform() < 0.3)
          w[random.integer(w.length)] = pick(random, [Infinity, NaN]);
        const bias = optional("bias", Cout);
        const normScale = Float32Array.from({ length: Cout }, () => pick(random, [0.5, 1, -1, 2]));
        const normShift = optional("normShift", Cout);
        return {
          label:
            `T=${T} [${[N, H, W, Cin].join(", ")}] to ${Cout}, ${KH}x${KW} / ${SH}x${SW} padding ${PH}x${PW}, ` +
            `pool ${windowH}x${windowW}`,
          args: [
            arrays.indexOutput("out", pooled * Math.ceil(Cout / 32)),
            arrays.output("v", N * OH * OW * Cout),
            arrays.indices("bits", packedSpikes(random, T * N * H * W, Cin)),
            arrays.input("w", w),
            bias,
            normShift === null ? null : arrays.input("normScale", normScale),
            normShift,
            optional("v0", N * OH * OW * Cout),
            arrays.input("theta", Float32Array.of(pick(random, [0.5, 0.875, 2.5, 1e38]))),
            pick(random, [0.5, 1, -2]),
            T, N, H, W, Cin, Cout, KH, KW, SH, SW, PH, PW, windowH, windowW,
          ],
        }; // prettier-ignore
      }),
    ),
};

export const packedLinearForward: Row<"packedLinearForward"> = {
  tolerance: REORDERED,
  cases: (random) =>
    LINEARS.map(([rows, inputs, outputs]): Case<"packedLinearForward"> => {
      const arrays = new Arrays(random);
      return {
        label: `${rows} x ${inputs} x ${outputs}`,
        args: [
          arrays.output("y", rows * outputs, Math.sqrt(inputs)),
          arrays.indices("bits", packedSpikes(random, rows, inputs)),
          arrays.input("w", terms(random, inputs * outputs)),
          random.uniform() < 0.5 ? arrays.input("bias", normals(random, outputs)) : null,
          theta(random),
          rows,
          inputs,
          outputs,
        ],
      };
    }),
};

export const packedConv2dWeightGrad = convolutions<"packedConv2dWeightGrad">((random, arrays, { sizes }) => {
  const [N, H, W, Cin, Cout, KH, KW, SH, SW, PH, PW] = sizes;
  const positions = N * outputSide(H, KH, SH, PH) * outputSide(W, KW, SW, PW);
  return [
    arrays.output("dw", KH * KW * Cin * Cout, Math.sqrt(positions)),
    arrays.input("dy", terms(random, positions * Cout)),
    arrays.indices("bits", packedSpikes(random, N * H * W, Cin)),
    theta(random),
    ...sizes,
  ];
});

export const packedLinearWeightGrad: Row<"packedLinearWeightGrad"> = {
  tolerance: REORDERED,
  cases: (random) =>
    LINEARS.map(([rows, inputs, outputs]): Case<"packedLinearWeightGrad"> => {
      const arrays = new Arrays(random);
      return {
        label: `${rows} x ${inputs} x ${outputs}`,
        args: [
          arrays.output("dw", inputs * outputs, Math.sqrt(rows)),
          arrays.input("dy", terms(random, rows * outputs)),
          arrays.indices("bits", packedSpikes(random, rows, inputs)),
          theta(random),
          rows,
          inputs,
          outputs,
        ],
      };
    }),
};
