/** The data of a chart: exact while they are few, bounded for ever. */

import { describe, expect, it } from "vitest";
import { ends, extended, MOST_POINTS, noCurves, type Curves } from "../../playground/state/curves.js";

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** As reports bring them: some batches at a time. */
function reported(values: readonly (readonly number[])[], sizes: readonly number[], most?: number): Curves {
  let curves = noCurves;
  for (let from = 0, i = 0; from < values[0].length; i++) {
    const to = from + sizes[i % sizes.length];
    curves = extended(curves, values.map((line) => line.slice(from, to)), most);
    from = to;
  }
  return curves;
} // prettier-ignore

describe("curves", () => {
  it("have every batch, to the bit, as long as there are few", () => {
    const losses = Array.from({ length: MOST_POINTS }, (_, i) => Math.fround(Math.sin(i) + 1));
    const curves = reported([losses, losses.map((loss) => 2 * loss)], [1, 7, 30]);
    expect(curves).toEqual({
      batches: MOST_POINTS,
      stride: 1,
      lines: [losses, losses.map((loss) => 2 * loss)],
    });
    expect(ends(curves)).toEqual(losses.map((_, i) => i + 1));
  });

  it.each([
    [7, 4, [1]],
    [8, 4, [3]],
    [9, 4, [9]],
    [23, 4, [5, 1]],
    [100, 6, [10]],
    [101, 6, [7, 13]],
  ])("are means of so many batches each: %d batches in at most %d points", (batches, most, sizes) => {
    const values = Array.from({ length: batches }, (_, i) => (i * i) % 17);
    const { stride, lines, ...rest } = reported([values], sizes, most);
    expect(rest).toEqual({ batches });
    const expected = Array.from({ length: Math.ceil(batches / stride) }, (_, i) =>
      mean(values.slice(i * stride, (i + 1) * stride)),
    );
    expect(expected.length).toBeLessThanOrEqual(most);
    expect(expected.length).toBeGreaterThan(most / 2 - 1);
    expect(lines[0]).toHaveLength(expected.length);
    lines[0].forEach((value, i) => expect(value).toBeCloseTo(expected[i], 10));
    expect(ends({ stride, lines, ...rest }).at(-1)).toBe(batches);
  });

  it("stay bounded over a run of 31,000 batches, however the reports cut it", () => {
    const values = Array.from({ length: 31_000 }, (_, i) => 1 / (1 + i));
    const curves = reported([values, values, values], [3, 11]);
    expect(curves.batches).toBe(31_000);
    for (const line of curves.lines) {
      expect(line.length).toBeLessThanOrEqual(MOST_POINTS);
      expect(line.length).toBeGreaterThan(MOST_POINTS / 2 - 1);
    }
    expect(ends(curves)).toHaveLength(curves.lines[0].length);
  });

  it("leave what they were given as it was", () => {
    const before = extended(noCurves, [[1, 2, 3]], 4);
    const copy = structuredClone(before);
    extended(before, [[4, 5]], 4);
    expect(before).toEqual(copy);
    expect(extended(before, [[]], 4)).toEqual(before);
  });
});
