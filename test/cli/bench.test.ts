/** `atif bench`, built, in a process of its own. */

import { describe, expect, it } from "vitest";
import { answerOf, atif, start, temporaryFolder } from "./atif.js";

const folder = temporaryFolder();

interface Row {
  readonly name: string;
  readonly checks: readonly { readonly passed: boolean; readonly against: string; readonly what: string }[];
  readonly times: readonly { readonly contestant: string; readonly medianMs: number }[];
  readonly ratios: Readonly<Record<string, number>>;
}

describe("atif bench", () => {
  it("validates what matters, times it with one thread and with more, and answers with one object", async () => {
    const words = ["bench", "--quick", "--rounds", "1", "--threads", "2", "--json"];
    const ended = await atif(words, { cwd: folder });
    expect(ended.code).toBe(0);
    const answer = answerOf(ended);
    expect(answer).toMatchObject({ valid: true, quick: true, rounds: 1, threads: [1, 2] });
    const backends = answer.backends as readonly string[];
    const isNative = backends[0] === "native";
    expect(answer.backend).toEqual({
      name: backends[0],
      instructionSet: isNative ? (expect.any(String) as string) : null,
      whyNotNative: isNative ? null : (expect.any(String) as string),
    });
    expect(backends.at(-1)).toBe("wasm");
    expect(answer.data).toMatch(/^the built-in digits enlarged to 28 x 28/);
    const rows = answer.rows as Row[];
    expect(rows.map(({ name }) => name)).toEqual([
      "training step, batch 8",
      "inference, batch 8",
      "neuron, T = 4, forward + backward",
    ]);
    for (const { checks, times, ratios } of rows) {
      expect(checks.every(({ passed }) => passed)).toBe(true);
      expect(new Set(checks.map(({ against }) => against))).toEqual(
        new Set(["the reference twin", "1 thread"]),
      );
      // Three threads share the work out unevenly: the results must be the same all the same.
      expect(checks.some(({ what }) => what.endsWith("with 3 threads"))).toBe(true);
      // Beside kernels of the processor's own, those that pages have.
      const names = backends.map((name, i) => (i === 0 ? "atif" : `atif, ${name}`));
      expect(times.map(({ contestant }) => contestant)).toEqual(
        names.flatMap((name) => [`${name}, 1 thread`, `${name}, 2 threads`]),
      );
      expect(ratios["atif, 2 threads"]).toBe(times[1].medianMs / times[0].medianMs);
    }
    const [memory] = answer.figures as { name: string; value: number; note: string }[];
    expect(memory.name).toBe("atif, peak of memory()");
    // 3 x 3 x (1 x 4 + 4 x 8) + 7 x 7 x 8 x 16 + 16 x 10 weights and more, each with its gradient and two moments.
    expect(memory.value).toBeGreaterThan(4 * 4 * (324 + 6272 + 160));
  });

  it("prints a table, and says last where the full comparison is", async () => {
    const { code, stdout } = await atif(["bench", "--quick", "--rounds", "1", "--threads", "3"], {
      cwd: folder,
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^atif \d+\.\d+\.\d+, (wasm|native)( \([^)]+\))?, medians of 1 round; .*Node \d+/);
    expect(stdout).toMatch(/^training step, batch 8 +atif, 1 thread +\d.* images$/m);
    expect(stdout).toMatch(/^inference, batch 8 +atif, 1 thread +\d/m);
    expect(stdout).toMatch(/^neuron, T = 4, forward \+ backward +atif, 1 thread +\d/m);
    expect(stdout.match(/^ +atif, [23] threads +.* \d+\.\d\d x$/gm)).toHaveLength(6);
    expect(stdout).toMatch(/^atif, peak of memory\(\) +\d+\.\d [kM]B/m);
    expect(stdout.trimEnd().split("\n").pop()).toBe(
      "The full comparison, beside PyTorch and others: npm run bench in a checkout of the repository.",
    );
  });

  it.each([
    [["--rounds", "0"], '--rounds is "0"; expected a whole number from 1 to 10000, as in --rounds 9.'],
    [["--suite", "c"], "atif bench has no option --suite."],
    [["--data", "nowhere"], "nowhere cannot be read as a folder"],
  ])("refuses %j", async (words, says) => {
    const ended = await atif(["bench", ...words], { cwd: folder });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(says);
  });

  it("ends when Ctrl-C comes", async () => {
    const { child, ended } = start(["bench", "--rounds", "1000"], { cwd: folder });
    // The head is printed when the handler is in place.
    child.stdout?.once("data", () => child.kill("SIGINT"));
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toContain("atif: stopped before the bench was complete; nothing was written.");
  });
});
