/** Maps that are needed at the same time lie apart, others share their place. */

import { describe, expect, it } from "vitest";
import { planMemory, type Lifetime } from "../../src/deployment/c/memory-plan.js";
import { Generator } from "../../src/random/generator.js";

describe("planMemory", () => {
  it("of a chain, needs two maps at a time", () => {
    const chain = [60, 40, 50, 10].map((size, i): Lifetime => ({ size, from: i, to: i + 1 }));
    expect(planMemory(chain)).toEqual({ offsets: [0, 60, 0, 50], size: 100 });
  });

  it("keeps what is read again later", () => {
    const skip: Lifetime[] = [
      { size: 8, from: 0, to: 3 },
      { size: 4, from: 1, to: 2 },
      { size: 4, from: 2, to: 3 },
      { size: 8, from: 3, to: 4 },
    ];
    expect(planMemory(skip)).toEqual({ offsets: [0, 8, 16, 8], size: 20 });
    expect(planMemory([])).toEqual({ offsets: [], size: 0 });
  });

  it("never lays two maps over each other, nor more than all of them side by side", () => {
    const g = new Generator(3);
    for (let round = 0; round < 200; round++) {
      const maps = Array.from({ length: 1 + g.integer(12) }, (): Lifetime => {
        const from = g.integer(10);
        return { size: 1 + g.integer(50), from, to: from + g.integer(4) };
      });
      const { offsets, size } = planMemory(maps);
      expect(size).toBeLessThanOrEqual(maps.reduce((sum, each) => sum + each.size, 0));
      maps.forEach((a, i) =>
        maps.slice(0, i).forEach((b, j) => {
          const together = a.from <= b.to && b.from <= a.to;
          const apart = offsets[i] + a.size <= offsets[j] || offsets[j] + b.size <= offsets[i];
          expect(!together || apart).toBe(true);
        }),
      );
    }
  });
});
