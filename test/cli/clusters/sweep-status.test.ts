/** atif sweep status: what is told of runs from their folders, and from who hands them out. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { countsText, shownRun, statusTable } from "../../../src/cli/clusters/shown-status.js";
import { LiveLines } from "../../../src/cli/progress.js";
import type { JobStatus } from "../../../src/experiment/sweep/sweep-status.js";
import { configText, temporaryFolder } from "../atif.js";
import { atifHere } from "../in-process.js";

const folder = temporaryFolder();
const job: JobStatus = {
  folder: "a",
  settings: ["1"],
  model: "net",
  seed: 1,
  state: "not begun",
  progress: null,
  holder: null,
  error: null,
};
const elsewhere = {
  state: "elsewhere",
  holder: { host: "box", process: 7, started: null, boot: null, space: null },
  since: "",
  path: "",
} as const;

describe("a run", () => {
  it.each<[Partial<JobStatus>, Parameters<typeof shownRun>[1], object]>([
    [{}, undefined, { state: "waiting", epoch: null, where: null }],
    [{}, { state: "queued", where: "Slurm 1_0: waits" }, { state: "queued", where: "Slurm 1_0: waits" }],
    [
      { holder: elsewhere, state: "running" },
      undefined,
      { state: "running", epoch: 0, where: "process 7 on box" },
    ],
    // An earlier try has failed; now somebody is at work.
    [
      { state: "failed", error: "x", holder: elsewhere, progress: { epoch: 2, batch: 1 } },
      undefined,
      { state: "running", epoch: 2, error: null },
    ],
    [{ state: "failed", error: "it diverged; so" }, undefined, { state: "failed", error: "it diverged; so" }],
    [
      { state: "interrupted", progress: { epoch: 3, batch: 0 } },
      undefined,
      { state: "interrupted", epoch: 3 },
    ],
    [{ state: "complete" }, { state: "running", where: "late" }, { state: "complete", where: null }],
    [{}, { state: "running", where: "box", epoch: 5 }, { state: "running", epoch: 5, where: "box" }],
    // Trained elsewhere, and not fetched: nobody is at work on it, and here it has no epoch.
    [{}, { state: "done", where: "in Redis" }, { state: "done", epoch: null, where: "in Redis" }],
    [{ state: "complete" }, { state: "done", where: "in Redis" }, { state: "complete", where: null }],
  ])("%j, %j", (more, scheduled, expected) => {
    expect(shownRun({ ...job, ...more }, scheduled, 9)).toMatchObject(expected);
  });

  it("stands in a table, counted", () => {
    const runs = [
      shownRun({ ...job, state: "failed", error: "it diverged; so" }, undefined, 9),
      shownRun(job, { state: "running", where: "Slurm 1_0 on n1" }, 9),
    ];
    expect(countsText(runs)).toBe("2 runs: 1 running, 1 failed");
    expect(statusTable([{ title: "timesteps", path: "x" }], runs)).toEqual([
      "timesteps  seed  state    epoch  where",
      "1             1  failed     0/9  it diverged",
      "1             1  running    0/9  Slurm 1_0 on n1",
    ]);
  });
});

describe("atif sweep status", () => {
  const at = { cwd: folder };

  beforeAll(async () => {
    writeFileSync(join(folder, "tiny.toml"), configText({ epochs: 1 }));
    writeFileSync(join(folder, "status"), '[sweep]\nexperiment = "tiny.toml"\nseeds = [1, 2]\n');
    expect((await atifHere(["sweep", "./status", "--plan"], at)).code).toBe(0);
  });

  it("says what folders say, as text and JSON; the latest sweep if none is named", async () => {
    const { code, stdout, stderr } = await atifHere(["sweep", "status"], at);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toBe(
      "runs/status, 2 runs: 2 waiting\n\nseed  state    epoch  where\n   1  waiting\n   2  waiting\n",
    );
    const said = JSON.parse(
      (await atifHere(["sweep", "status", "runs/status", "--json"], at)).stdout,
    ) as object;
    expect(said).toMatchObject({
      counts: { waiting: 2 },
      runs: [{ seed: 1, epochs: 1 }, { seed: 2 }],
      notes: [],
    });
  });

  it.each<[string[], string]>([
    [["status", "."], "is a folder without a plan.json; expected the folder of a sweep"],
    [["status", "none"], "none is no folder"],
    [
      ["status", "runs/status", "--jobs", "2"],
      "--jobs is an option of atif sweep; expected none but --redis",
    ],
    [["./status", "--slurm", "--collect", "--plan"], "--plan and --collect are both given"],
    [["./status", "--partition", "x"], "--partition is given without --slurm"],
    [["./status", "--detach"], "--detach is given, but runs are run here"],
    [["./status", "--slurm", "--time", "soon"], '--time is "soon"; expected minutes'],
    [["./status", "--slurm", "--partition", "a b"], '--partition is "a b"'],
    [["./status", "--slurm", "--sbatch", "--x\n--y"], "in one line"],
  ])("%j", async (words, sentence) => {
    const { code, stderr } = await atifHere(["sweep", ...words], at);
    expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)]);
  });

  it("a plan for Slurm is a script and the command that submits it", async () => {
    const { code, stdout } = await atifHere(["sweep", "./status", "--slurm", "--plan", "--threads", "2"], at);
    expect([code, stdout]).toEqual([0, `sbatch --array=0-1 ${folder}/runs/status/slurm/run.sh\n`]);
    // Its folder is no run of other settings.
    mkdirSync(join(folder, "runs/status/slurm"), { recursive: true });
    expect((await atifHere(["sweep", "./status", "--plan"], at)).stderr).toBe("");
  });
});

describe("lines that are drawn again", () => {
  it("stand in the same place, cut where they do not fit", () => {
    let text = "";
    const lines = new LiveLines({ isTTY: true, columns: 11, write: (more) => (text += more) }, 4);
    lines.draw(["0123456789abc", "\u001b[31mred"]);
    const [first, second] = text.split("\n");
    expect([first, second.length <= 10]).toEqual(["\r\u001b[J0123456789", true]);
    expect(text).not.toContain("\u001b[31m");
    text = "";
    lines.draw(["1", "2", "3", "4"]);
    expect(text).toBe("\u001b[2A\r\u001b[J1\n2\n… and 2 mo\n");
  });
});
