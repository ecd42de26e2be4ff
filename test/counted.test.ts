import { expect, it } from "vitest";
import { counted } from "../src/counted.js";

it("one of a thing is one thing", () => {
  expect([0, 1, 2].map((count) => counted(count, "sample"))).toEqual(["0 samples", "1 sample", "2 samples"]);
  expect([1, 2].map((count) => counted(count, "class", "classes"))).toEqual(["1 class", "2 classes"]);
});
