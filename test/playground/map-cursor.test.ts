/** The keyboard among feature maps: every neuron can be reached, and nothing that is not there. */

import { describe, expect, it } from "vitest";
import { insideMaps, movedCursor, neuronOfCursor } from "../../playground/charts/map-cursor.js";

const size = { height: 2, width: 3, channels: 4 };
const start = { channel: 0, row: 0, column: 0 };

const after = (...keys: string[]) =>
  keys.reduce((cursor, key) => movedCursor(cursor, key, size) ?? cursor, start);

describe("the cursor of feature maps", () => {
  it("moves by pixels and by channels, and stops at the edges", () => {
    expect(after("ArrowRight", "ArrowDown", "PageDown")).toEqual({ channel: 1, row: 1, column: 1 });
    expect(after("ArrowUp", "ArrowLeft", "PageUp")).toEqual(start);
    const most = ["ArrowDown", "ArrowRight", "PageDown"].flatMap((key) => new Array<string>(9).fill(key));
    expect(after(...most)).toEqual({ channel: 3, row: 1, column: 2 });
    expect(after(...most, "Home")).toEqual({ channel: 0, row: 1, column: 2 });
    expect(after("End")).toEqual({ channel: 3, row: 0, column: 0 });
  });

  it("leaves other keys to the page", () => {
    for (const key of ["Tab", "a", "Enter", "toString", "Escape"])
      expect(movedCursor(start, key, size)).toBeNull();
  });

  it("reaches every neuron once", () => {
    const seen = new Set<number>();
    for (let channel = 0; channel < 4; channel++)
      for (let row = 0; row < 2; row++)
        for (let column = 0; column < 3; column++)
          seen.add(neuronOfCursor({ channel, row, column }, [2, 3, 4]));
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 24 }, (_, i) => i));
    expect(neuronOfCursor({ channel: 1, row: 1, column: 2 }, [2, 3, 4])).toBe((1 * 3 + 2) * 4 + 1);
  });

  it("comes inside when the network changes", () => {
    expect(insideMaps({ channel: 9, row: 9, column: 9 }, size)).toEqual({ channel: 3, row: 1, column: 2 });
  });
});
