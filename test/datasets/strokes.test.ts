import { describe, expect, it } from "vitest";
import { imageFromStrokes } from "../../src/datasets/strokes.js";

const rows = (image: Float32Array, width: number): number[][] =>
  Array.from({ length: image.length / width }, (_, row) =>
    [...image.subarray(row * width, (row + 1) * width)].map((value) => value * 16),
  );

describe("imageFromStrokes", () => {
  it("prepares 8x8 as the UCI digits: full height, 20 of 32 wide, 30.5 % ink, counts of 4x4", () => {
    // a slanted square, far away and small
    const image = imageFromStrokes([[1000, 500, 1010, 500, 1011, 520, 1001, 520, 1000, 500]], [8, 8, 1]);
    const grid = rows(image, 8);
    expect(grid.flat().every((count) => Number.isInteger(count) && count >= 0 && count <= 16)).toBe(true);
    expect(Math.abs(image.reduce((sum, value) => sum + value, 0) / 64 - 0.305)).toBeLessThan(0.02);
    const filled = (lines: number[][]): number[] =>
      lines.flatMap((line, i) => (line.some((count) => count > 0) ? [i] : []));
    expect(filled(grid)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(filled(grid[0].map((_, column) => grid.map((row) => row[column])))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("does not depend on where and how large it was drawn", () => {
    const stroke = [0, 0, 64, 0, 32, 128];
    const moved = stroke.map((value, i) => value * 4 + (i % 2 === 0 ? 256 : 1024));
    expect(imageFromStrokes([moved], [8, 8, 1])).toEqual(imageFromStrokes([stroke], [8, 8, 1]));
  });

  it("makes a straight line a thick one, not a box", () => {
    const grid = rows(imageFromStrokes([[5, 0, 5, 100]], [8, 8, 1]), 8);
    expect(grid.slice(1, 7)).toEqual(new Array(6).fill([0, 0, 4, 16, 16, 4, 0, 0]));
  });

  it("prepares 28x28 as MNIST: a box of 20, proportions kept, the centre of mass in the centre", () => {
    const image = imageFromStrokes([[0, 0, 0, 50, 25, 50]], [28, 28, 1]);
    let [mass, x, y] = [0, 0, 0];
    image.forEach((value, i) => {
      mass += value;
      x += value * ((i % 28) + 0.5);
      y += value * (Math.floor(i / 28) + 0.5);
    });
    expect(Math.abs(x / mass - 14)).toBeLessThan(0.2);
    expect(Math.abs(y / mass - 14)).toBeLessThan(0.2);
    const filled = rows(image, 28).filter((row) => row.some((count) => count > 0));
    expect(filled.length).toBeGreaterThanOrEqual(20);
    expect(filled.length).toBeLessThanOrEqual(21);
  });

  it("is empty without strokes, draws a dot, and repeats channels", () => {
    expect(imageFromStrokes([], [8, 8, 1])).toEqual(new Float32Array(64));
    expect(imageFromStrokes([[]], [8, 8, 1])).toEqual(new Float32Array(64));
    expect(rows(imageFromStrokes([[3, 3]], [8, 8, 1]), 8)[4][4]).toBe(16);
    const [one, three] = [1, 3].map((channels) => imageFromStrokes([[0, 0, 1, 2]], [8, 8, channels]));
    expect(three.filter((_, i) => i % 3 === 2)).toEqual(one);
  });

  it("refuses other shapes and numbers that are none", () => {
    expect(() => imageFromStrokes([], [64])).toThrow("shape is [64]; expected an image, [H, W, C].");
    expect(() => imageFromStrokes([[1]], [8, 8, 1])).toThrow("stroke 0 is [1]; expected pairs");
    expect(() => imageFromStrokes([[1, NaN]], [8, 8, 1])).toThrow("element 1 of stroke 0 is NaN");
  });
});
