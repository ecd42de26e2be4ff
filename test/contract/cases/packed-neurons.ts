/** Cases of the neurons that give packed spikes. */

import { packedWords } from "../../../src/kernels/reference/packed-spikes.js";
import { Arrays } from "../arguments.js";
import type { Case, Row } from "../arguments.js";
import { eighths, mixed, normals, pick } from "../values.js";

const STEPS_ROWS_CHANNELS = [
  [0, 3, 5], [3, 0, 33], [3, 5, 0], [1, 1, 1], [4, 3, 1], [2, 5, 3], [4, 7, 10], [4, 2, 31], [1, 3, 32], [4, 4, 32],
  [3, 2, 33], [4, 3, 64], [2, 3, 70], [16, 2, 96], [40, 1, 17], [65, 1, 32], [3, 9, 130], [2, 300, 33], [2, 200, 64],
  [1, 9000, 1],
]; // prettier-ignore

export const packedAtifForward: Row<"packedAtifForward"> = {
  tolerance: "bits",
  cases: (random) =>
    STEPS_ROWS_CHANNELS.flatMap(([T, rows, C]) =>
      (["normal", "on the threshold", "special"] as const).flatMap((kind) =>
        [true, false].map((still): Case<"packedAtifForward"> => {
          const arrays = new Arrays(random);
          const data = { normal: normals, "on the threshold": eighths, special: mixed }[kind];
          const tied = kind === "on the threshold";
          const theta = tied ? pick(random, [0.5, 0.875, 1, 1.25]) : random.uniform(0.3, 1.5);
          const keepV = random.uniform() < 0.5;
          const n = rows * C;
          return {
            label: `T=${T} [${rows}, ${C}] ${kind} numbers${keepV ? ", v kept" : ""}${still ? ", still" : ""}`,
            args: [
              arrays.indexOutput("bits", T * rows * packedWords(C)),
              arrays.inPlace("v", random.uniform() < 0.5 ? new Float32Array(n) : data(random, n)),
              keepV ? arrays.output("vSeq", T * n) : null,
              arrays.input("x", data(random, still ? n : T * n)),
              arrays.input("theta", Float32Array.of(theta)),
              T,
              rows,
              C,
              still,
            ],
          };
        }),
      ),
    ),
};
