import { describe, expect, it } from "vitest";
import type { Argument, Case } from "./arguments.js";
import { casesOf, kernelNames } from "./cases.js";
import { sampleOf, traitsOfCase } from "./sample.js";

function input(length: number, value = 1): Argument {
  return { name: "x", role: "input", data: new Float32Array(length).fill(value), offset: 0, scale: 0 };
}

/** Cases of a kernel that has these arguments. */
function labelled(cases: Record<string, readonly Argument[]>): Case<"fill">[] {
  return Object.entries(cases).map(([label, args]) => ({ label, args }) as unknown as Case<"fill">);
}

function labels(cases: readonly Case<"fill">[]): string[] {
  return sampleOf(cases).map(({ label }) => label);
}

describe("the sample of a kernel's cases", () => {
  it("leaves out what others have already, and keeps the order", () => {
    const cases = labelled({
      "8 twice": [input(8), 8],
      nine: [input(9), 9],
      "larger, as eight": [input(16), 8],
      "as nine": [input(41), 41],
      "other than nine for wide vectors": [input(41), 17],
    });
    expect(labels(cases)).toEqual(["8 twice", "nine", "other than nine for wide vectors"]);
  });

  it("has every edge: nothing, one, a null, both ways of a flag, numbers that are not finite, many chunks", () => {
    const cases = labelled({
      usual: [input(12), true],
      nothing: [input(0), true],
      one: [input(1), true],
      null: [null, true],
      "the other way": [input(12), false],
      NaN: [input(12, NaN), true],
      "as usual": [input(16), true],
      "many chunks": [input(1 << 14), true],
      infinite: [input(12, Infinity), false],
    });
    expect(labels(cases)).toEqual(["nothing", "one", "null", "NaN", "many chunks", "infinite"]);
  });

  it("has all traits of all cases of every kernel, and is a small part of them", () => {
    const counts = { all: 0, sample: 0 };
    for (const name of kernelNames) {
      const cases = casesOf(name);
      const sample = sampleOf(cases);
      const traits = (some: readonly Case<typeof name>[]): string[] =>
        [...new Set(some.flatMap(traitsOfCase))].sort();
      expect(sample.length, name).toBeGreaterThan(1);
      expect(traits(sample), name).toEqual(traits(cases));
      counts.all += cases.length;
      counts.sample += sample.length;
    }
    expect(counts.sample).toBeLessThan(counts.all / 3);
  });
});
