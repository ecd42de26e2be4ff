/** The exact sum: by hand, by whole numbers of any length, in any order and any partition, and in C as in TypeScript. */

import { beforeAll, describe, expect, it } from "vitest";
import type { Backend } from "../../src/kernels/backend.js";
import { currentBackend } from "../../src/kernels/current.js";
import { init } from "../../src/kernels/select.js";
import "../../src/ops/install.js";
import { shardSumsOf } from "../../src/parallel/compiled-shard-sums.js";
import { magicOf, NOT_FINITE, plainShardSums, type ShardSums } from "../../src/parallel/shard-sums.js";
import { Generator } from "../../src/random/generator.js";
import { expectSameBits } from "../closeness.js";

let backend: Backend;
let compiled: ShardSums;
beforeAll(async () => {
  await init({ backend: "wasm", threads: 1 });
  backend = currentBackend();
  compiled = shardSumsOf(backend);
});

const bitsOf = (x: number): number => new Int32Array(Float32Array.of(x).buffer)[0];

/** In the heap, after so many other elements: rows need not begin on a boundary of 16 bytes. */
function inHeap(values: ArrayLike<number>, after = 0): Float32Array {
  const array = backend.heap.float32(values.length + after).subarray(after);
  array.set(values);
  return array;
}

function sumsInHeap(length: number): Float64Array {
  const { buffer, byteOffset } = backend.heap.float32(2 * length);
  return new Float64Array(buffer, byteOffset, length);
}

const SMALLEST = 2 ** -149;
const LARGEST = (2 - 2 ** -23) * 2 ** 127;

/** Of every size that float32 has, with zeros of both signs among them. */
function mixedRow(generator: Generator, length: number, range: number, top: number): Float32Array {
  return Float32Array.from({ length }, () => {
    const kind = generator.integer(8);
    if (kind === 0) return 0;
    if (kind === 1) return -0;
    return generator.normal() * 2 ** (top - generator.integer(range));
  });
}

const scales: [name: string, range: number, top: number][] = [
  ["alike", 2, 0],
  ["over 60 binades", 60, 3],
  ["huge", 30, 124],
  ["tiny", 20, -126],
  ["subnormal", 3, -146],
];

/** The largest of all rows, as ranks would find it. */
const largestOf = (rows: readonly Float32Array[], sums: ShardSums): number =>
  Math.max(...rows.map((row) => sums.largestBits(row)));

function sumOf(rows: readonly Float32Array[], c: number): Float64Array {
  const out = new Float64Array(rows[0].length);
  plainShardSums.sumRounded(out, rows, c);
  return out;
}

/** round(g / q) q as a whole number of q, with whole numbers: every float32 is one of 2^-149. */
function roundedByHand(g: number, q: number): bigint {
  const units = BigInt(Math.abs(g) / SMALLEST);
  const step = BigInt(Math.max(q / SMALLEST, 1));
  // Finer than float32 has any: nothing is rounded.
  if (q < SMALLEST) return BigInt(g / q);
  const [whole, rest] = [units / step, units % step];
  const up = 2n * rest > step || (2n * rest === step && whole % 2n === 1n);
  return (whole + (up ? 1n : 0n)) * (g < 0 ? -1n : 1n);
}

describe("the exact sum", () => {
  it("by hand: multiples of 2^(E - 41), ties to even", () => {
    // |g| < 2, so E = 1 and q = 2^-40.
    const q = 2 ** -40;
    const row = (x: number): Float32Array => Float32Array.of(1, x);
    const c = magicOf(bitsOf(1));
    expect(c).toBe(1.5 * 2 ** 12);
    expect([...sumOf([row(q), row(q / 4)], c)]).toEqual([2, q]);
    expect([...sumOf([row(q / 2), row(q / 2)], c)]).toEqual([2, 0]);
    expect([...sumOf([row(1.5 * q), row(-0.75 * q)], c)]).toEqual([2, q]);
    expect([...sumOf([row(1.5 * q), row(2.5 * q)], c)]).toEqual([2, 4 * q]);
    expect(sumOf([Float32Array.of(-0, 1)], c)[0]).toBe(0);
  });

  it("knows the largest magnitude, and what is not finite", () => {
    for (const sums of [plainShardSums, compiled]) {
      for (const length of [1, 3, 4, 7, 8, 9, 40]) {
        for (let at = 0; at < length; at += 3) {
          const x = inHeap(
            Array.from({ length }, (_, i) => (i === at ? -2.5 : 0.25)),
            at % 3,
          );
          expect(sums.largestBits(x)).toBe(bitsOf(2.5));
          x[at] = -Infinity;
          expect(sums.largestBits(x)).toBe(NOT_FINITE);
          x[at] = NaN;
          expect(sums.largestBits(x)).toBeGreaterThan(NOT_FINITE);
        }
      }
      expect(sums.largestBits(inHeap([0, -0]))).toBe(0);
      expect(sums.largestBits(inHeap([-SMALLEST, 0, 0]))).toBe(1);
      expect(sums.largestBits(inHeap([]))).toBe(0);
    }
  });

  it.each(scales)("is what whole numbers of any length give: %s", (_, range, top) => {
    const generator = new Generator(range);
    const rows = Array.from({ length: 6 }, () => mixedRow(generator, 40, range, top));
    const bits = largestOf(rows, plainShardSums);
    const q = magicOf(bits) / (1.5 * 2 ** 52);
    const sum = sumOf(rows, magicOf(bits));
    for (let i = 0; i < sum.length; i++) {
      const byHand = rows.reduce((all, row) => all + roundedByHand(row[i], q), 0n);
      expect(sum[i], `element ${i}`).toBe(Number(byHand) * q);
    }
  });

  it.each(scales)("does not depend on order or partition: %s", (_, range, top) => {
    const generator = new Generator(range + 1);
    const rows = Array.from({ length: 24 }, () => mixedRow(generator, 50, range, top));
    const c = magicOf(largestOf(rows, plainShardSums));
    const expected = sumOf(rows, c);
    for (let trial = 0; trial < 10; trial++) {
      const order = generator.shuffle(Array.from({ length: 24 }, (_, i) => i)).map((i) => rows[i]);
      expectSameBits(sumOf(order, c), expected, `order ${trial}`);
      const parts: Float32Array[][] = [];
      for (let at = 0; at < 24;) parts.push(order.slice(at, (at += 1 + generator.integer(9))));
      const total = new Float64Array(50);
      for (const part of generator.shuffle(parts.map((_, i) => i)))
        sumOf(parts[part], c).forEach((each, i) => (total[i] += each));
      expectSameBits(total, expected, `partition ${trial}`);
    }
  });

  it("holds 2048 of the largest terms that there are, and of the smallest", () => {
    for (const [g, sum] of [
      [LARGEST, 2048 * LARGEST],
      [SMALLEST, 2048 * SMALLEST],
    ]) {
      const rows = Array.from({ length: 2048 }, (_, i) =>
        inHeap(new Float32Array(17).fill(i < 2047 ? g : g), i % 4),
      );
      const out = sumsInHeap(17);
      compiled.sumRounded(out, rows, magicOf(bitsOf(g)));
      expectSameBits(out, new Float64Array(17).fill(sum));
      expectSameBits(sumOf(rows, magicOf(bitsOf(g))), out);
      const y = inHeap(new Float32Array(17));
      compiled.sumToFloat32(y, rows, magicOf(bitsOf(g)));
      expectSameBits(y, Float32Array.from(out));
    }
  });

  it.each(scales)("has the bits of TypeScript in C: %s", (_, range, top) => {
    const generator = new Generator(range + 2);
    for (const length of [1, 2, 15, 16, 17, 31, 33, 64, 100]) {
      for (const count of [1, 2, 5, 12, 1023, 1024, 1025]) {
        if (count > 1000 && length > 17) continue;
        const rows = Array.from({ length: count }, (_, r) =>
          inHeap(mixedRow(generator, length, range, top), r % 4),
        );
        const bits = largestOf(rows, compiled);
        expect(bits).toBe(largestOf(rows, plainShardSums));
        if (bits === 0) continue;
        const out = sumsInHeap(length);
        compiled.sumRounded(out, rows, magicOf(bits));
        expectSameBits(out, sumOf(rows, magicOf(bits)), `${count} rows of ${length}`);
        const [y, expected] = [inHeap(out, 1), new Float32Array(length)];
        y.fill(7);
        compiled.toFloat32(y, out);
        plainShardSums.toFloat32(expected, out);
        expectSameBits(y, expected, "in float32");
        for (const sums of [compiled, plainShardSums]) {
          y.fill(7);
          sums.sumToFloat32(y, rows, magicOf(bits));
          expectSameBits(y, expected, "at once");
        }
      }
    }
  });

  it("refuses arrays of elsewhere, whose addresses are those of others", () => {
    expect(() => compiled.largestBits(new Float32Array(4))).toThrow(
      "an array of 4 elements is not of the backend's heap; make it with heap.float32()",
    );
  });
});
