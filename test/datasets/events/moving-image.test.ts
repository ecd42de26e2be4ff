/** Images that move: places of the path, brightness between pixels. */

import { describe, expect, it } from "vitest";
import { movingImage, saccadePath } from "../../../src/datasets/events/moving-image.js";
import { Generator } from "../../../src/random/generator.js";

const rounded = (values: ArrayLike<number>): number[] =>
  Array.from(values, (value) => Number(value.toFixed(6)) + 0);

describe("saccadePath", () => {
  it("is a triangle, back to where it began, slow at the corners", () => {
    const path = saccadePath({ duration: 300, reach: 2 });
    const at = (t: number): number[] => rounded(path(t));
    expect([0, 100, 200, 300].map(at)).toEqual([
      [-2, -2],
      [0, 2],
      [2, -2],
      [-2, -2],
    ]);
    expect(at(50)).toEqual([-1, 0]);
    // (1 - cos(pi / 4)) / 2 of the way.
    expect(at(25)).toEqual(rounded([-2 + 2 * 0.1464466, -2 + 4 * 0.1464466]));
    expect(at(400)).toEqual(at(300));
  });

  it("begins its movements elsewhere with a generator", () => {
    const [one, same, other] = [1, 1, 2].map((seed) => saccadePath({ generator: new Generator(seed) })(0));
    expect(one).toEqual(same);
    expect(one).not.toEqual(other);
    expect(() => saccadePath({ spread: 1 })).toThrow("spread is 1 without a generator");
  });
});

describe("movingImage", () => {
  const still = { shape: [2, 2], width: 4, height: 4 } as const;
  const image = [1, 2, 3, 4];

  it("stands in the middle, and moves by pixels of the sensor", () => {
    expect(rounded(movingImage(image, { ...still, path: () => [0, 0] })(0))).toEqual([
      ...[0, 0, 0, 0],
      ...[0, 1, 2, 0],
      ...[0, 3, 4, 0],
      ...[0, 0, 0, 0],
    ]);
    expect(rounded(movingImage(image, { ...still, path: (t) => [t, -t] })(1))).toEqual([
      ...[0, 0, 1, 2],
      ...[0, 0, 3, 4],
      ...[0, 0, 0, 0],
      ...[0, 0, 0, 0],
    ]);
  });

  it("interpolates between pixels and towards the wall", () => {
    const scene = movingImage([4], { shape: [1, 1], width: 3, height: 1, path: (t) => [t, 0] });
    expect([0, 0.25, 0.5, 3].map((t) => rounded(scene(t)))).toEqual([
      [0, 4, 0],
      [0, 3, 1],
      [0, 2, 2],
      [0, 0, 0],
    ]);
    const twice = movingImage([4, 8], { shape: [1, 2], width: 4, height: 1, scale: 2, path: () => [0, 0] });
    expect(rounded(twice(0))).toEqual([3, 5, 7, 6]);
  });

  it("refuses what does not fit", () => {
    const path = (): [number, number] => [0, 0];
    expect(() => movingImage([1], { ...still, path })).toThrow("expected 4 values for its shape [2, 2]");
    expect(() => movingImage(image, { ...still, path: 3 as never })).toThrow("movingImage: path is 3");
    expect(() => movingImage(image, { ...still, scale: 0, path })).toThrow("movingImage: scale is 0");
  });
});
