/** Bars of the bench beside what was measured. */

import { describe, expect, it } from "vitest";
import { compareWithBars } from "../../bench/src/bars.js";
import type { SuiteLetter, SuiteResult } from "../../bench/src/suite-result.js";

/** @param ratios of each other contestant to atif */
function suite(letter: SuiteLetter, name: string, ratios: Readonly<Record<string, number>>): SuiteResult {
  const row = { name, checks: [], valid: true, times: [], ratios, notes: [] };
  return { suite: letter, title: "", rows: [row], figures: [], notes: [] };
}

const wasm = { name: "wasm", instructionSet: null };
const avx512 = { name: "native", instructionSet: "avx512" };

describe("bars", () => {
  it("of a training step depend on the instruction set, and say by how much they are missed", () => {
    const steps = [suite("c", "training step, batch 64", { PyTorch: 3.2 })];
    const bar = (backend: typeof wasm | typeof avx512) =>
      compareWithBars(steps, backend).find(({ what }) => what === "training step, PyTorch / atif");
    expect(bar(wasm)).toMatchObject({ atLeast: 3, measured: 3.2, met: true, missedBy: 0 });
    const missed = bar(avx512);
    expect(missed).toMatchObject({ atLeast: 4, measured: 3.2, met: false });
    expect(missed?.missedBy).toBeCloseTo(0.2, 12);
  });

  it("compare AVX2 with PyTorch through the first contestant", () => {
    const steps = [suite("c", "training step, batch 64", { PyTorch: 4.5, "atif, native, AVX2": 1.25 })];
    const found = compareWithBars(steps, avx512).find(({ what }) => what.endsWith("AVX2"));
    expect(found).toMatchObject({ measured: 3.6, met: true });
  });

  it("of a copy take the fastest of those that there are", () => {
    const copies = { "memory copy, 1 thread": 0.8, "PyTorch copy_": 0.5, PyTorch: 9 };
    const found = compareWithBars([suite("a", "T = 4, forward", copies)], wasm)[1];
    expect(found).toMatchObject({ atMost: 1.5, measured: 2, met: false });
    expect(found.missedBy).toBeCloseTo(1 / 3, 12);
  });

  it("of spikes take the density that gains least, beside the faster of dense kernels and PyTorch", () => {
    const name = (density: number) => `conv 3x3, 64->64, 32x32, batch 16, forward, ${density} %`;
    const [few] = suite("b", name(5), { "atif, dense": 4, PyTorch: 2.5 }).rows;
    const [all] = suite("b", name(100), { "atif, dense": 1.6, PyTorch: 1.25 }).rows;
    const [other] = suite("b", "linear 3136->128, 256 rows, forward, 100 %", { "atif, dense": 0.5 }).rows;
    const bar = (rows: SuiteResult["rows"]) =>
      compareWithBars([{ ...suite("b", "", {}), rows }], avx512).find(({ what }) => what.includes("worst"));
    expect(bar([few, all, other])).toMatchObject({ atMost: 1, measured: 0.8, met: true });
    expect(bar([few, { ...all, ratios: { "atif, dense": 0.5 } }])).toMatchObject({ measured: 2, met: false });
    expect(bar([other])).toMatchObject({ measured: null, met: null });
  });

  it("of bits count what differs between backends, and nothing else", () => {
    const check = (against: string, error: number) =>
      ({
        against,
        what: "logits",
        measure: "elements that differ",
        error,
        tolerance: 0,
        passed: error === 0,
      }) as const;
    const bits = (checks: readonly ReturnType<typeof check>[]): SuiteResult => {
      const steps = suite("c", "training step, batch 64", {});
      return { ...steps, rows: [{ ...steps.rows[0], checks }] };
    };
    const bar = (checks: readonly ReturnType<typeof check>[]) =>
      compareWithBars([bits(checks)], avx512).find(({ unit }) => unit === "elements");
    expect(bar([check("PyTorch", 7)])).toMatchObject({ measured: null, met: null });
    expect(bar([check("PyTorch", 7), check("atif, wasm", 0)])).toMatchObject({ measured: 0, met: true });
    expect(bar([check("atif, wasm", 2)])).toMatchObject({ measured: 2, met: false });
  });
});
