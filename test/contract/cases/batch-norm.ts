/** Cases of batch normalisation. */

import { referenceKernels } from "../../../src/kernels/reference/kernels.js";
import type { Generator } from "../../../src/random/generator.js";
import { Arrays } from "../arguments.js";
import type { Case, Row, Tolerance } from "../arguments.js";
import { normals, uniforms } from "../values.js";

const SIZES = [
  [0, 3], [1, 1], [1, 5], [2, 3], [3, 16], [7, 17], [64, 1], [100, 4], [33, 64], [1000, 10], [9001, 8], [20, 2000],
  [9, 2500], [70001, 1], [1500, 70],
]; // prettier-ignore

const EPS = 1e-5;

interface Batch {
  readonly label: string;
  readonly rows: number;
  readonly C: number;
  readonly x: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

/** Centred numbers, and numbers far from 0, where the mean of squares minus the squared mean would fail. */
function batches(random: Generator): Batch[] {
  return SIZES.flatMap(([rows, C]) =>
    [
      { mean: 0.3, deviation: 1 },
      { mean: 1000, deviation: 2 },
    ].map(({ mean: centre, deviation }) => {
      const x = normals(random, rows * C, deviation, centre);
      const mean = new Float32Array(C);
      const variance = new Float32Array(C);
      referenceKernels.batchNormStatistics(mean, variance, x, rows, C);
      return { label: `[${rows}, ${C}] around ${centre}`, rows, C, x, mean, variance };
    }),
  );
}

export const batchNormStatistics: Row<"batchNormStatistics"> = {
  tolerance: { relative: 1e-5, because: "sums over rows are reordered" },
  cases: (random) =>
    batches(random).map(({ label, rows, C, x }): Case<"batchNormStatistics"> => {
      const arrays = new Arrays(random);
      return {
        label,
        args: [arrays.output("mean", C, 1), arrays.output("variance", C), arrays.input("x", x), rows, C],
      };
    }),
};

export const batchNormForward: Row<"batchNormForward"> = {
  tolerance: "bits",
  cases: (random) =>
    batches(random).map(({ label, rows, C, x, mean, variance }): Case<"batchNormForward"> => {
      const arrays = new Arrays(random);
      return {
        label,
        args: [
          arrays.output("y", rows * C, 1),
          arrays.input("x", x),
          arrays.input("mean", mean),
          arrays.input("variance", variance),
          arrays.input("gamma", uniforms(random, C, 0.5, 1.5)),
          arrays.input("beta", normals(random, C)),
          rows,
          C,
          EPS,
        ],
      };
    }),
};

const BACKWARD: Tolerance = { relative: 2e-5, because: "sums over rows are reordered" };

function backward(random: Generator): Case<"batchNormBackward" | "batchNormEvalBackward">[] {
  return batches(random).map(({ label, rows, C, x, mean, variance }) => {
    const arrays = new Arrays(random);
    // with one row the deviation is sqrt(eps) alone and gradients are that much larger
    const slope = rows === 1 ? 1 / Math.sqrt(EPS) : 1;
    return {
      label,
      args: [
        arrays.output("dx", rows * C, slope),
        arrays.output("dgamma", C, Math.sqrt(rows)),
        arrays.output("dbeta", C, Math.sqrt(rows)),
        arrays.input("dy", normals(random, rows * C)),
        arrays.input("x", x),
        arrays.input("mean", mean),
        arrays.input("variance", variance),
        arrays.input("gamma", uniforms(random, C, 0.5, 1.5)),
        rows,
        C,
        EPS,
      ],
    };
  });
}

export const batchNormBackward: Row<"batchNormBackward"> = { tolerance: BACKWARD, cases: backward };
export const batchNormEvalBackward: Row<"batchNormEvalBackward"> = { tolerance: BACKWARD, cases: backward };
