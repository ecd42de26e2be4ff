import { describe, expect, it } from "vitest";
import { plotSweep } from "../../src/plots/sweep-plot.js";

const bar = (
  label: string,
  mean: number,
): { label: string; mean: number; min: number; max: number; values: number[] } => ({
  label,
  mean,
  min: mean - 1,
  max: mean + 1,
  values: [mean - 1, mean + 1],
});

describe("plotSweep", () => {
  it("draws a line from the least to the most, each run, and the mean", () => {
    const svg = plotSweep({ title: "a < b", figure: "accuracy, %", bars: [bar("T 4", 91), bar("T 1", 89)] });
    expect(svg).toContain("a &lt; b");
    expect(svg).toContain("T 4: 91. T 1: 89.");
    const at = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)" r="(\d)"/g)].map(([, x, y, r]) =>
      [x, y, r].map(Number),
    );
    expect(at.map(([, , r]) => r)).toEqual([3, 3, 5, 3, 3, 5]);
    // The mean in the middle of its runs, and the better one above and to the right.
    expect(2 * at[2][0]).toBeCloseTo(at[0][0] + at[1][0], 1);
    expect(at[2][0]).toBeGreaterThan(at[5][0]);
    expect(at[2][1]).toBeLessThan(at[5][1]);
    // 90 is one of both.
    expect(at[0][0]).toBe(at[4][0]);
  });

  it("draws one figure, and says how many are left out of many", () => {
    expect(
      plotSweep({ title: "one", figure: "loss", bars: [{ ...bar("x", 0), min: 0, max: 0, values: [0] }] }),
    ).not.toContain("NaN");
    const many = Array.from({ length: 70 }, (_, i) => bar(`T ${i}`, i));
    expect(plotSweep({ title: "many", figure: "loss", bars: many })).toContain("many: the first 60 of 70");
    expect(() => plotSweep({ title: "none", figure: "loss", bars: [] })).toThrow(RangeError);
  });
});
