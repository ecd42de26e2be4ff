import { describe, expect, it } from "vitest";
import { ticks } from "../../src/drawing/ticks.js";

describe("ticks", () => {
  it.each([
    [0, 2, 5, [0, 0.5, 1, 1.5, 2]],
    [0, 3, 4, [0, 1, 2, 3]],
    [0, 3, 3, [0, 2]],
    [-1, 1, 5, [-1, -0.5, 0, 0.5, 1]],
    [0.3, 0.9, 4, [0.4, 0.6, 0.8]],
    [0, 9728, 6, [0, 2000, 4000, 6000, 8000]],
    [0, 1e-9, 3, [0, 5e-10, 1e-9]],
  ])("from %f to %f, at most %i", (low, high, most, expected) => {
    expect(ticks(low, high, most)).toEqual(expected);
  });
});
