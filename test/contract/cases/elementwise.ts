/** Cases of the elementwise kernels: bit-equal on every backend, special values included. */

import type { KernelName } from "../../../src/kernels/contract.js";
import type { Generator } from "../../../src/random/generator.js";
import { Arrays } from "../arguments.js";
import type { Case, Row } from "../arguments.js";
import { anything, LENGTHS, mixed, normals, pick } from "../values.js";

type UnaryName = "negate" | "exp" | "log" | "sqrt" | "sigmoid" | "relu" | "heaviside";

/** Of numbers that matter to the kernel, of numbers of all magnitudes, and of all bit patterns. */
function unary(pins: readonly number[]): Row<UnaryName> {
  return {
    tolerance: "bits",
    cases: (random) =>
      [...LENGTHS, pins.length].flatMap((n, i) => {
        const arrays = new Arrays(random);
        const x =
          i === LENGTHS.length ? Float32Array.from(pins) : i % 2 ? mixed(random, n) : anything(random, n);
        return [{ label: `n=${n}`, args: [arrays.output("y", n), arrays.input("x", x), n] }];
      }),
  };
}

/** The float32 neighbours of each number, and the number. */
function around(numbers: readonly number[]): number[] {
  return numbers.flatMap((number) => {
    const bits = new Int32Array(Float32Array.of(number).buffer)[0];
    return [...new Float32Array(Int32Array.of(bits - 1, bits, bits + 1).buffer)];
  });
}

/** The ends of the range, and halves of ln 2, where k steps from one whole number to the next. */
const EXP_PINS = around([
  88.72283, -87.33654, 88, -87, 89, -88, 1e-8, -1e-8,
  ...Array.from({ length: 256 }, (_, i) => (i - 127.5) * Math.LN2),
]); // prettier-ignore

/** Powers of two, subnormal ones too, and the ends of m's range at several exponents. */
const LOG_PINS = around(
  Array.from({ length: 276 }, (_, i) => [2 ** (i - 148), Math.fround(Math.SQRT1_2) * 2 ** (i - 148)]).flat(),
);

type Sized<Name extends KernelName> = (random: Generator, arrays: Arrays, n: number) => Case<Name>["args"];

/** One case for each of LENGTHS. */
function sized<Name extends KernelName>(args: Sized<Name>): Row<Name> {
  return {
    tolerance: "bits",
    cases: (random) => LENGTHS.map((n) => ({ label: `n=${n}`, args: args(random, new Arrays(random), n) })),
  };
}

const scalars = [0, 1, -1, 0.1, 0.9, 0.999, -2.5, 1e-8, 3e38];

export const fill = sized<"fill">((random, arrays, n) => [
  arrays.output("y", n),
  pick(random, [...scalars, -0, Infinity, NaN]),
  n,
]);

export const addScaled = sized<"addScaled">((random, arrays, n) => [
  arrays.inPlace("y", mixed(random, n)),
  arrays.input("x", mixed(random, n)),
  pick(random, scalars),
  n,
]);

export const exponentialAverage = sized<"exponentialAverage">((random, arrays, n) => [
  arrays.inPlace("y", mixed(random, n)),
  arrays.input("x", mixed(random, n)),
  pick(random, [0.1, 0.01, 0.5, 0, 1, 1 / 3]),
  pick(random, [1, 64 / 63, 7 / 6]),
  n,
]);

export const sigmoidSurrogateBackward = sized<"sigmoidSurrogateBackward">((random, arrays, n) => [
  arrays.output("dx", n),
  arrays.input("g", random.uniform() < 0.5 ? normals(random, n) : mixed(random, n)),
  arrays.input("x", mixed(random, n)),
  pick(random, [1, 0.5, 2, 4, 10, 0.1]),
  n,
]);

export const negate = unary([]);
export const sqrt = unary(around([0.25, 1, 2, 4, 9, 16, 1e-38, 3e38]));
export const relu = unary([]);
export const heaviside = unary([]);
export const exp = unary(EXP_PINS);
export const sigmoid = unary(EXP_PINS);
export const log = unary(LOG_PINS);

export const sgdStep: Row<"sgdStep"> = {
  tolerance: "bits",
  cases: (random) =>
    [0, 1, 3, 4, 7, 33, 1023, 70001].flatMap((n) =>
      [
        { momentum: 0, decay: 0, nesterov: false, first: true, buffer: false },
        { momentum: 0, decay: 1e-4, nesterov: false, first: false, buffer: true },
        { momentum: 0.9, decay: 0, nesterov: false, first: true, buffer: true },
        { momentum: 0.9, decay: 5e-4, nesterov: false, first: false, buffer: true },
        { momentum: 0.9, decay: 5e-4, nesterov: true, first: true, buffer: true },
        { momentum: 0.99, decay: 0, nesterov: true, first: false, buffer: true },
      ].map(({ momentum, decay, nesterov, first, buffer }): Case<"sgdStep"> => {
        const arrays = new Arrays(random);
        const dampening = nesterov ? 0 : pick(random, [0, 0.1, 0.5]);
        return {
          label: `n=${n} momentum=${momentum} decay=${decay} nesterov=${nesterov} first=${first}`,
          args: [
            arrays.inPlace("p", normals(random, n)),
            buffer ? arrays.inPlace("buffer", normals(random, n)) : null,
            arrays.input("g", normals(random, n)),
            n,
            pick(random, [0.1, 1e-3, 0.5]),
            momentum,
            dampening,
            decay,
            nesterov,
            first,
          ],
        };
      }),
    ),
};

export const adamStep: Row<"adamStep"> = {
  tolerance: "bits",
  cases: (random) =>
    [0, 1, 3, 4, 7, 33, 1023, 70001].flatMap((n) =>
      [
        { decay: 0, decoupled: false, step: 1 },
        { decay: 0.01, decoupled: true, step: 2 },
        { decay: 1e-4, decoupled: false, step: 1000 },
      ].map(({ decay, decoupled, step }): Case<"adamStep"> => {
        const arrays = new Arrays(random);
        const [beta1, beta2] = pick(random, [
          [0.9, 0.999],
          [0.8, 0.99],
        ]);
        return {
          label: `n=${n} decay=${decay} decoupled=${decoupled} step=${step}`,
          args: [
            arrays.inPlace("p", normals(random, n)),
            arrays.inPlace("m", normals(random, n, 0.1)),
            arrays.inPlace(
              "v",
              normals(random, n, 0.1).map((value) => value * value),
            ),
            arrays.input("g", normals(random, n)),
            n,
            pick(random, [1e-3, 0.005, 0.1]),
            beta1,
            beta2,
            1e-8,
            decay,
            decoupled,
            1 - beta1 ** step,
            1 - beta2 ** step,
          ],
        };
      }),
    ),
};
