/** Loops round as the rule says, to the sign of a zero. */

import { describe, expect, it } from "vitest";
import { onGrid, onGridInto } from "../../src/quantization/exact-values.js";
import type { Grid } from "../../src/quantization/grid.js";
import { integersOf } from "../../src/quantization/rounding.js";
import { plainRoundingLoops } from "../../src/quantization/rounding-loops.js";
import type { Roundtype } from "../../src/quantization/quantizer-options.js";
import { Generator } from "../../src/random/generator.js";

const { fround, floor, ceil } = Math;

/** Of a value in steps, as float32 has it. */
const rules: { readonly [R in Roundtype]: (r: number) => number } = {
  nearest: (r) => floor(fround(r + 0.5)),
  floor,
  ceil,
};

const random = new Generator(7);
const values = Float32Array.from([
  ...[
    0, -0, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 0.25, -0.25, 0.75, -0.75, 1, -1, 127, -128, 128, -129, 127.5,
    -128.5,
  ],
  ...[0.49999997, -0.49999997, 8388607.5, 1e-45, -1e-45, 3e38, -3e38, Infinity, -Infinity, NaN],
  ...Array.from({ length: 1000 }, () => 300 * (random.uniform() - 0.5)),
]);

const steps = [1, 0.25, 2 ** -9, 4, 0.3, fround(0.1), NaN];
const grids = (["nearest", "floor", "ceil"] as const).flatMap((roundtype) =>
  steps.map((step): Grid => ({ step, roundtype, low: -128, high: 127 })),
);

describe.each(grids)("$roundtype, steps of $step", (grid) => {
  const { step, low, high, roundtype } = grid;
  const clamped = (r: number): number => (r < low ? low : r > high ? high : r);

  it("in float32", () => {
    const y = new Float32Array(values.length);
    plainRoundingLoops.round(y, values, grid);
    const expected = Array.from(values, (x) => fround(clamped(rules[roundtype](fround(x / step))) * step));
    expect([...y]).toEqual(expected);
    const integers = Array.from(values, (x) => clamped(rules[roundtype](fround(x / step))) | 0);
    expect([...integersOf(values, grid)]).toEqual(integers);
  });

  it("exactly, once", () => {
    const y = new Float32Array(values.length + 3);
    onGridInto(y, 3, values, values.length, grid);
    const expected = Array.from(values, (x) => fround(onGrid(x, grid)));
    expect([...y]).toEqual([0, 0, 0, ...expected]);
  });
});
