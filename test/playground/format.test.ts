import { describe, expect, it } from "vitest";
import { counted, duration } from "../../playground/format.js";

describe("durations", () => {
  it.each([
    [0, "0 s"],
    [6.2, "7 s"],
    [59, "59 s"],
    [59.4, "1 min 0 s"],
    [60, "1 min 0 s"],
    [119.2, "2 min 0 s"],
    [119.6, "2 min 0 s"],
    [3599.5, "1 h 0 min"],
    [7260, "2 h 1 min"],
  ])("%d seconds", (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });

  it("have no part of 60, at any time of two hours", () => {
    for (let seconds = 0; seconds < 7200; seconds += 0.25) expect(duration(seconds)).not.toMatch(/(^|\D)60/);
  });
});

it("one of a thing is one thing", () => {
  expect([0, 1, 2].map((count) => counted(count, "picture"))).toEqual([
    "0 pictures",
    "1 picture",
    "2 pictures",
  ]);
  expect([1, 2].map((count) => counted(count, "class", "classes"))).toEqual(["1 class", "2 classes"]);
});
