import { describe, expect, it } from "vitest";
import { formatConfusion, formatTable, percent, significant } from "../../src/cli/report-table.js";
import { levels } from "../../src/measuring/levels.js";

describe("formatTable", () => {
  it("aligns names to the left and numbers to the right, two spaces apart", () => {
    const columns = [{ title: "layer" }, { title: "n", align: "right" as const }, { title: "what" }];
    expect(
      formatTable(
        columns,
        [
          ["a", "12", ""],
          ["neuron10", "3", "x"],
        ],
        (titles) => `<${titles}>`,
      ),
    ).toEqual(["<layer      n  what>", "a         12", "neuron10   3  x"]);
  });
});

describe("formatConfusion", () => {
  it("shows true classes down, said ones across, and mistakes only where there are some", () => {
    expect(
      formatConfusion(
        [
          [9, 1, 0],
          [0, 4, 4],
          [0, 0, 0],
        ],
        ["zero", "one", "two"],
      ),
    ).toEqual([
      "true \\ said  0  1  2   right",
      "0 zero       9  1  ·  90.0 %",
      "1 one        ·  4  4  50.0 %",
      "2 two        ·  ·  ·    none",
    ]);
  });
});

describe("numbers", () => {
  it("are short and never NaN in disguise", () => {
    expect([0, 0.12345, 1, 12.345, 123.45, 12_345, 1e7, 0.00012, 0.00001, -2.5, NaN, Infinity].map(significant)).toEqual(
      ["0.000", "0.123", "1.000", "12.35", "123.5", "12345", "1.00e+7", "0.000", "1.00e-5", "-2.500", "NaN", "Infinity"],
    ); // prettier-ignore
    expect([0, 0.97222, 1].map(percent)).toEqual(["0.0 %", "97.2 %", "100.0 %"]);
    expect(levels(4)).toBe(5);
  });
});
