import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import type { TrainTest } from "../../src/datasets/dataset.js";
import { loadDigits } from "../../src/datasets/digits.js";

describe("loadDigits", () => {
  let digits: TrainTest;
  beforeAll(async () => {
    digits = await loadDigits();
  });

  it("splits 1437 and 360 samples of [8, 8, 1] in ten classes", () => {
    const { train, test } = digits;
    expect([train.length, test.length]).toEqual([1437, 360]);
    for (const set of [train, test])
      expect([set.sampleShape, set.classes, set.name]).toEqual([[8, 8, 1], 10, "digits"]);
    expect([...train.labelCounts()]).toEqual([143, 146, 142, 146, 144, 145, 144, 143, 141, 143]);
    expect([...test.labelCounts()]).toEqual([35, 36, 35, 37, 37, 37, 37, 36, 33, 37]);
  });

  it("begins with a zero, its pixels divided by 16", () => {
    const { x, labels } = digits.train.batch([0]);
    expect(labels[0]).toBe(0);
    expect([...x.subarray(0, 16)].map((value) => value * 16)).toEqual([
      0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0,
    ]);
    expect(Math.max(...digits.train.toFloat32())).toBe(1);
  });

  it("holds every row of the file, in its order", () => {
    const rows = gunzipSync(readFileSync(new URL("../../data/digits.csv.gz", import.meta.url)))
      .toString()
      .trim()
      .split("\n")
      .map((row) => row.split(",").map(Number));
    const { train, test } = digits;
    expect([...train.labels, ...test.labels]).toEqual(rows.map((row) => row[64]));
    const pixels = rows.flatMap((row) => row.slice(0, 64).map((pixel) => pixel / 16));
    expect([...train.toFloat32(), ...test.toFloat32()]).toEqual(pixels);
  });
});
