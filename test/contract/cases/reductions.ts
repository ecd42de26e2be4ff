/** Cases of the reductions and of the loss. */

import { referenceKernels } from "../../../src/kernels/reference/kernels.js";
import type { Generator } from "../../../src/random/generator.js";
import { Arrays } from "../arguments.js";
import type { Case, Row } from "../arguments.js";
import { LENGTHS, mixed, normals, pick, spikes, wholes } from "../values.js";

const REORDERED = { relative: 1e-5, because: "sums are reordered" } as const;

export const sum: Row<"sum"> = {
  tolerance: REORDERED,
  cases: (random) =>
    [
      [0, 5, 3], [2, 0, 3], [2, 5, 0], [1, 1, 1], [1, 2, 1], [1, 7, 1], [3, 1, 5],
      [1, 33, 1], [1, 1000, 1], [1, 70001, 1], [5, 17, 1], [300, 9, 1], [1, 17, 5],
      [1, 500, 3], [1, 40000, 4], [4, 9, 7], [2, 33, 64], [70, 3, 130], [3, 2, 20011],
    ].flatMap(([outer, axis, inner]) =>
      (["normal", "whole"] as const).map((kind): Case<"sum"> => {
        const arrays = new Arrays(random);
        const n = outer * axis * inner;
        return {
          label: `[${outer}, ${axis}, ${inner}] ${kind} numbers`,
          args: [
            arrays.output("y", outer * inner, Math.sqrt(axis)),
            arrays.input("x", kind === "whole" ? wholes(random, n, 9) : normals(random, n)),
            outer,
            axis,
            inner,
          ],
        };
      }),
    ), // prettier-ignore
};

/** A NaN or an infinity in one place must show in its sum and nowhere else. */
function spoil(random: Generator, data: Float32Array, value: number): Float32Array {
  if (data.length > 0) data[random.integer(data.length)] = value;
  return data;
}

export const argmax: Row<"argmax"> = {
  tolerance: "bits",
  cases: (random) =>
    [[0, 4], [1, 1], [5, 1], [1, 2], [7, 3], [33, 10], [4, 16], [3, 17], [2, 1000], [9000, 9]].flatMap(
      ([rows, columns]) =>
        (["normal", "tied", "special", "one NaN"] as const).map((kind): Case<"argmax"> => {
          const arrays = new Arrays(random);
          const n = rows * columns;
          const x = {
            normal: () => normals(random, n),
            tied: () => wholes(random, n, 1),
            special: () => mixed(random, n),
            "one NaN": () => spoil(random, wholes(random, n, 2), NaN),
          }[kind]();
          return {
            label: `[${rows}, ${columns}] ${kind}`,
            args: [arrays.indexOutput("index", rows), arrays.input("x", x), rows, columns],
          };
        }),
    ), // prettier-ignore
};

export const countNonZero: Row<"countNonZero"> = {
  tolerance: "bits",
  cases: (random) =>
    LENGTHS.flatMap((n) =>
      (["spikes", "special"] as const).map((kind): Case<"countNonZero"> => {
        const arrays = new Arrays(random);
        const x = kind === "spikes" ? spikes(random, n) : mixed(random, n);
        return { label: `n=${n} ${kind}`, args: [arrays.indexOutput("count", 1), arrays.input("x", x), n] };
      }),
    ),
};

const ROWS_AND_CLASSES = [
  [0, 10], [1, 1], [1, 2], [3, 1], [5, 3], [8, 10], [64, 10], [33, 17], [4, 1000], [3001, 10],
]; // prettier-ignore

export const crossEntropyForward: Row<"crossEntropyForward"> = {
  tolerance: { relative: 1e-5, because: "sums over classes and rows are reordered" },
  cases: (random) =>
    ROWS_AND_CLASSES.flatMap(([rows, classes]) =>
      (["small", "wide", "shifted"] as const).map((kind): Case<"crossEntropyForward"> => {
        const arrays = new Arrays(random);
        const logits = {
          small: () => normals(random, rows * classes),
          wide: () => normals(random, rows * classes, 60),
          shifted: () => normals(random, rows * classes, 1, 5000),
        }[kind]();
        return {
          label: `[${rows}, ${classes}] ${kind} logits`,
          args: [
            arrays.output("loss", 1),
            arrays.output("probability", rows * classes),
            arrays.input("logits", logits),
            arrays.indices(
              "labels",
              Array.from({ length: rows }, () => random.integer(classes)),
            ),
            rows,
            classes,
          ],
        };
      }),
    ),
};

export const crossEntropyBackward: Row<"crossEntropyBackward"> = {
  tolerance: { relative: 1e-6, because: "g / rows may be multiplied by in another order" },
  cases: (random) =>
    ROWS_AND_CLASSES.map(([rows, classes]): Case<"crossEntropyBackward"> => {
      const arrays = new Arrays(random);
      const labels = Int32Array.from({ length: rows }, () => random.integer(classes));
      const probability = new Float32Array(rows * classes);
      const logits = normals(random, rows * classes);
      referenceKernels.crossEntropyForward(new Float32Array(1), probability, logits, labels, rows, classes);
      return {
        label: `[${rows}, ${classes}]`,
        args: [
          arrays.output("dx", rows * classes),
          arrays.input("g", Float32Array.of(pick(random, [1, -0.5, 3]))),
          arrays.input("probability", probability),
          arrays.indices("labels", labels),
          rows,
          classes,
        ],
      };
    }),
};
