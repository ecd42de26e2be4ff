/** Ranks without MPI: what launchers say, what is started, what is made of what comes back. */

import { spawn } from "node:child_process";
import { describe, expect, it } from "vitest";
import { ExitCode } from "../../src/cli/exit-codes.js";
import { failureOfJob, type EndedJob } from "../../src/cli/mpi/job-failure.js";
import { findLauncher } from "../../src/cli/mpi/launch-ranks.js";
import { candidates, kindOf, launcherCommand, withoutRanks } from "../../src/cli/mpi/launcher-command.js";
import { checkSize, launchedBy, libraryFor, threadsOfRank } from "../../src/cli/mpi/launched.js";
import { mark } from "../../src/cli/mpi/marks.js";
import { Patience } from "../../src/cli/mpi/patience.js";
import { Pulse, pulseMemory } from "../../src/cli/mpi/pulse.js";
import { RankOutput } from "../../src/cli/mpi/rank-output.js";
import { MAIN } from "./atif.js";
import { silenceBefore } from "../../src/cli/mpi/turn-to-speak.js";
import { usualShards } from "../../src/cli/mpi/usual-shards.js";
import { LOOK_MS, Watchdog } from "../../src/cli/mpi/watchdog.js";

const openMpi = {
  OMPI_COMM_WORLD_SIZE: "4",
  OMPI_COMM_WORLD_RANK: "3",
  OMPI_COMM_WORLD_LOCAL_SIZE: "2",
  PMIX_RANK: "3",
};
const mpich = { PMI_SIZE: "3", PMI_RANK: "1", MPI_LOCALNRANKS: "3", HYDI_CONTROL_FD: "7" };
const pmix = {
  SLURM_STEP_NUM_TASKS: "7",
  SLURM_PROCID: "6",
  PMIX_RANK: "6",
  SLURM_NODEID: "2",
  SLURM_STEP_TASKS_PER_NODE: "3(x2),1",
};

describe("who has started a process", () => {
  it("is told by the environment", () => {
    expect(launchedBy(openMpi)).toEqual({
      rank: 3,
      size: 4,
      localSize: 2,
      launcher: "mpirun",
      kind: "openmpi",
    });
    expect(launchedBy(mpich)).toEqual({ rank: 1, size: 3, localSize: 3, launcher: "mpirun", kind: "mpich" });
    expect(launchedBy(pmix)).toEqual({ rank: 6, size: 7, localSize: 1, launcher: "srun", kind: "openmpi" });
    const pmi2 = { SLURM_STEP_NUM_TASKS: "2", PMI_RANK: "1", PMI_SIZE: "2", SLURM_STEP_TASKS_PER_NODE: "2" };
    expect(launchedBy(pmi2)).toEqual({ rank: 1, size: 2, localSize: 2, launcher: "srun", kind: "mpich" });
  });

  it("is nobody in a batch script, and for one process that did not ask for ranks", () => {
    expect(launchedBy({})).toBeNull();
    expect(launchedBy({ SLURM_JOB_ID: "5", SLURM_NTASKS: "4", SLURM_PROCID: "0" })).toBeNull();
    const one = { SLURM_STEP_NUM_TASKS: "1", PMIX_RANK: "0" };
    expect(launchedBy(one)).toBeNull();
    expect(launchedBy({ ...one, ATIF_RANKS: "1" })).toMatchObject({ rank: 0, size: 1 });
  });

  it("decides the library, unless ATIF_MPI does", () => {
    const [launched, without] = [
      launchedBy(mpich),
      launchedBy({ SLURM_STEP_NUM_TASKS: "2", SLURM_PROCID: "1" }),
    ];
    if (launched === null || without === null) throw new Error("expected ranks");
    expect(libraryFor(launched, {})).toBe("mpich");
    expect(libraryFor(launched, { ATIF_MPI: "/opt/libmpi.so" })).toBe("/opt/libmpi.so");
    expect(() => libraryFor(without, {})).toThrow(
      "srun started 2 processes without MPI; expected ranks that find each other. Start them with srun -K1 --mpi=pmix",
    );
    expect(() => checkSize(launched, 1, "Open MPI v4")).toThrow(
      /mpirun started 3 ranks, but Open MPI v4 knows of 1; .* Set ATIF_MPI to openmpi, mpich/,
    );
    expect(() => checkSize(launched, 3, "MPICH")).not.toThrow();
    expect(() => checkSize({ ...launched, launcher: "srun" }, 1, "MPICH")).toThrow(
      /srun started 3 .* of the MPI that srun tells its ranks of with --mpi\. .* or start it with srun --mpi=pmix \(Open MPI\) or --mpi=pmi2/,
    );
  });

  it("decides threads and turns", () => {
    const launched = launchedBy(openMpi);
    if (launched === null) throw new Error("expected a rank");
    expect(threadsOfRank(launched, 8, 8)).toBe(4);
    expect(threadsOfRank(launched, 1, 8)).toBe(1); // bound
    expect(threadsOfRank({ ...launched, localSize: 3 }, 2, 2)).toBe(1);
    const ofStep = launchedBy({ ...pmix, SLURM_CPUS_PER_TASK: "4" });
    if (ofStep === null) throw new Error("expected a rank");
    expect([threadsOfRank(ofStep, 64, 64), threadsOfRank(ofStep, 2, 64)]).toEqual([4, 2]);
    expect([silenceBefore({}), silenceBefore({ ...openMpi, OMPI_COMM_WORLD_RANK: "0" })]).toEqual([0, 0]);
    expect(silenceBefore(openMpi)).toBeGreaterThan(silenceBefore({ ...openMpi, OMPI_COMM_WORLD_RANK: "1" }));
  });
});

describe("what is started", () => {
  const machine = { isRoot: false, cores: 2 };
  const words = ["node", "main.js", "train"];

  it("is the launcher that is there, with what it wants", () => {
    const command = (
      kind: "openmpi" | "mpich" | "srun",
      more: object = {},
      ranks = 2,
      environment = {},
    ): string =>
      launcherCommand({ kind, program: "go" }, ranks, words, environment, { ...machine, ...more }).join(" ");
    expect(command("openmpi")).toBe("go --bind-to none -n 2 node main.js train");
    expect(command("openmpi", { isRoot: true }, 3, { ATIF_RANKS: "3", HOME: "/" })).toBe(
      "go --allow-run-as-root --oversubscribe --bind-to none -x ATIF_RANKS -n 3 node main.js train",
    );
    expect(command("mpich", { isRoot: true }, 3)).toBe("go -n 3 node main.js train");
    expect(command("srun")).toBe("go -K1 --mpi=pmix -n 2 node main.js train");
    expect(command("srun", {}, 2, { SLURM_CPUS_PER_TASK: "16" })).toBe(
      "go -K1 --mpi=pmix --cpus-per-task=16 -n 2 node main.js train",
    );
    expect(command("srun", {}, 2, { ATIF_MPI: "mpich" })).toBe("go -K1 --mpi=pmi2 -n 2 node main.js train");
  });

  it("is looked for in this order", () => {
    expect(candidates({})[0]).toBe("mpirun");
    expect(candidates({ ATIF_MPI: "mpich" })[0]).toBe("mpirun.mpich");
    expect(candidates({ SLURM_JOB_ID: "1" })[0]).toBe("srun");
    expect(candidates({ SLURM_JOB_ID: "1", ATIF_MPIRUN: "/opt/mpirun" })).toEqual(["/opt/mpirun"]);
    expect(kindOf("mpirun", "mpirun (Open MPI) 4.1.4")).toBe("openmpi");
    expect(kindOf("mpirun", "HYDRA build details:\n Version: 4.0.2")).toBe("mpich");
    expect(kindOf("/usr/bin/srun", "slurm-wlm 22.05.8")).toBe("srun");
    expect(kindOf("mpirun", "something else")).toBeNull();
    expect(() => findLauncher({ ATIF_MPIRUN: "/no/such" })).toThrow(/no \/no\/such; expected a launcher/);
    expect(() => findLauncher({ ATIF_MPIRUN: "/" })).toThrow(
      /^\/ cannot be run \(EACCES\); expected mpirun of/,
    );
    expect(() => findLauncher({ ATIF_MPIRUN: process.execPath })).toThrow(
      /says that it is "v\d.*; expected mpirun/,
    );
  });

  it("gets the same command line less --ranks", () => {
    expect(withoutRanks(["train", "a.toml", "--ranks", "4", "--json"])).toEqual([
      "train",
      "a.toml",
      "--json",
    ]);
    expect(withoutRanks(["train", "--ranks=4", "--", "--ranks"])).toEqual(["train", "--", "--ranks"]);
  });
});

describe("shards that an experiment says nothing of", () => {
  it("depend on the batch: parts of 16 samples or more, that many numbers of ranks divide", () => {
    const batches = [1, 3, 6, 16, 32, 64, 95, 96, 128, 192, 256, 384, 1024];
    expect(batches.map(usualShards)).toEqual([1, 1, 3, 4, 4, 4, 4, 6, 8, 12, 12, 24, 48]);
  });
});

describe("what comes back from ranks", () => {
  const sorted = (text: string): { out: string; ranks: RankOutput } => {
    let out = "";
    const ranks = new RankOutput((passed) => (out += passed));
    for (const line of text.split(/(?<=\n)/)) ranks.take(line);
    ranks.end();
    return { out, ranks };
  };
  const failed = (errors: string, more: Partial<EndedJob> = {}) =>
    failureOfJob({
      kind: "openmpi",
      program: "mpirun",
      ranks: 2,
      code: 1,
      signal: null,
      errors: sorted(errors).ranks,
      output: sorted("").ranks,
      answer: "",
      received: null,
      ...more,
    });

  it("is passed on, but for what launchers say", () => {
    const noise = `${"-".repeat(74)}\nPrimary job  terminated normally\n${"-".repeat(74)}\n[vm:123] 1 more process\n`;
    const { out, ranks } = sorted(`epoch 1/2\n${noise}atif: warning: take care\n`);
    expect(out).toBe("epoch 1/2\natif: warning: take care\n");
    expect(ranks.noise.text).toContain("Primary job");
    expect(sorted("\r\u001b[Kepoch 1/2 50 %").out).toBe("\r\u001b[Kepoch 1/2 50 %");
  });

  it("has one sentence, and the code of one process", () => {
    const text = `${mark({ folder: "runs/big" })}\natif: it broke\n${mark({ rank: 1, exitCode: 1 })}\natif: rank 0 has waited\n`;
    const failure = failed(text, { code: 137 });
    expect(failure.message).toMatch(
      /^it broke To go on from the last checkpoint: .*train --resume \S+ --ranks 2$/,
    );
    expect(failure).toMatchObject({ exitCode: ExitCode.failed, facts: { folder: "runs/big" } });
    const usage = failed(`atif: no such key\n${mark({ rank: 0, exitCode: 2 })}\n`, { code: 1 });
    expect(usage).toMatchObject({ message: "no such key", exitCode: ExitCode.usage });
  });

  it("says that nothing was started, and what to try, where no rank was heard of", () => {
    const slots = "srun: error: Unable to create step for job 5: More processors requested than permitted\n";
    const refused = failed(slots, { kind: "srun", program: "srun" });
    expect(refused.message).toMatch(
      /^2 ranks could not be started: srun ended by code 1: srun: error: .* permitted; expected it to start them\. Try srun -n 2 hostname/,
    );
    expect(refused.exitCode).toBe(ExitCode.failed);
    expect(failed("").message).toMatch(/^2 ranks could not .* code 1: it said nothing; .*ATIF_MPIRUN/);
    expect(failed(`${mark({ begun: true })}\n`).message).toMatch(
      /^mpirun ended by code 1: it said nothing, and/,
    );
  });

  it("takes tasks of srun for ranks where it has started them, and not the daemons of MPICH", () => {
    const killed = `${mark({ begun: true })}\nsrun: error: node: task 1: Killed\n`;
    expect(failed(killed, { kind: "srun" }).message).toMatch(/^rank 1 ended: killed, and/);
    expect(failed(killed, { kind: "mpich" }).message).toMatch(
      /^mpirun ended by code 1: srun: error: node: task 1/,
    );
  });

  it("keeps empty lines of ranks, and none of those before what a launcher frames", () => {
    const frame = "=".repeat(60);
    const { out, ranks } = sorted(`one\n\ntwo\n\n${frame}\n\n=   EXIT CODE: 2\n${frame}\nthree\n`);
    expect(out).toBe("one\n\ntwo\nthree\n");
    expect(ranks.noise.text).toBe("EXIT CODE: 2");
  });

  it.each([
    [
      "mpirun noticed that process rank 1 with PID 0 on node vm exited on signal 9 (Killed).",
      /^rank 1 was killed by signal 9, and/,
    ],
    [
      "YOUR APPLICATION TERMINATED WITH THE EXIT STRING: Killed (signal 9)",
      /^a rank was killed by signal 9, and/,
    ],
  ])("says who was killed: %s", (line, sentence) => {
    const framed = line.startsWith("mpirun")
      ? `${"-".repeat(74)}\n${line}\n${"-".repeat(74)}\n`
      : `${line}\n`;
    expect(failed(framed).message).toMatch(sentence);
    expect(failed(framed, { received: "SIGINT" })).toMatchObject({
      exitCode: 130,
      message: "stopped; nothing was written.",
    });
  });
});

describe("a rank that fails before it has met the others", () => {
  it("ends the job of MPICH, which would wait for it, in the words of PMI", async () => {
    const rank = { PMI_RANK: "0", PMI_SIZE: "2", PMI_FD: "3", ATIF_MPI: "/no/such/libmpi.so" };
    const child = spawn(process.execPath, [MAIN, "train", "nothing.toml"], {
      env: { PATH: process.env.PATH, ...rank },
      stdio: ["ignore", "ignore", "pipe", "pipe"],
    });
    let [told, said] = ["", ""];
    child.stdio[3]?.on("data", (bytes: Buffer) => (told += String(bytes)));
    child.stderr?.on("data", (bytes: Buffer) => (said += String(bytes)));
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect(code).toBe(ExitCode.usage);
    expect(told).toBe("cmd=init pmi_version=1 pmi_subversion=1\ncmd=abort exitcode=2\n");
    expect(said).toMatch(/^atif: (ATIF_MPI is "\/no\/such|MPI is called through the package koffi).*\n$/);
  });
});

describe("patience", () => {
  const here = { size: 2, localSize: 2 };

  it("is what a rank has computed itself, five times, and two seconds at least", () => {
    const patience = Patience.of({ ATIF_PATIENCE: "2" }, here);
    expect([patience.limit(false), patience.limit(true)]).toEqual([2000, 20_000]);
    patience.computed(1000);
    expect(patience.limit(false)).toBe(5000);
    for (let i = 0; i < 100; i++) patience.computed(1);
    expect(patience.limit(false)).toBe(2000);
    expect(Patience.of({ ATIF_PATIENCE: "0" }, here).limit(false)).toBe(Infinity);
    expect(() => Patience.of({ ATIF_PATIENCE: "soon" }, here)).toThrow(
      'ATIF_PATIENCE is "soon"; expected seconds',
    );
  });

  it("is that of a machine that stands still where ranks are on several, and not for what hangs on one's own", () => {
    const patience = Patience.of({}, { size: 4, localSize: 2 });
    expect([patience.limit(false), patience.limit(true)]).toEqual([90_000, 90_000]);
    patience.computed(30_000);
    expect(patience.limit(false)).toBe(150_000);
    const alone = Patience.of({}, here);
    expect([patience.silence(false, 0), patience.silence(true, 0)]).toEqual([
      alone.limit(false),
      alone.limit(true),
    ]);
    expect(alone.limit(false)).toBe(2500);
    expect(Patience.of({ ATIF_PATIENCE: "3" }, { size: 4, localSize: 2 }).limit(false)).toBe(3000);
  });

  it("ends with a process that gives no sign of life, and not before", () => {
    const pulse = new Pulse(pulseMemory());
    let now = 0;
    const watchdog = new Watchdog(pulse, new Patience(1000), now);
    const looks = (count: number, every = LOOK_MS): string[] =>
      Array.from({ length: count }, () => watchdog.look((now += every))).filter((why) => why !== null);
    expect(looks(1000)).toEqual([]); // it loads data
    pulse.begin("first step");
    expect(looks(10_000 / LOOK_MS)).toEqual([]);
    pulse.begin("computing");
    for (let i = 0; i < 50; i++) {
      expect(looks(5)).toEqual([]);
      pulse.beat();
    }
    // It was silent for 0.4 s at a time before.
    expect(looks(1 + (5 * 400) / LOOK_MS)).toEqual([]);
    expect(looks(1)).toEqual(["hangs: its computation has given no sign of life for 2.1 s"]);
    pulse.begin("exchanging", 500);
    expect(looks(1 + 500 / LOOK_MS)).toEqual([]);
    expect(looks(1)[0]).toMatch(/^has been in an exchange with the others for 0.6 s/);
  });

  it("counts looks that come late as they come, and those of a machine that stood still as two", () => {
    const pulse = new Pulse(pulseMemory());
    let now = 0;
    const watchdog = new Watchdog(pulse, new Patience(1000), now);
    const look = (after: number): string | null => watchdog.look((now += after));
    pulse.begin("computing");
    look(LOOK_MS);
    // A minute, four times: it is stopped, and goes on.
    for (let i = 0; i < 4; i++) expect(look(60_000)).toBeNull();
    // Other work on the machine: looks come at 150 ms.
    expect(look(150)).toBeNull();
    expect(look(150)).toMatch(/^hangs: .* for 1.1 s$/);
  });
});
