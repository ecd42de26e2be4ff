/** atif sweep: jobs that are begun, go on, fail and are put together. */

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { runCommandLine } from "../../src/cli/program.js";
import { sweep, type SweepArguments } from "../../src/cli/commands/sweep.js";
import { failureOf } from "../../src/cli/exit-codes.js";
import { partDone } from "../../src/cli/part-done.js";
import type { JobLauncher } from "../../src/cli/sweep-launcher.js";
import { printTo } from "../../src/cli/terminal.js";
import { RunFolder } from "../../src/experiment/run-folder/run-folder.js";
import { until } from "../until.js";
import { answerOf, configText, start, temporaryFolder } from "./atif.js";

const folder = temporaryFolder();
const root = join(folder, "swept");

/** Two seeds of two networks: four runs of a moment each. */
const GRID = `[sweep]
experiment = "tiny.toml"
seeds = [1, 2]
[grid]
model.0.params.timesteps = [1, 2]
`;

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Jobs in this process, one at a time. */
const here: JobLauncher = ({ words }, onProgress) => {
  onProgress("epoch 1/1, 50 %");
  const ended = runCommandLine([...words, "--quiet"]).then((code) => ({ code, complaint: null }));
  return { ended, stop: () => undefined };
};

async function swept(args: Partial<SweepArguments> = {}, launch = here): Promise<Said> {
  let [out, err] = ["", ""];
  printTo({ write: (text) => (out += text) }, { write: (text) => (err += text) });
  try {
    await sweep({ sweep: join(folder, "grid.toml"), out: root, ...args }, launch);
    return { code: 0, out, err };
  } catch (thrown) {
    const { exitCode, sentence } = failureOf(thrown);
    return { code: exitCode, out, err: err + sentence };
  } finally {
    printTo(process.stdout, process.stderr);
  }
}

interface Results {
  readonly rank: string;
  readonly rows: readonly { readonly settings: string[]; readonly runs: number; readonly complete: number }[];
  readonly runs: readonly {
    readonly folder: string;
    readonly seed: number;
    readonly state: string;
    readonly error?: string;
    readonly figures: { readonly test: { readonly accuracy: number }; readonly epochs: number } | null;
  }[];
}

const results = (): Results => JSON.parse(readFileSync(join(root, "results.json"), "utf8")) as Results;

beforeEach(() => {
  rmSync(root, { recursive: true, force: true });
  writeFileSync(join(folder, "tiny.toml"), configText({ epochs: 1 }));
  writeFileSync(join(folder, "grid.toml"), GRID);
});

describe("atif sweep", () => {
  it("runs all, and says what came out as text, JSON, CSV and SVG", async () => {
    const { code, out, err } = await swept();
    expect(code, err).toBe(0);
    expect(err.match(/^4\/4 .*: test accuracy [\d.]+ %$/m)).not.toBeNull();
    const lines = out.split("\n");
    expect(lines[1]).toMatch(/^timesteps +runs +test accuracy, % +test loss +training loss +spikes$/);
    expect(lines[2]).toMatch(/^[12] +2 +[\d.]+ ± [\d.]+ /);
    expect(out).toContain("4 of 4 runs complete; wrote ");
    const { rank, rows, runs } = results();
    expect([rank, rows.length, runs.length]).toEqual(["test_acc", 2, 4]);
    // What the runs have written themselves.
    for (const { folder: name, figures, seed } of runs) {
      const summary = new RunFolder(join(root, name)).readSummary();
      expect(summary).toMatchObject({ status: "complete", seed, test: { accuracy: figures?.test.accuracy } });
    }
    expect(readFileSync(join(root, "results.csv"), "utf8").split("\r\n")).toHaveLength(4);
    expect(readFileSync(join(root, "results.svg"), "utf8")).toContain("grid, 4 runs");
    // No times, and no folders of this machine: it can be kept.
    const kept = readFileSync(join(root, "results.json"), "utf8");
    expect(kept).not.toMatch(/seconds|\/tmp|atif-cli/);

    // All is done; nothing is run again.
    const again = await swept({ json: true }, () => {
      throw new Error("nothing is to be run");
    });
    expect([again.code, again.err]).toEqual([0, ""]);
    expect(JSON.parse(again.out)).toMatchObject({ rank: "test_acc", folder: root });
    expect(readFileSync(join(root, "results.json"), "utf8")).toBe(kept);
  });

  it.each<[string, number | null]>([
    ["epoch  3/15, 18 %, loss 0.2, 100 samples/s, 0:12 left", 0.18],
    ["validating 3/7, 20 %", 0.2],
    ["epoch  3/15  loss 0.2134  accuracy 94.1 %  theta 0.871  0.9 s", 0.2],
    ["testing 3/7, 42 %", null],
    ["going on with runs/grid/a, which is not complete", null],
  ])("tells from %j how far a job is", (line, part) => {
    expect(partDone(line)).toBe(part);
  });

  it("holds samples back from all runs for a quick look", async () => {
    const { code, err } = await swept({ limit: 50 });
    expect(code, err).toBe(0);
    expect(
      results().runs.map(({ figures }) => (figures?.test as { samples?: number } | undefined)?.samples),
    ).toEqual([50, 50, 50, 50]);
  });

  it("reports what fails, and goes on with the others", async () => {
    let count = 0;
    const failing: JobLauncher = (command, onProgress) =>
      ++count === 2
        ? { ended: Promise.resolve({ code: 1, complaint: "no luck; expected more." }), stop: () => undefined }
        : here(command, onProgress);
    const { code, out, err } = await swept({}, failing);
    expect(code).toBe(1);
    expect(err).toMatch(/1 run of 4 failed, and 3 are complete; expected all to be\. Try those again/);
    expect(out).toMatch(/failed: timesteps-1_net_seed-2-[0-9a-f]{8}: no luck; expected more\./);
    expect(results().runs.map(({ state }) => state)).toEqual(["complete", "failed", "complete", "complete"]);
    expect(results().rows.find(({ settings }) => settings[0] === "1")).toMatchObject({
      runs: 2,
      complete: 1,
    });
    // Again: that one alone.
    const words: string[] = [];
    const { code: then } = await swept({}, (command, onProgress) => {
      words.push(command.words[2]);
      return here(command, onProgress);
    });
    expect(then).toBe(0);
    expect(words).toEqual([expect.stringMatching(/timesteps-1_net_seed-2-/)]);
  });

  it("says the plan, which somebody else runs, and collects what has come of it", async () => {
    const planned = await swept({ plan: true });
    expect(planned.out.trim().split("\n")).toHaveLength(4);
    const plan = JSON.parse(readFileSync(join(root, "plan.json"), "utf8")) as {
      readonly jobs: readonly { readonly folder: string; readonly command: readonly string[] }[];
    };
    const [{ folder: first, command }] = plan.jobs;
    expect(command).toEqual(["atif", "train", "--resume", first]);
    expect(existsSync(join(root, first, "config.toml"))).toBe(true);
    expect(await runCommandLine(["train", "--resume", join(root, first), "--quiet"])).toBe(0);
    const collected = await swept({ sweep: root, out: undefined, collect: true } as never);
    expect(collected.code).toBe(1);
    expect(collected.err).toContain("1 of 4 runs in ");
    expect(results().runs.map(({ state }) => state)).toEqual([
      "complete",
      "not begun",
      "not begun",
      "not begun",
    ]);
    // The folder itself is enough to go on.
    expect((await swept({ sweep: root, out: undefined } as never)).code).toBe(0);
  });

  it("finds what there is when the grid grows, and leaves folders of other settings alone", async () => {
    await swept();
    writeFileSync(
      join(folder, "grid.toml"),
      GRID.replace("[1, 2]\n[grid]", "[1, 2, 3]\n[grid]").replace("= [1, 2]\n", "= [2]\n"),
    );
    const words: string[] = [];
    const { code, err } = await swept({}, (command, onProgress) => {
      words.push(command.words[2]);
      return here(command, onProgress);
    });
    expect(code, err).toBe(0);
    expect(words.map((path) => path.slice(root.length + 1))).toEqual([
      expect.stringMatching(/^timesteps-2_net_seed-3/),
    ]);
    expect(err).toContain("holds 2 folders of other settings, such as timesteps-1_net_seed-");
    expect(results().runs).toHaveLength(3);
  });

  it("does not take what another process is working on", async () => {
    await swept({ plan: true });
    const { jobs } = JSON.parse(readFileSync(join(root, "plan.json"), "utf8")) as {
      jobs: { folder: string }[];
    };
    const busy = new RunFolder(join(root, jobs[0].folder));
    busy.hold();
    try {
      const { code, err } = await swept();
      expect(code).toBe(1);
      expect(err).toContain("another process is working on it");
      expect(results().runs.map(({ state }) => state)).toEqual([
        "running",
        "complete",
        "complete",
        "complete",
      ]);
    } finally {
      busy.release();
    }
  });

  it.each<[Partial<SweepArguments>, string]>([
    [{ sweep: join(folder, "none.toml") }, "none.toml"],
    [{ sweep: folder }, "is the folder of a sweep, whose experiments are written"],
    [{ sweep: folder, out: undefined as never }, "is a folder without a plan.json"],
    [{ plan: true, collect: true }, "--plan and --collect are both given"],
    [{ out: folder }, "is not empty, and what is in it is no sweep"],
  ])("refuses, %#", async (args, sentence) => {
    const { code, err } = await swept(args);
    expect([code, err]).toEqual([2, expect.stringContaining(sentence)]);
  });

  it("refuses a damaged plan", async () => {
    await swept({ plan: true });
    const path = join(root, "plan.json");
    const whole = readFileSync(path, "utf8");
    for (const [text, problem] of [
      ["{", "is not JSON"],
      ["null", "is of version undefined"],
      [whole.replace(/"folder": "[^"]*"/, '"folder": "../.."'), "has no jobs, or one that is damaged"],
      [whole.replace('"rank": "test_acc"', '"rank": "best"'), "has no name, or no rank"],
    ]) {
      writeFileSync(path, text);
      const { code, err } = await swept({ sweep: root, out: undefined as never });
      expect([code, err]).toEqual([2, expect.stringContaining(problem)]);
    }
  });

  it("runs jobs in processes, stops with checkpoints, and goes on to the same bits", async () => {
    writeFileSync(join(folder, "tiny.toml"), configText({ epochs: 25 }));
    writeFileSync(join(folder, "grid.toml"), GRID.split("[grid]")[0]);
    const words = ["sweep", "grid.toml", "--out", "swept", "--jobs", "2", "--json"];
    const begun = start(words, { cwd: folder });
    await until("a checkpoint of each job", () => {
      const names = existsSync(join(root, "plan.json")) ? readdirSync(root) : [];
      return names.filter((name) => existsSync(join(root, name, "checkpoint.safetensors"))).length === 2;
    });
    begun.child.kill("SIGINT");
    const stopped = await begun.ended;
    expect([stopped.code, stopped.stderr]).toEqual([
      130,
      expect.stringContaining("stopped: 0 of 2 runs in swept are complete. Go on with: "),
    ]);
    expect(answerOf(stopped)).toMatchObject({ exitCode: 130, rank: "test_acc" });
    expect(results().runs.map(({ state }) => state)).toEqual(["interrupted", "interrupted"]);
    const ended = await start(words, { cwd: folder }).ended;
    expect(ended.code, ended.stderr).toBe(0);
    const kept = readFileSync(join(root, "results.json"), "utf8");
    // Without a stop on the way.
    expect((await swept({ out: join(folder, "straight") })).code).toBe(0);
    expect(readFileSync(join(folder, "straight", "results.json"), "utf8")).toBe(kept);
  });
});
