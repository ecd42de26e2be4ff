/** Sweeps on Slurm, as far as they can be told without it: the script, arrays, what is submitted again, what is shown. */

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { lastComplaint } from "../../../src/cli/clusters/last-complaint.js";
import { MOST_FRUITLESS, verdictOn } from "../../../src/cli/clusters/resubmission.js";
import { parseTasks, Slurm, type Ask } from "../../../src/cli/clusters/slurm-commands.js";
import { readSubmitted, writeSubmitted } from "../../../src/cli/clusters/slurm-record.js";
import { arrayText, blocksOf, jobName, slurmScript } from "../../../src/cli/clusters/slurm-script.js";
import { scheduledBySlurm } from "../../../src/cli/clusters/slurm-status.js";

const folder = mkdtempSync(join(tmpdir(), "atif-slurm-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the batch script", () => {
  const script = (program: readonly string[], more = {}): string =>
    slurmScript({
      name: "my grid",
      root: join(folder, "it's here"),
      folders: ["a_seed-1", "b_seed-2"],
      program,
      words: ["--backend", "wasm"],
      ...more,
    });

  it("runs the folder with the number of the task, with the cores of the task", () => {
    mkdirSync(join(folder, "it's here"), { recursive: true });
    const path = join(folder, "run.sh");
    writeFileSync(path, script(["/bin/echo", "it is"]));
    const run = (task: string, words: string[] = [], cores?: string): string =>
      execFileSync("sh", [path, ...words], {
        encoding: "utf8",
        env: {
          PATH: process.env.PATH,
          SLURM_ARRAY_TASK_ID: task,
          ...(cores && { SLURM_CPUS_PER_TASK: cores }),
        },
        stdio: ["ignore", "pipe", "ignore"],
      });
    const at = join(folder, "it's here");
    expect(run("0")).toBe(`it is train --resume ${at}/a_seed-1 --threads 1 --backend wasm\n`);
    expect(run("1", [], "4")).toBe(`it is train --resume ${at}/b_seed-2 --threads 4 --backend wasm\n`);
    expect(run("0", ["1"])).toContain("b_seed-2");
    expect(() => run("2")).toThrow(/status|Command failed/);
  });

  it("has the options that were asked for, in front of everything that runs", () => {
    const text = script(["/usr/bin/node"], {
      threads: 3,
      partition: "long",
      time: "2:00:00",
      options: "--mem=8G",
    });
    const options = text.split("\n").filter((line) => line.startsWith("#SBATCH"));
    expect(options).toEqual([
      "#SBATCH --job-name=atif-my-grid",
      `#SBATCH "--output=${folder}/it's here/slurm/%A_%a.log"`,
      "#SBATCH --ntasks=1",
      "#SBATCH --signal=B:TERM@30",
      "#SBATCH --cpus-per-task=3",
      "#SBATCH --partition=long",
      "#SBATCH --time=2:00:00",
      "#SBATCH --mem=8G",
    ]);
    expect(text.startsWith("#!/bin/sh\n")).toBe(true);
    expect(text.indexOf("\ncd ")).toBeGreaterThan(text.lastIndexOf("#SBATCH"));
    expect(text).toContain("--array=0-1 '");
    expect(jobName("a b/ü")).toBe("atif-a-b-");
  });
});

describe("arrays", () => {
  it.each<[number[], string]>([
    [[0], "0"],
    [[0, 1, 2, 3, 7, 9, 10], "0-3,7,9-10"],
    [[], ""],
  ])("%j is %j", (numbers, text) => expect(arrayText(numbers)).toBe(text));

  it("are as large as the cluster allows, from whole multiples on", () => {
    expect(blocksOf([0, 2, 3, 5, 999, 1000], 3)).toEqual([
      { offset: 0, tasks: [0, 2] },
      { offset: 3, tasks: [0, 2] },
      { offset: 999, tasks: [0, 1] },
    ]);
  });
});

describe("what is submitted again", () => {
  const turns = { mark: "a", fruitless: 0 };

  it("is what was stopped or killed, as long as it gets on", () => {
    for (const state of ["interrupted", "died", "not begun", "running"] as const) {
      expect(verdictOn({ state }, { mark: "a", fruitless: 2 }, "b", null)).toEqual({
        next: "again",
        turns: { mark: "b", fruitless: 0 },
      });
    }
  });

  it("is nothing that is complete, or failed by its own fault", () => {
    expect(verdictOn({ state: "complete" }, turns, "a", null)).toEqual({ next: "complete" });
    const failed = verdictOn({ state: "failed", error: "it diverged" }, turns, "b", "killed");
    expect(failed).toEqual({ next: "failed", error: "it diverged" });
  });

  it("is nothing of which nothing comes, after a few times", () => {
    let now = turns;
    for (let turn = 1; turn < MOST_FRUITLESS; turn++) {
      const verdict = verdictOn({ state: "not begun" }, now, "a", "no data");
      if (verdict.next !== "again") throw new Error(`given up after ${turn}`);
      now = verdict.turns;
    }
    expect(verdictOn({ state: "not begun" }, now, "a", "no data")).toEqual({
      next: "failed",
      error: "no data (3 times, without getting any further)",
    });
  });
});

describe("Slurm's commands", () => {
  const answering = (answers: Readonly<Record<string, readonly [number | null, string, string?]>>): Slurm => {
    const ask: Ask = (program) => {
      const [code, out, err = ""] = answers[program] ?? [null, "", "ENOENT"];
      return Promise.resolve({ code, out, err });
    };
    return new Slurm(ask);
  };

  it("say what waits and runs", () => {
    const out =
      "12|3|RUNNING|n[1-2]|None\n12|4|PENDING||Resources|or so\n13|N/A|RUNNING|n1|None\n\nrubbish\n";
    expect(parseTasks(out)).toEqual([
      { job: "12", task: 3, state: "RUNNING", nodes: "n[1-2]", reason: "None" },
      { job: "12", task: 4, state: "PENDING", nodes: "", reason: "Resources|or so" },
    ]);
    const shown = scheduledBySlurm([{ job: "12", tasks: { 3: "a", 4: "b" } }], parseTasks(out));
    expect([...shown]).toEqual([
      ["a", { state: "running", where: "Slurm 12_3 on n[1-2]" }],
      ["b", { state: "queued", where: "Slurm 12_4: waits (Resources|or so)" }],
    ]);
  });

  it("submit, and say the largest array", async () => {
    expect(await answering({ sbatch: [0, "77;cluster\n"] }).submit("run.sh", "0-3", [])).toBe("77");
    expect(await answering({ scontrol: [0, "A = 1\nMaxArraySize            = 41\n"] }).maxArraySize()).toBe(
      41,
    );
    expect(await answering({ scontrol: [1, ""] }).maxArraySize()).toBe(1001);
    expect(await answering({ scontrol: [0, "JobId=1 JobState=OUT_OF_MEMORY X=1"] }).ended("1", 0)).toBe(
      "OUT_OF_MEMORY",
    );
  });

  it("are asked again where they do not answer, and missed in a sentence", async () => {
    expect(await answering({ squeue: [1, "", "no controller"] }).tasks()).toBeNull();
    await expect(answering({}).tasks()).rejects.toThrow("squeue is not there; expected Slurm's commands");
    await expect(answering({}).submit("run.sh", "0", [])).rejects.toThrow("sbatch is not there");
    const refused = answering({ sbatch: [1, "", "sbatch: error: invalid partition specified: x.\n"] });
    await expect(refused.submit("run.sh", "0", [])).rejects.toThrow(
      "sbatch has refused the runs: invalid partition specified: x. Options of the cluster",
    );
  });
});

describe("what was submitted", () => {
  it("is kept, and what is damaged is as if it were not there", () => {
    const root = join(folder, "kept");
    expect(readSubmitted(root)).toEqual([]);
    const arrays = [{ job: "12", tasks: { 0: "a", 3: "b" } }];
    writeSubmitted(root, arrays);
    expect(readSubmitted(root)).toEqual(arrays);
    const path = join(root, "slurm", "jobs.json");
    for (const text of [
      "{",
      "null",
      '{"arrays": [{"job": "-rf", "tasks": {}}, {"job": "1", "tasks": {"x": "a"}}]}',
    ]) {
      writeFileSync(path, text);
      expect(readSubmitted(root)).toEqual([]);
    }
  });

  it("has printed what went wrong at the end of its output", () => {
    const path = join(folder, "1_0.log");
    writeFileSync(
      path,
      `${"x".repeat(20_000)}\natif: warning: w\natif: it is broken; mend it.\natif: warning: v\nbye\n`,
    );
    expect(lastComplaint(path)).toBe("it is broken; mend it.");
    expect(lastComplaint(join(folder, "none"))).toBeNull();
  });
});
