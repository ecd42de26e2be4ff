/** A drawing in an address: every point comes back, and what is damaged is seen. */

import { describe, expect, it } from "vitest";
import { drawingFromText, drawingToText, MOST_LETTERS, onGrid } from "../../playground/state/drawing-code.js";
import { digitStrokes } from "../browser/digit-strokes.js";

describe("a drawing as a text", () => {
  it("has one byte for a small step, three for a point by itself", () => {
    // 225 + 2 begins at 0 x 281 + 0; a step of (1, -0); a step back of (-1, 7)
    expect(atob("4wAAeG0=")).toBe(String.fromCharCode(227, 0, 0, (1 + 7) * 15 + 7 - 7, (0 + 7) * 15 + 7 - 3));
    expect(drawingFromText("4wAA")).toEqual([[0, 0]]);
    expect(drawingToText([[0, 0, 1, 0, 0, 7]])).toBe(btoa(String.fromCharCode(227, 0, 0, 8 * 15 + 7, 6 * 15 + 14)).replace("=", ""));
    // 280 x 281 + 280 = 78,960 = 0x13470
    expect(drawingToText([[280, 280]])).toBe(btoa(String.fromCharCode(228, 0x34, 0x70)));
  });

  it("comes back as it was: digits, a dot, the corners, nothing", () => {
    const corners = [[0, 0, 280, 280, 280, 0, 0, 280, 7, 273, 0, 280]];
    for (const strokes of [...Object.values(digitStrokes).map(onGrid), [[3, 4]], corners, []]) {
      const text = drawingToText(strokes);
      expect(text).toMatch(/^[\w-]*$/);
      expect(drawingFromText(text ?? "?")).toEqual(strokes);
    }
  });

  it("is at whole units inside of the square", () => {
    expect(onGrid([[1.4, 2.6, 1.2, -9, 300, 8], [5, 5]])).toEqual([[1, 3, 1, 0, 280, 8], [5, 5]]);
  });

  it("is given up where it is too long for an address", () => {
    const stroke = Array.from({ length: 40_000 }, (_, i) => (i % 2 === 0 ? i % 3 : i % 5));
    expect(drawingToText([stroke])).toBeNull();
    expect(drawingFromText("A".repeat(MOST_LETTERS + 4))).toBeNull();
  });

  it.each([
    ["letters that are none", "4wAA!"],
    ["half a byte", "4wAAe"],
    ["a step without a point before it", "eA"],
    ["a point without a stroke", "4QAA"],
    ["an end in the middle of a point", "4wA"],
    ["a code that is none", "_wAA"],
    ["a point outside of the square", "5P__"],
    ["a step out of the square", "4wAAAA"],
  ])("is null for %s", (_, text) => expect(drawingFromText(text)).toBeNull());
}); // prettier-ignore
