/** Contestants take turns, and those that are slow have fewer. */

import { describe, expect, it } from "vitest";
import { alternate, median, type Contestant } from "../../../src/cli/quick-bench/timing.js";

function contestant(name: string, ms: number, turns: [string, number][]): Contestant {
  return {
    name,
    time: (runs) => {
      turns.push([name, runs]);
      return Promise.resolve(new Array<number>(runs).fill(ms));
    },
  };
}

describe("alternate", () => {
  it("repeats short runs, and lets who takes seconds have fewer turns", async () => {
    const turns: [string, number][] = [];
    const contestants = [contestant("short", 2, turns), contestant("slow", 6000, turns)];
    const timed = await alternate(contestants, 3, 6, () => Promise.resolve());
    // One run each to see how long it takes; a turn of 6 ms has three runs of 2 ms; 20 s have one turn of 6 s and a run not counted, two is the least.
    expect(turns).toEqual([
      ["short", 1],
      ["slow", 1],
      ["short", 3],
      ["slow", 1],
      ["short", 3],
      ["slow", 1],
      ["short", 3],
    ]);
    expect(timed).toEqual([
      { contestant: "short", medianMs: 2, bestMs: 2, roundsMs: [2, 2, 2] },
      { contestant: "slow", medianMs: 6000, bestMs: 6000, roundsMs: [6000, 6000] },
    ]);
  });

  it("is told before each turn, and stops when that throws", async () => {
    const turns: [string, number][] = [];
    const stop = alternate([contestant("a", 1, turns), contestant("b", 1, turns)], 3, 1, (done, total) => {
      expect(total).toBe(8);
      return done === 3 ? Promise.reject(new Error("stopped")) : Promise.resolve();
    });
    await expect(stop).rejects.toThrow("stopped");
    expect(turns.map(([name]) => name)).toEqual(["a", "b", "a"]);
  });
});

it("the median is the middle, or the mean of the two in the middle", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
});
