/** A straight way at an even speed. */

import { expect, it } from "vitest";
import { straightPath } from "../../../src/datasets/events/straight-path.js";

it("goes through the middle after half of the time, and stays where it ends", () => {
  const path = straightPath({ direction: [1, -2], duration: 100, reach: 3 });
  expect([0, 25, 50, 100].map((t) => path(t))).toEqual([[-3, 6], [-1.5, 3], [0, -0], [3, -6]]);
  expect([path(-5), path(200)]).toEqual([path(0), path(100)]);
  expect(straightPath({ direction: [0, 1] })(300_000)).toEqual([0, 2]);
}); // prettier-ignore

it.each([
  [{ direction: [1] }, "straightPath: direction is [1]; expected"],
  [{ direction: [1, NaN] }, "expected [x, y], such as [1, 0] for to the right"],
  [{ direction: [1, 0], duration: 0 }, "straightPath: duration is 0"],
  [{ direction: [1, 0], reach: -1 }, "straightPath: reach is -1"],
  [{ direction: [1, 0], speed: 2 }, "straightPath"],
])("refuses %j", (options, sentence) => {
  expect(() => straightPath(options as unknown as { direction: [number, number] })).toThrow(sentence);
});
