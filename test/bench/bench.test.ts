/** `npm run bench`, built, in a process of its own. */

import { describe, expect, it } from "vitest";
import { answerOf, temporaryFolder } from "../cli/atif.js";
import { bench, startBench } from "./bench-process.js";

const folder = temporaryFolder();

interface Row {
  readonly name: string;
  readonly valid: boolean;
  readonly checks: readonly { readonly passed: boolean; readonly against: string }[];
  readonly times: readonly { readonly contestant: string; readonly medianMs: number }[];
}

describe("the bench", () => {
  it("validates every row, times it, and answers with one object", async () => {
    const ended = await bench(["--quick", "--no-peers", "--json", "--rounds", "1"], { cwd: folder });
    expect(ended.code).toBe(0);
    const answer = answerOf(ended);
    expect(answer).toMatchObject({ valid: true, quick: true, rounds: 1, peers: [] });
    expect(answer.data).toMatch(/^the built-in digits enlarged to 28 x 28/);
    const suites = answer.suites as {
      suite: string;
      rows: Row[];
      figures: { name: string; value: number }[];
    }[];
    expect(suites.map(({ suite }) => suite)).toEqual(["a", "b", "c", "d", "e", "f", "g", "h"]);
    const against: Readonly<Record<string, string>> = { f: "1 thread", h: "the mean of both halves" };
    const first: Readonly<Record<string, string>> = { f: "atif, 1 thread", h: "atif, 1 process" };
    for (const { suite, rows } of suites) {
      for (const { checks, valid, times } of rows) {
        expect(valid).toBe(true);
        expect(checks.length).toBeGreaterThan(0);
        expect(checks.every(({ passed }) => passed)).toBe(true);
        expect(checks[0].against).toBe(against[suite] ?? "the reference twin");
        expect(times[0].contestant).toBe(first[suite] ?? "atif");
        expect(times.every(({ medianMs }) => medianMs > 0)).toBe(true);
      }
    }
    const [neuron, products] = suites;
    expect(neuron.rows.map(({ name }) => name)).toContain("T = 16, forward + backward");
    expect(neuron.rows[0].times.map(({ contestant }) => contestant)).toEqual([
      "atif",
      "atif, elements of y asked for",
      "memory copy, 1 thread",
    ]);
    // Two products, forward and weight gradient at five densities, and the input gradient; a dense one by one thread.
    expect(products.rows).toHaveLength(2 * (5 + 5 + 1) + 1);
    expect(products.rows[0].name).toBe("conv 3x3, 64->64, 8x8, batch 2, forward, 5 %");
    expect(products.rows[0].times.map(({ contestant }) => contestant)).toEqual(["atif", "atif, dense"]);
    // One dense contestant for all densities.
    expect(products.rows[4].times[1]).toEqual(products.rows[0].times[1]);
    const figure = (name: string): number =>
      suites.flatMap(({ figures }) => figures).find((each) => each.name === name)?.value ?? NaN;
    expect(figure("atif, peak of memory()")).toBeGreaterThan(0);
    expect(figure("atif, import")).toBeLessThan(figure("atif, whole process"));
    expect(figure("wasm module, gzip")).toBeLessThan(figure("wasm module"));
    expect(figure("wasm module, gzip")).toBeLessThan(figure("core bundle, gzip"));
    expect(figure("load-and-run bundle, gzip")).toBeLessThan(figure("core bundle, gzip"));
    expect(figure("core bundle, gzip")).toBeLessThan(figure("package, unpacked"));
    const bars = answer.bars as { what: string; met: boolean | null }[];
    expect(bars.map(({ what }) => what)).toContain("training step, PyTorch / atif");
    // Without PyTorch there is nothing to compare with.
    expect(bars.filter(({ what }) => what.includes("PyTorch")).every(({ met }) => met === null)).toBe(true);
  }, 120_000);

  it("names a peer that is missing, with the way to have it", async () => {
    const ended = await bench(["--quick", "--suite", "d", "--rounds", "1", "--python", "no-python"], {
      cwd: folder,
    });
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain("without PyTorch: no-python: ");
    expect(ended.stdout).toContain("python -m pip install torch");
    expect(ended.stdout).toContain("without onnxruntime-node: it is not installed here.");
    expect(ended.stdout).toMatch(/inference, batch 8 +atif +\d/);
  });

  it.each([
    [["--suite", "a,x"], '--suite is "a,x"; expected letters from a to h, as in --suite a,c.'],
    [["x"], 'suites is "x"; expected letters from a to h, as in --suite a,c.'],
    [["c", "--suite", "d"], "suites were named twice, as words and by --suite; expected one of the two."],
    [["--sute", "c"], "npm run bench -- has no option --sute. Did you mean --suite?"],
    [["--rounds", "0"], '--rounds is "0"; expected a whole number from 1 to 10000, as in --rounds 9.'],
    [["--data", "nowhere", "--suite", "c", "--no-peers"], "nowhere cannot be read as a folder"],
  ])("refuses %j", async (words, says) => {
    const ended = await bench(words, { cwd: folder });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(says);
  });

  it("ends when Ctrl-C comes", async () => {
    const { child, ended } = startBench(["d", "--no-peers", "--rounds", "1000"], {
      cwd: folder,
    });
    // The head of the table is printed when the handler is in place.
    child.stdout?.once("data", () => child.kill("SIGINT"));
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toContain("atif: stopped before the bench was complete; nothing was written.");
  });
});
