/** Results are compared before they are timed: what the comparisons let pass and what they refuse. */

import { describe, expect, it } from "vitest";
import { nearOverall, nearValues, sameValues } from "../../../src/cli/quick-bench/check.js";

const f32 = (...values: number[]): Float32Array => Float32Array.from(values);

describe("sameValues", () => {
  it("counts the elements that differ", () => {
    expect(sameValues("PyTorch", "y", f32(1, 2, 3, 0), f32(1, 2, 3, -0))).toMatchObject({
      against: "PyTorch",
      what: "y",
      measure: "elements that differ",
      error: 0,
      passed: true,
    });
    expect(sameValues("PyTorch", "y", f32(1, 2.0000002, 4), f32(1, 2, 3))).toMatchObject({
      error: 2,
      passed: false,
    });
  });

  it("does not take NaN for a result", () => {
    expect(sameValues("PyTorch", "y", f32(NaN), f32(NaN)).passed).toBe(false);
  });
});

describe("nearValues", () => {
  it("measures the largest difference in units of the largest value", () => {
    const check = nearValues("the reference twin", "dx", f32(1, -4.5, 2), f32(1, -4, 2.25), 0.125);
    expect(check.error).toBe(0.125);
    expect(check.passed).toBe(true);
    expect(nearValues("", "", f32(1, -4.5), f32(1, -4), 0.12).passed).toBe(false);
  });

  it("refuses NaN, and anything that should be zero and is not", () => {
    expect(nearValues("", "", f32(1, NaN, 1), f32(1, 1, 1), 0.5).passed).toBe(false);
    expect(nearValues("", "", f32(NaN, 1), f32(1, 1), 0.5).passed).toBe(false);
    expect(nearValues("", "", f32(1e-9), f32(0), 0.5).passed).toBe(false);
    expect(nearValues("", "", f32(0, 0), f32(0, 0), 0).passed).toBe(true);
  });
});

describe("nearOverall", () => {
  it("is the distance over the length of what was expected", () => {
    // |(0, 1)| / |(3, 4)|
    expect(nearOverall("", "", f32(3, 5), f32(3, 4), 0.2)).toMatchObject({ error: 0.2, passed: true });
    expect(nearOverall("", "", f32(3, 5), f32(3, 4), 0.19).passed).toBe(false);
  });

  it("refuses NaN, and anything that should be zero and is not", () => {
    expect(nearOverall("", "", f32(NaN, 1), f32(1, 1), 10).passed).toBe(false);
    expect(nearOverall("", "", f32(1e-9), f32(0), 10).passed).toBe(false);
    expect(nearOverall("", "", f32(0), f32(0), 0).passed).toBe(true);
  });
});

it("arrays of different lengths are not compared", () => {
  expect(() => nearOverall("", "logits", f32(1), f32(1, 2), 1)).toThrow(
    "bench: logits has 1 elements here and 2 there; expected as many. Nothing was compared.",
  );
});
