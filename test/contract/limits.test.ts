/** The limits of kernels: every backend answers the same, by hand at each edge, and kernels refuse what lies beyond. */

import { describe, expect, it } from "vitest";
import type { Backend } from "../../src/kernels/backend.js";
import type { LimitName, Limits } from "../../src/kernels/contract.js";
import { createReferenceBackend } from "../../src/kernels/reference/backend.js";
import { createWasmBackend } from "../../src/kernels/wasm/backend.js";

const [wasm, reference] = [await createWasmBackend(1), await createReferenceBackend(1)];

/** Values of each size. */
type Grid<Sizes extends readonly unknown[]> = { readonly [Index in keyof Sizes]: readonly number[] };

interface Row<Name extends LimitName> {
  /** Sizes and the answer: the last that fit, and one beyond. */
  readonly byHand: readonly (readonly [...Parameters<Limits[Name]>, ReturnType<Limits[Name]>])[];
  /** All combinations are asked. */
  readonly grid: Grid<Parameters<Limits[Name]>>;
}

const MOST_INT = 2 ** 31 - 1;

/** A limit without a row does not compile. */
const table: { readonly [Name in LimitName]: Row<Name> } = {
  packedConv2dAtifPoolForwardFits: {
    byHand: [
      // T, OW, Cin, Cout, KH, KW, windowH: positions T windowH OW
      [2, 256, 3, 8, 1, 1, 2, true],
      [5, 41, 3, 8, 1, 1, 5, false],
      [1024, 1, 3, 8, 1, 1, 1, true],
      [1025, 1, 3, 8, 1, 1, 1, false],
      [1, 1025, 3, 8, 1, 1, 1, false],
      [1, 1, 3, 8, 1, 1, 1025, false],
      [0, 4, 3, 8, 1, 1, 1, false],
      [1, 0, 3, 8, 1, 1, 2, true],
      // words KH KW ceil(Cin / 32), of columns up to 64
      [1, 4, 64, 64, 3, 3, 2, true],
      [1, 4, 65, 64, 3, 3, 2, false],
      [1, 4, 32, 1, 1, 18, 2, true],
      [1, 4, 32, 1, 19, 1, 2, false],
      [1, 4, 576, 1, 1, 1, 2, true],
      [1, 4, 577, 1, 1, 1, 2, false],
      // Of no channels, taps still count.
      [1, 4, 0, 9, 1, 18, 2, true],
      [1, 4, 0, 9, 1, 19, 2, false],
      [1, 4, 9, 0, 1, 18, 2, true],
      [1, 4, 9, 0, 1, 19, 2, false],
      // of 65 to 80, 81 to 96, 97 to 112, 113 to 128 columns, and beyond
      [1, 4, 32, 65, 1, 18, 2, false],
      [1, 4, 32, 65, 2, 7, 2, true],
      [1, 4, 32, 80, 3, 5, 2, false],
      [1, 4, 32, 81, 2, 6, 2, true],
      [1, 4, 32, 96, 1, 13, 2, false],
      [1, 4, 32, 97, 2, 5, 2, true],
      [1, 4, 32, 112, 1, 11, 2, false],
      [1, 4, 32, 113, 3, 3, 2, true],
      [1, 4, 32, 128, 2, 5, 2, false],
      [1, 4, 32, 129, 3, 3, 2, true],
      [1, 4, 32, 144, 3, 3, 2, true],
      [1, 4, 32, 300, 3, 3, 2, true],
      [1, 4, 32, 300, 2, 5, 2, false],
      // No product of sizes overflows.
      [65536, 65536, 3, 8, 1, 1, 1, false],
      [65536, 65536, 3, 8, 1, 1, 65536, false],
      [1, 4, 3, 8, 65536, 65536, 1, false],
      [MOST_INT, MOST_INT, MOST_INT, MOST_INT, MOST_INT, MOST_INT, MOST_INT, false],
    ],
    grid: [
      [0, 1, 8, 512, 513, MOST_INT],
      [0, 1, 64, 65, 128, MOST_INT],
      [0, 1, 32, 33, 65, 289, 577],
      [0, 1, 16, 63, 64, 65, 80, 81, 96, 97, 112, 113, 128, 129, 145, 1000],
      [1, 2, 3, 4, 9, 10],
      [1, 2, 3, 5, 7, 11],
      [1, 2, 3, 16],
    ],
  },
  packedAtifPoolBackwardFits: {
    byHand: [
      // T, KH, KW, SH, SW
      [4, 2, 2, 2, 2, true],
      [4, 3, 2, 2, 2, false],
      [4, 2, 3, 2, 2, false],
      [4, 2, 2, 3, 4, true],
      [4, 8, 8, 8, 8, true],
      [4, 1, 64, 1, 64, true],
      [4, 1, 65, 1, 65, false],
      [4, 5, 13, 5, 13, false],
      [4, 1, 1, 65, 1, false],
      [4, 1, 1, 65536, 65536, false],
      [0, 2, 2, 2, 2, true],
      [65536, 2, 2, 2, 2, true],
      [65537, 2, 2, 2, 2, false],
      [65537, 1, 1, 1, 1, false],
    ],
    grid: [
      [0, 1, 65535, 65536, 65537, MOST_INT],
      [1, 2, 3, 8, 64, 65],
      [1, 2, 3, 8, 9, 64, 65],
      [1, 2, 3, 8, 9, 13, 32, 64, 65, MOST_INT],
      [1, 2, 3, 5, 8, 9, 32, 64, 65, MOST_INT],
    ],
  },
  largestPlanRank: { byHand: [[8]], grid: [] },
};

type Question = (...sizes: number[]) => number | boolean;

function ask({ limits }: Backend, name: LimitName, sizes: readonly number[]): number | boolean {
  return (limits[name] as Question)(...sizes);
}

function combinations(grid: readonly (readonly number[])[]): number[][] {
  return grid.reduce<number[][]>(
    (found, values) => found.flatMap((sizes) => values.map((value) => [...sizes, value])),
    [[]],
  );
}

describe.each(Object.keys(table) as LimitName[])("%s", (name) => {
  const { byHand, grid }: { byHand: readonly (readonly unknown[])[]; grid: readonly (readonly number[])[] } =
    table[name];

  it.each([reference, wasm])("is as by hand on $name", (backend) => {
    for (const row of byHand) {
      const sizes = row.slice(0, -1) as number[];
      expect([...sizes, ask(backend, name, sizes)]).toEqual(row);
    }
  });

  it("is the same on both backends", () => {
    const differ = combinations(grid).filter(
      (sizes) => ask(reference, name, sizes) !== ask(wasm, name, sizes),
    );
    expect(differ).toEqual([]);
  });
});

/** A trap leaves the stack of its module as it was: each has a module of its own. */
describe("beyond its limit", () => {
  it.each([
    ["positions", [5, 1, 5, 41, 3, 8, 1, 1, 1, 1, 0, 0, 5, 1]],
    ["no steps", [0, 1, 5, 41, 3, 8, 1, 1, 1, 1, 0, 0, 5, 1]],
    ["words", [1, 1, 4, 4, 65, 64, 3, 3, 1, 1, 1, 1, 2, 2]],
    ["words of many columns", [1, 1, 4, 4, 32, 129, 2, 5, 1, 1, 1, 1, 2, 2]],
    ["taps of no channels", [1, 1, 4, 19, 0, 8, 1, 19, 1, 1, 0, 0, 2, 1]],
  ])("packedConv2dAtifPoolForward traps before it writes, %s", async (_, sizes) => {
    const [T, N, H, W, Cin, Cout, KH, KW, SH, SW, PH, PW, windowH, windowW] = sizes;
    const { kernels, heap } = await createWasmBackend(1);
    const room = 8 * T * H * W * Math.max(Cin, Cout) + 8;
    const [bits, out] = [heap.int32(room).fill(0), heap.int32(room).fill(7)];
    const [v, w, theta] = [heap.float32(room).fill(7), heap.float32(room).fill(0), heap.float32(1).fill(1)];
    expect(() =>
      kernels.packedConv2dAtifPoolForward(
        out, v, bits, w, null, null, null, null, theta, 1,
        T, N, H, W, Cin, Cout, KH, KW, SH, SW, PH, PW, windowH, windowW,
      ),
    ).toThrow(WebAssembly.RuntimeError); // prettier-ignore
    expect(out.every((word) => word === 7) && v.every((value) => value === 7)).toBe(true);
  });

  it.each([
    ["a cell of 65 pixels", 1, 5, 13, 5, 13],
    ["windows that overlap", 1, 3, 2, 2, 2],
    ["65537 steps", 65537, 1, 1, 1, 1],
  ])("packedAtifPoolBackward traps before it writes, %s", async (_, T, KH, KW, SH, SW) => {
    const { kernels, heap } = await createWasmBackend(1);
    const [H, W, C] = [SH, SW, 4];
    const [gy, x] = [heap.float32(T * C).fill(1), heap.float32(T * H * W * C).fill(1)];
    const [dx, theta, dtheta] = [heap.float32(x.length).fill(7), heap.float32(1).fill(1), heap.float32(1)];
    expect(() =>
      kernels.packedAtifPoolBackward(
        dx, null, dtheta, gy, x, null, theta, T, 1, H, W, C, KH, KW, SH, SW, 1, true, false, false,
      ),
    ).toThrow(WebAssembly.RuntimeError); // prettier-ignore
    expect(dx.every((value) => value === 7)).toBe(true);
  });

  it("an elementwise kernel traps on a plan of nine axes", async () => {
    const { kernels, heap } = await createWasmBackend(1);
    const rank = 9;
    const [a, y] = [heap.float32(2 ** rank).fill(1), heap.float32(2 ** rank).fill(7)];
    // Axes from the last to the first, none of which can be merged.
    const plan = heap.int32(1 + 2 * rank);
    plan.set([rank, ...Array<number>(rank).fill(2), ...Array.from({ length: rank }, (_, axis) => 2 ** axis)]);
    expect(() => kernels.copyStrided(y, a, plan)).toThrow(WebAssembly.RuntimeError);
    expect(y.every((value) => value === 7)).toBe(true);
  });
});
