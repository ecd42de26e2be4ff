/** Cases of the neurons that give packed spikes. */

import { outputSize } from "../../../src/kernels/reference/output-size.js";
import { packedWords } from "../../../src/kernels/reference/packed-spikes.js";
import { Arrays } from "../arguments.js";
import type { Case, Row, Tolerance } from "../arguments.js";
import { eighths, mixed, normals, pick, thetaFor, uniforms } from "../values.js";

const LONG_SUM: Tolerance = { relative: 1e-4, because: "a sum over all elements and steps is reordered" };

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
          const theta = thetaFor(random, kind);
          const [keepV, withAffine] = [random.uniform() < 0.5, random.uniform() < 0.5];
          const n = rows * C;
          return {
            label:
              `T=${T} [${rows}, ${C}] ${kind} numbers${keepV ? ", v kept" : ""}${still ? ", still" : ""}` +
              (withAffine ? ", scaled and shifted" : ""),
            args: [
              arrays.indexOutput("bits", T * rows * packedWords(C)),
              arrays.output("v", n),
              keepV ? arrays.output("vSeq", T * n) : null,
              arrays.input("x", data(random, still ? n : T * n)),
              random.uniform() < 0.5 ? null : arrays.input("v0", data(random, n)),
              withAffine ? arrays.input("scale", data(random, C)) : null,
              withAffine ? arrays.input("shift", data(random, C)) : null,
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

/** Windows side by side: with rows and columns that none covers, of odd size, larger than the map, of a single pixel. */
const STEPS_AND_WINDOWS = [
  // T, N, H, W, C, KH, KW
  [4, 2, 6, 8, 32, 2, 2], [4, 1, 5, 7, 33, 2, 2], [1, 2, 4, 4, 5, 2, 2], [3, 1, 7, 8, 18, 3, 2], [2, 3, 1, 9, 40, 1, 3],
  [70, 1, 4, 2, 3, 2, 2], [2, 1, 2, 3, 7, 3, 3], [3, 1, 9, 9, 6, 8, 8], [2, 0, 4, 4, 4, 2, 2], [0, 1, 2, 2, 40, 2, 2],
  [2, 1, 2, 2, 0, 2, 2], [2, 1, 0, 2, 8, 2, 2], [4, 3, 12, 12, 64, 2, 2], [2, 1, 5, 5, 16, 1, 1], [2, 2, 7, 6, 130, 3, 5],
  [4, 2, 7, 5, 48, 2, 1],
] as const; // prettier-ignore

export const packedAtifPoolForward: Row<"packedAtifPoolForward"> = {
  tolerance: "bits",
  cases: (random) =>
    STEPS_AND_WINDOWS.flatMap(([T, N, H, W, C, KH, KW]) =>
      (["normal", "on the threshold", "special"] as const).flatMap((kind) =>
        [true, false].map((still): Case<"packedAtifPoolForward"> => {
          const arrays = new Arrays(random);
          const data = { normal: normals, "on the threshold": eighths, special: mixed }[kind];
          const [withNorm, withState] = [random.uniform() < 0.5, random.uniform() < 0.5];
          const n = N * H * W * C;
          const pooled = T * N * Math.floor(H / KH) * Math.floor(W / KW);
          return {
            label:
              `T=${T} [${[N, H, W, C].join(", ")}] pool ${KH}x${KW} ${kind} numbers` +
              `${withNorm ? ", norm" : ""}${withState ? ", v0" : ""}${still ? ", still" : ""}`,
            args: [
              arrays.indexOutput("bits", pooled * packedWords(C)),
              arrays.output("v", n),
              arrays.input("x", data(random, still ? n : T * n)),
              withNorm ? arrays.input("normScale", uniforms(random, C, -1, 2)) : null,
              withNorm ? arrays.input("normShift", data(random, C)) : null,
              withState ? arrays.input("v0", data(random, n)) : null,
              arrays.input("theta", Float32Array.of(thetaFor(random, kind))),
              T, N, H, W, C, KH, KW,
              still,
            ],
          }; // prettier-ignore
        }),
      ),
    ),
};

const STEPS_AND_POOLS = [
  // T, N, H, W, C, KH, KW, SH, SW
  [4, 2, 6, 8, 32, 2, 2, 2, 2], [4, 1, 5, 7, 33, 2, 2, 2, 2], [1, 2, 4, 4, 5, 2, 2, 2, 2], [3, 1, 7, 8, 18, 3, 2, 3, 4],
  [2, 3, 1, 9, 40, 1, 3, 1, 3], [70, 1, 4, 2, 3, 2, 2, 2, 2], [2, 1, 2, 3, 7, 3, 3, 3, 3], [3, 1, 9, 9, 6, 8, 8, 8, 8],
  [2, 0, 4, 4, 4, 2, 2, 2, 2], [0, 1, 2, 2, 4, 2, 2, 2, 2], [2, 1, 2, 2, 0, 2, 2, 2, 2], [4, 3, 12, 12, 32, 2, 2, 2, 2],
  [2, 1, 5, 5, 16, 1, 1, 1, 1], [2, 1, 5, 6, 9, 1, 1, 2, 2],
] as const; // prettier-ignore

export const packedAtifPoolBackward: Row<"packedAtifPoolBackward"> = {
  tolerance: "bits",
  except: { dtheta: LONG_SUM },
  cases: (random) =>
    STEPS_AND_POOLS.flatMap(([T, N, H, W, C, KH, KW, SH, SW]) =>
      Array.from({ length: 16 }, (_, flags): Case<"packedAtifPoolBackward"> => {
        const [scaled, detach, tied, still] = [1, 2, 4, 8].map((flag) => (flags & flag) > 0);
        const arrays = new Arrays(random);
        const data = tied ? eighths : normals;
        const [withState, withDv] = [random.uniform() < 0.5, random.uniform() < 0.5];
        const n = N * H * W * C;
        const pooled = T * N * outputSize(H, KH, SH, 0) * outputSize(W, KW, SW, 0) * C;
        return {
          label:
            `T=${T} [${[N, H, W, C].join(", ")}] pool ${KH}x${KW} / ${SH}x${SW} ${scaled ? "ATIF" : "IFSRL"}` +
            `${detach ? ", detached" : ""}${withState ? ", v0" : ""}${withDv ? ", dv" : ""}${still ? ", still" : ""}`,
          args: [
            arrays.output("dx", still ? n : T * n),
            withDv ? arrays.inPlace("dv", normals(random, n)) : null,
            arrays.output("dtheta", 1, Math.sqrt(T * n)),
            arrays.input("gy", normals(random, pooled)),
            arrays.input("x", data(random, still ? n : T * n)),
            withState ? arrays.input("v0", data(random, n)) : null,
            arrays.input("theta", Float32Array.of(tied ? 0.875 : random.uniform(0.3, 1.5))),
            T, N, H, W, C, KH, KW, SH, SW,
            pick(random, [0.5, 1, 4]),
            scaled,
            detach,
            still,
          ],
        }; // prettier-ignore
      }),
    ),
};
