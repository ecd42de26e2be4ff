/** The compiled loops of quantization give the bits of those in TypeScript, wherever arrays lie and end. */

import { beforeAll, describe, expect, it } from "vitest";
import type { Backend } from "../../src/kernels/backend.js";
import { currentBackend } from "../../src/kernels/current.js";
import { init } from "../../src/kernels/select.js";
import type { Grid } from "../../src/quantization/grid.js";
import {
  plainRoundingLoops as plain,
  roundingLoopsOf,
  type Leak,
  type RoundingLoops,
} from "../../src/quantization/rounding-loops.js";
import { Generator } from "../../src/random/generator.js";
import { expectSameBits } from "../closeness.js";

let backend: Backend;
let compiled: RoundingLoops;
beforeAll(async () => {
  await init({ backend: process.env.ATIF_BACKEND === "native" ? "native" : "wasm", threads: 1 });
  backend = currentBackend();
  compiled = roundingLoopsOf(backend);
});

/** In the heap, after so many other elements: arrays need not begin on a boundary of 16 bytes. */
function inHeap(values: ArrayLike<number>, after = 1): Float32Array {
  const array = backend.heap.float32(values.length + after).subarray(after);
  array.set(values);
  return array;
}

const emptyInHeap = (length: number): Float32Array => inHeap(new Float32Array(length).fill(99));

const special = [
  ...[0, -0, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 126.5, 127, 127.5, 128, -127.5, -128, -128.5, 1e-45, -1e-45],
  ...[0.49999997, -0.49999997, 8388607.5, 3e38, -3e38, Infinity, -Infinity, NaN],
];
const random = new Generator(3);
const values = Float32Array.from([...special, ...Array.from({ length: 200 }, () => 90 * random.normal())]);

const grids = (["nearest", "floor", "ceil"] as const).flatMap((roundtype) => [
  ...[1, 0.25, 2 ** -20, 4].map((step): Grid => ({ step, roundtype, low: -128, high: 127 })),
  { step: Math.fround(0.1), roundtype, low: -8, high: 7 },
  // Of no float32 numbers: a step, and integers of 32 bits.
  { step: 0.1, roundtype, low: -8, high: 7 },
  { step: 2 ** -24, roundtype, low: -(2 ** 31), high: 2 ** 31 - 1 },
  { step: NaN, roundtype, low: -8, high: 7 },
]);

it("is compiled, and not the plain ones", () => {
  expect(compiled).not.toBe(plain);
  expect(roundingLoopsOf(backend)).toBe(compiled);
});

describe.each(grids)("$roundtype, $step, to $high", (grid) => {
  it("rounds alike", () => {
    for (const length of [0, 1, 2, 3, 4, 5, 7, 8, values.length]) {
      const x = values.subarray(0, length);
      const [own, expected] = [emptyInHeap(length), new Float32Array(length)];
      compiled.round(own, inHeap(x), grid);
      plain.round(expected, x, grid);
      expectSameBits(own, expected);
    }
  });

  const leaks: (Leak | null)[] = [
    null,
    ...[true, false].map((decaysInput) => ({ k: 0.25, r: 0.5, decaysInput })),
  ];
  it.each(leaks)("fires alike, with leak %o", (leak) => {
    for (const vReset of [null, 0, -0.25]) {
      for (const [length, potentials] of [
        [values.length, values.length],
        [5, 5],
        [5, 1],
        [1, 1],
        [0, 1],
      ] as const) {
        const x = values.slice(0, length);
        const v = values.slice(-potentials);
        const neuron = { leak, theta: 1.5, spike: 0.75, vReset, grid };
        const own = [emptyInHeap(length), emptyInHeap(length)] as const;
        const expected = [new Float32Array(length), new Float32Array(length)] as const;
        compiled.fire(...own, inHeap(x), inHeap(v, 3), neuron);
        plain.fire(...expected, x, v, neuron);
        own.forEach((each, i) => expectSameBits(each, expected[i], ["y", "after"][i]));
      }
    }
  });
});

it("finds the largest and counts alike, also where a number is none", () => {
  for (let from = 0; from < 20; from++) {
    for (let to = from; to < 40; to++) {
      const x = values.subarray(from, to);
      expect(compiled.largest(inHeap(x))).toBe(plain.largest(x));
      expect(compiled.countOutside(inHeap(x), -1.5, 127)).toBe(plain.countOutside(x, -1.5, 127));
    }
  }
  expect(plain.largest(values)).toBeNaN();
  expect(compiled.largest(inHeap(values))).toBeNaN();
  expect(plain.largest(Float32Array.of(-3, 2))).toBe(3);
  expect(plain.countOutside(Float32Array.of(-3, 2, NaN, 1), -3, 2)).toBe(2);
});

it("takes arrays of elsewhere", () => {
  const grid = grids[0];
  const [x, y, after] = [Float32Array.of(1.5, -4), new Float32Array(2), new Float32Array(2)];
  compiled.round(y, x, grid);
  expect([...y]).toEqual([2, -4]);
  expect(compiled.largest(x)).toBe(4);
  expect(compiled.countOutside(x, -1, 1)).toBe(2);
  compiled.fire(y, after, x, Float32Array.of(1), { leak: null, theta: 2, spike: 1, vReset: null, grid });
  expect([...y, ...after]).toEqual([1, 0, 1, -3]);
});
