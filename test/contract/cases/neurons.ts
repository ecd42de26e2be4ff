/** Cases of the neurons' time loops. */

import { Charge } from "../../../src/kernels/contract.js";
import type { Generator } from "../../../src/random/generator.js";
import { Arrays } from "../arguments.js";
import type { Case, Row, Tolerance } from "../arguments.js";
import { eighths, mixed, normals, pick, thetaFor, uniforms } from "../values.js";

const STEPS_AND_NEURONS = [
  [0, 5], [3, 0], [1, 1], [1, 4], [2, 3], [4, 1], [4, 5], [8, 7], [4, 16], [5, 17], [16, 31], [4, 100],
  [3, 1027], [40, 9], [65, 70], [33, 130], [2, 9000],
]; // prettier-ignore

const FORWARD: Tolerance = "bits";
const BACKWARD: Tolerance = {
  relative: 1e-5,
  because: "the terms of a gradient are combined in another order",
};
const LONG_SUM: Tolerance = { relative: 1e-4, because: "a sum over all elements and steps is reordered" };

export const atifForward: Row<"atifForward"> = {
  tolerance: FORWARD,
  cases: (random) =>
    STEPS_AND_NEURONS.flatMap(([T, n]) =>
      (["normal", "on the threshold", "special"] as const).flatMap((kind) =>
        [true, false].map((scaled): Case<"atifForward"> => {
          const arrays = new Arrays(random);
          const data = { normal: normals, "on the threshold": eighths, special: mixed }[kind];
          const theta = thetaFor(random, kind);
          const [keepV, still] = [random.uniform() < 0.5, random.uniform() < 0.4];
          return {
            label:
              `T=${T} n=${n} ${kind} numbers, ${scaled ? "ATIF" : "IFSRL"}` +
              `${keepV ? ", v kept" : ""}${still ? ", still" : ""}`,
            args: [
              arrays.output("y", T * n),
              arrays.output("v", n),
              keepV ? arrays.output("vSeq", T * n) : null,
              arrays.input("x", data(random, still ? n : T * n)),
              random.uniform() < 0.5 ? null : arrays.input("v0", data(random, n)),
              arrays.input("theta", Float32Array.of(theta)),
              T,
              n,
              scaled,
              still,
            ],
          };
        }),
      ),
    ),
};

export const atifBackward: Row<"atifBackward"> = {
  tolerance: "bits",
  except: { dtheta: LONG_SUM },
  cases: (random) =>
    STEPS_AND_NEURONS.flatMap(([T, n]) =>
      Array.from({ length: 16 }, (_, flags): Case<"atifBackward"> => {
        const [scaled, detach, tied, still] = [1, 2, 4, 8].map((flag) => (flags & flag) > 0);
        const arrays = new Arrays(random);
        const data = tied ? eighths : normals;
        const withState = random.uniform() < 0.5;
        return {
          label:
            `T=${T} n=${n} ${scaled ? "ATIF" : "IFSRL"}${detach ? ", detached" : ""}` +
            `${withState ? ", v0" : ""}${still ? ", still" : ""}`,
          args: [
            arrays.output("dx", still ? n : T * n),
            arrays.inPlace("dv", random.uniform() < 0.5 ? new Float32Array(n) : normals(random, n)),
            arrays.output("dtheta", 1, Math.sqrt(T * n)),
            arrays.input("gy", normals(random, T * n)),
            arrays.input("x", data(random, still ? n : T * n)),
            withState ? arrays.input("v0", data(random, n)) : null,
            arrays.input("theta", Float32Array.of(tied ? 0.875 : random.uniform(0.3, 1.5))),
            T,
            n,
            pick(random, [0.5, 1, 2, 4, 10]),
            scaled,
            detach,
            still,
          ],
        };
      }),
    ),
};

const CHARGES = Object.values(Charge);

interface Leak {
  readonly charge: Charge;
  readonly leak: number | null;
}

/** tau or rate, as the charge asks for; powers of two now and then, where every operation is exact. */
function leakFor(random: Generator, charge: Charge): Leak {
  if (charge === Charge.integrate) return { charge, leak: null };
  const byTau = charge === Charge.leakInputByTau || charge === Charge.leakByTau;
  const tau = pick(random, [2, 4, 1, random.uniform(1.1, 9)]);
  return { charge, leak: byTau ? tau : Math.fround(1 / tau) };
}

const RESETS = [
  { softReset: true, vReset: 0 },
  { softReset: false, vReset: 0 },
  { softReset: false, vReset: -0.25 },
];

/** Every charge with every reset; where there is much to compute, with one reset. */
function lifCases<C>(
  make: (random: Generator, leak: Leak, reset: (typeof RESETS)[number], T: number, n: number) => C,
) {
  return (random: Generator): C[] =>
    STEPS_AND_NEURONS.flatMap(([T, n]) =>
      CHARGES.flatMap((charge) =>
        (T * n > 10000 ? [pick(random, RESETS)] : RESETS).map((reset) =>
          make(random, leakFor(random, charge), reset, T, n),
        ),
      ),
    );
}

export const lifForward: Row<"lifForward"> = {
  tolerance: FORWARD,
  cases: lifCases((random, { charge, leak }, { softReset, vReset }, T, n): Case<"lifForward"> => {
    const arrays = new Arrays(random);
    const kind = pick(random, ["normal", "on the threshold", "special"] as const);
    const data = { normal: normals, "on the threshold": eighths, special: mixed }[kind];
    const keepV = random.uniform() < 0.5;
    return {
      label: `T=${T} n=${n} charge=${charge} leak=${leak} ${softReset ? "soft" : `hard to ${vReset}`}, ${kind}`,
      args: [
        arrays.output("y", T * n),
        arrays.inPlace("v", data(random, n)),
        keepV ? arrays.output("vSeq", T * n) : null,
        arrays.input("x", data(random, T * n)),
        leak === null ? null : arrays.input("leak", Float32Array.of(leak)),
        T,
        n,
        charge,
        pick(random, [1, 0.5, 0.7]),
        vReset,
        softReset,
      ],
    };
  }),
};

export const lifBackward: Row<"lifBackward"> = {
  tolerance: BACKWARD,
  except: { dleak: LONG_SUM },
  cases: lifCases((random, { charge, leak }, { softReset, vReset }, T, n): Case<"lifBackward"> => {
    const arrays = new Arrays(random);
    const data = pick(random, [normals, eighths]);
    const detach = random.uniform() < 0.5;
    const wantsLeak = leak !== null && random.uniform() < 0.8;
    return {
      label:
        `T=${T} n=${n} charge=${charge} leak=${leak} ${softReset ? "soft" : `hard to ${vReset}`}` +
        `${detach ? ", detached" : ""}${wantsLeak ? ", dleak" : ""}`,
      args: [
        arrays.output("dx", T * n),
        arrays.inPlace("dv", random.uniform() < 0.5 ? new Float32Array(n) : normals(random, n)),
        wantsLeak ? arrays.output("dleak", 1, Math.sqrt(T * n)) : null,
        arrays.input("gy", normals(random, T * n)),
        arrays.input("x", data(random, T * n)),
        random.uniform() < 0.5 ? arrays.input("v0", uniforms(random, n, -1, 1)) : null,
        leak === null ? null : arrays.input("leak", Float32Array.of(leak)),
        T,
        n,
        charge,
        pick(random, [1, 0.5, 0.7]),
        vReset,
        softReset,
        pick(random, [0.5, 1, 2, 4]),
        detach,
      ],
    };
  }),
};
