/** Arithmetic on shapes. */

import { describe, expect, it } from "vitest";
import { ShapeError } from "../src/errors.js";
import {
  broadcastShapes,
  broadcastStrides,
  checkAxis,
  formatShape,
  sameShape,
  sizeOf,
  stridesOf,
} from "../src/shapes.js";

describe("shapes", () => {
  it("format", () => {
    expect([formatShape([4, 10]), formatShape([]), formatShape([0])]).toEqual(["[4, 10]", "[]", "[0]"]);
  });

  it("size is the product; of no axes, 1; with an axis of 0, 0", () => {
    expect([sizeOf([2, 3, 4]), sizeOf([]), sizeOf([5, 0]), sizeOf([2 ** 40, 0, 2 ** 40])]).toEqual([
      24, 1, 0, 0,
    ]);
  });

  it.each<[unknown, new (...args: never[]) => Error, string]>([
    [[2, -1], ShapeError, "shape [2, -1] has the dimension -1; expected whole numbers of at least 0."],
    [[0.5], ShapeError, "shape [0.5] has the dimension 0.5; expected whole numbers of at least 0."],
    [[NaN], ShapeError, "shape [NaN] has the dimension NaN; expected whole numbers of at least 0."],
    [
      [Infinity],
      ShapeError,
      "shape [Infinity] has the dimension Infinity; expected whole numbers of at least 0.",
    ],
    [[2 ** 53], ShapeError, "has the dimension 9007199254740992; expected whole numbers of at least 0."],
    [["2"], ShapeError, "expected whole numbers of at least 0."],
    [[undefined], ShapeError, "has the dimension undefined; expected whole numbers of at least 0."],
    [[2 ** 30, 2 ** 30], ShapeError, "shape [1073741824, 1073741824] has "],
    [6, TypeError, "a shape is 6; expected an array of dimensions like [2, 3]."],
    [null, TypeError, "a shape is null; expected an array of dimensions like [2, 3]."],
    [undefined, TypeError, "a shape is undefined; expected an array of dimensions like [2, 3]."],
  ])("size of %j is refused", (shape, kind, message) => {
    expect(() => sizeOf(shape as number[])).toThrow(kind);
    expect(() => sizeOf(shape as number[])).toThrow(message);
  });

  it("sameShape compares rank and dimensions", () => {
    expect([sameShape([], []), sameShape([2, 3], [2, 3])]).toEqual([true, true]);
    expect([sameShape([2, 3], [3, 2]), sameShape([2], [2, 1]), sameShape([2, 1], [2])]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it("strides are row-major", () => {
    expect(stridesOf([2, 3, 4])).toEqual([12, 4, 1]);
    expect([stridesOf([]), stridesOf([7]), stridesOf([2, 0, 3])]).toEqual([[], [1], [0, 3, 1]]);
  });

  it.each([
    [
      [2, 3],
      [2, 3],
      [2, 3],
    ],
    [[2, 3], [3], [2, 3]],
    [
      [2, 1, 4],
      [3, 1],
      [2, 3, 4],
    ],
    [[], [5], [5]],
    [[1], [0], [0]],
    [
      [0, 3],
      [1, 1],
      [0, 3],
    ],
    [[], [], []],
  ])("%j and %j broadcast to %j, either way round", (a, b, expected) => {
    expect(broadcastShapes("add", a, b)).toEqual(expected);
    expect(broadcastShapes("add", b, a)).toEqual(expected);
  });

  it.each([
    [[2], [3]],
    [[2, 3], [2]],
    [[0], [2]],
  ])("%j and %j do not broadcast", (a, b) => {
    const refusal = `mul: ${formatShape(a)} and ${formatShape(b)} do not broadcast; expected each pair of trailing dimensions to be equal or 1. Reshape one of them.`;
    expect(() => broadcastShapes("mul", a, b)).toThrow(ShapeError);
    expect(() => broadcastShapes("mul", a, b)).toThrow(refusal);
  });

  it("broadcast strides repeat with 0", () => {
    expect(broadcastStrides([2, 3], [2, 3])).toEqual([3, 1]);
    expect(broadcastStrides([3], [2, 3])).toEqual([0, 1]);
    expect(broadcastStrides([2, 1], [2, 3])).toEqual([1, 0]);
    expect(broadcastStrides([], [2, 3])).toEqual([0, 0]);
    expect(broadcastStrides([2, 1, 4], [5, 2, 3, 4])).toEqual([0, 4, 0, 1]);
  });

  it("axes count from both ends", () => {
    expect([0, 2, -1, -3].map((axis) => checkAxis("sum", axis, 3))).toEqual([0, 2, 2, 0]);
    for (const axis of [3, -4, 0.5, NaN]) {
      expect(() => checkAxis("sum", axis, 3)).toThrow(
        `sum: axis ${axis} of a tensor with 3 axes; expected -3 to 2.`,
      );
    }
  });
});
