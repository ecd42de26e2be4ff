/** Rows of layerNorm: by hand, and in C as in TypeScript, to the bit. */

import { beforeAll, expect, it } from "vitest";
import type { Backend } from "../../src/kernels/backend.js";
import { currentBackend } from "../../src/kernels/current.js";
import { init } from "../../src/kernels/select.js";
import { layerNormRowsOf, plainLayerNormRows as plain } from "../../src/ops/layer-norm-rows.js";
import { Generator } from "../../src/random/generator.js";
import { expectSameBits } from "../closeness.js";

let backend: Backend;
beforeAll(async () => {
  await init({ backend: process.env.ATIF_BACKEND === "native" ? "native" : "wasm", threads: 1 });
  backend = currentBackend();
});

function inHeap(values: ArrayLike<number>): Float32Array {
  const array = backend.heap.float32(values.length + 1).subarray(1);
  array.set(values);
  return array;
}

it("by hand: a row of 1 and 3 has mean 2 and variance 1", () => {
  const [y, n, rates] = [new Float32Array(2), new Float32Array(2), new Float32Array(1)];
  plain.normalise(
    { x: Float32Array.of(1, 3), w: Float32Array.of(2, 4), b: Float32Array.of(10, 20), eps: 3 },
    { y, n, rates },
  );
  expect([...rates, ...n, ...y]).toEqual([0.5, -0.5, 0.5, 9, 22]);
  const [g, w, dx] = [Float32Array.of(1, 1), Float32Array.of(2, 4), new Float32Array(2)];
  // h = 2, 4; its mean 3; that of h n 0.5: 0.5 (2 - 3 + 0.25), 0.5 (4 - 3 - 0.25)
  plain.inputGradient(dx, { g, n, w, rates });
  expect([...dx]).toEqual([-0.375, 0.375]);
  const [along, flat] = [new Float32Array(2), new Float32Array(2)];
  plain.columnSums(along, Float32Array.of(1, 2, 3, 4), Float32Array.of(1, -1, 2, 0.5));
  plain.columnSums(flat, Float32Array.of(1, 2, 3, 4), null);
  expect([...along, ...flat]).toEqual([7, 0, 4, 6]);
});

it.each([1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100])("rows of %i", (M) => {
  const random = new Generator(M);
  for (const rows of [0, 1, 2, 5]) {
    const draw = (length: number): Float32Array =>
      Float32Array.from({ length }, () => 3 * random.normal() + 1);
    const [x, g, w, b] = [draw(rows * M), draw(rows * M), draw(M), draw(M)];
    const empty = (): [Float32Array, Float32Array, Float32Array] => [
      new Float32Array(rows * M),
      new Float32Array(rows * M),
      new Float32Array(rows),
    ];
    const results = [layerNormRowsOf(backend), plain].map((loops, i) => {
      const place = i === 0 ? inHeap : (array: Float32Array): Float32Array => array.slice();
      const [y, n, rates] = empty().map(place);
      loops.normalise({ x: place(x), w: place(w), b: place(b), eps: 1e-5 }, { y, n, rates });
      const [dx, along, flat] = [new Float32Array(rows * M), new Float32Array(M), new Float32Array(M)].map(
        place,
      );
      loops.inputGradient(dx, { g: place(g), n, w: place(w), rates });
      loops.columnSums(along, place(g), n);
      loops.columnSums(flat, place(g), null);
      return { y, n, rates, dx, along, flat };
    });
    for (const name of ["y", "n", "rates", "dx", "along", "flat"] as const)
      expectSameBits(results[0][name], results[1][name], `${name}, ${rows} rows`);
  }
});
