/** The runs of a sweep as tasks of Slurm's job arrays: submitted, waited for, submitted again where something is missing. */

import { chmodSync } from "node:fs";
import { counted } from "../../counted.js";
import { progressMark } from "../../experiment/run-folder/run-progress.js";
import { jobResult } from "../../experiment/sweep/job-results.js";
import { SLURM } from "../../experiment/sweep/sweep-folder.js";
import { writeFileAtomic } from "../../platform/files.js";
import { makeFolder } from "../../platform/folders.js";
import { joinPaths, shortPath } from "../../platform/paths.js";
import { spellCommand } from "../command-line.js";
import type { Elsewhere, EndElsewhere } from "../elsewhere.js";
import { UsageError } from "../exit-codes.js";
import { namedJobs, type NamedJob, type PreparedSweep, type SweepArguments } from "../prepared-sweep.js";
import type { Progress } from "../progress.js";
import { commandLineOf } from "../sweep-launcher.js";
import { outcomeOf } from "../sweep-report.js";
import type { Terminal } from "../terminal.js";
import { lastComplaint } from "./last-complaint.js";
import { Leaving } from "./leaving.js";
import { verdictOn, type Turns } from "./resubmission.js";
import { runPart } from "./run-part.js";
import { Slurm, type SlurmTask } from "./slurm-commands.js";
import { readSubmitted, writeSubmitted, type SubmittedArray } from "./slurm-record.js";
import { arrayText, blocksOf, SCRIPT, slurmScript } from "./slurm-script.js";

/** Slurm is asked this often: more often at first, when short runs may be over. */
const LEAST_BETWEEN_MS = 1000;
const MOST_BETWEEN_MS = 10_000;
const SLOWER_BY = 1.1;

/** A task is gone when it was not seen so many times: what it has written may come late over a network. */
const TIMES_NOT_SEEN = 2;

interface Surroundings {
  readonly terminal: Terminal;
  readonly progress: Progress;
}

/** @throws UsageError if options do not fit a cluster. @param slurm its commands; for tests */
export function onSlurm(args: SweepArguments, surroundings: Surroundings, slurm = new Slurm()): Elsewhere {
  check(args);
  return {
    words: ["--slurm"],
    byHand: (prepared) => {
      const script = writeScript(prepared, args);
      const last = prepared.plan.jobs.length - 1;
      return [`sbatch --array=0-${last} ${script}`];
    },
    work: (prepared, again) => new SlurmSweep(prepared, args, surroundings, slurm).work(again),
  };
}

function check({ partition, time, sbatch }: SweepArguments): void {
  const refuse = (option: string, value: string, expected: string): never => {
    throw new UsageError(`--${option} is ${JSON.stringify(value)}; expected ${expected}.`);
  };
  if (partition !== undefined && !/^[\w.,-]+$/.test(partition))
    refuse("partition", partition, "the name of one, or several with commas, as in --partition short");
  if (time !== undefined && !/^(\d+-)?\d+(:\d+){0,2}$/.test(time))
    refuse("time", time, "minutes, hours:minutes:seconds or days-hours, as in --time 2:00:00");
  if (sbatch !== undefined && /[\r\n\0]/.test(sbatch))
    refuse("sbatch", sbatch, 'options of sbatch in one line, as in --sbatch "--account=NAME --mem=8G"');
}

/** @returns its path */
function writeScript({ root, plan }: PreparedSweep, args: SweepArguments): string {
  if (/[\r\n"\\]/.test(root)) {
    throw new UsageError(`Slurm cannot be told of ${root}; expected a path without quotes and line breaks.`);
  }
  const { threads, partition, time, sbatch, backend } = args;
  makeFolder(joinPaths(root, SLURM));
  const path = joinPaths(root, SLURM, SCRIPT);
  const script = slurmScript({
    name: plan.name,
    root,
    folders: plan.jobs.map(({ folder }) => folder),
    program: commandLineOf([]),
    words: backend === undefined ? [] : ["--backend", backend],
    ...(threads === undefined ? {} : { threads }),
    ...(partition === undefined ? {} : { partition }),
    ...(time === undefined ? {} : { time }),
    ...(sbatch === undefined ? {} : { options: sbatch }),
  });
  writeFileAtomic(path, script);
  chmodSync(path, 0o755);
  return path;
}

/** A run that has not ended. */
interface Open {
  readonly job: NamedJob;
  readonly number: number;
  /** null: it has not been handed over. */
  turns: Turns | null;
  notSeen: number;
}

class SlurmSweep {
  readonly #prepared: PreparedSweep;
  readonly #args: SweepArguments;
  readonly #terminal: Terminal;
  readonly #progress: Progress;
  readonly #slurm: Slurm;
  readonly #errors = new Map<string, string>();
  readonly #open = new Map<string, Open>();
  readonly #total: number;
  #arrays: SubmittedArray[];
  #maxArray: number | null = null;
  #isSilent = false;

  constructor(
    prepared: PreparedSweep,
    args: SweepArguments,
    { terminal, progress }: Surroundings,
    slurm: Slurm,
  ) {
    this.#prepared = prepared;
    this.#args = args;
    this.#terminal = terminal;
    this.#progress = progress;
    this.#slurm = slurm;
    const jobs = namedJobs(prepared);
    this.#total = jobs.length;
    for (const [number, job] of jobs.entries()) {
      if (!job.run.isComplete) this.#open.set(job.folder, { job, number, turns: null, notSeen: 0 });
    }
    this.#arrays = readSubmitted(prepared.root);
  }

  async work(again: string): Promise<EndElsewhere | "handed over"> {
    const { root } = this.#prepared;
    const done = this.#total - this.#open.size;
    if (done > 0 && this.#open.size > 0)
      this.#progress.line(`${done} of ${this.#total} runs are complete already`);
    if (this.#open.size === 0) return this.#end(null);
    await this.#adopt();
    await this.#submit([...this.#open.values()].filter(({ turns }) => turns === null));
    const look = spellCommand(["sweep", "status", shortPath(root)]);
    if (this.#args.detach === true) {
      this.#sayHandedOver(look, again);
      return "handed over";
    }
    const leaving = new Leaving(() =>
      this.#progress.line(
        `the runs go on on the cluster, and this command ends in a few seconds; press Ctrl-C again to cancel them too. To look: ${look}`,
      ),
    );
    try {
      return await this.#wait(leaving);
    } finally {
      leaving.dispose();
    }
  }

  async #wait(leaving: Leaving): Promise<EndElsewhere> {
    for (let pause = LEAST_BETWEEN_MS; ; pause = Math.min(MOST_BETWEEN_MS, pause * SLOWER_BY)) {
      await leaving.pause(pause);
      const { signal } = leaving;
      if (signal !== null) {
        if ((await leaving.decision) === "leave") return this.#end({ signal, words: "the runs go on" });
        await this.#slurm.cancel(this.#arrays.map(({ job }) => job));
        return this.#end({ signal, words: "cancelled, and each run leaves a checkpoint" });
      }
      const tasks = await this.#tasks();
      if (tasks === null) continue;
      await this.#look(tasks);
      if (this.#open.size === 0) return this.#end(null);
      this.#show(tasks);
    }
  }

  #end(stopped: EndElsewhere["stopped"]): EndElsewhere {
    return { errors: this.#errors, stopped };
  }

  /** What an earlier command has submitted and has not ended is waited for. */
  async #adopt(): Promise<void> {
    const tasks = await this.#tasks();
    if (tasks === null) {
      throw new UsageError(
        "Slurm does not answer (squeue); expected its controller to be there. Try again when it is: nothing was submitted.",
      );
    }
    const adopted = this.#folders(tasks);
    for (const folder of adopted.keys()) {
      const open = this.#open.get(folder);
      if (open !== undefined) open.turns = { mark: progressMark(open.job.run), fruitless: 0 };
    }
    const alive = new Set(tasks.map(({ job }) => job));
    this.#arrays = this.#arrays.filter(({ job }) => alive.has(job));
    const waiting = [...adopted.keys()].filter((folder) => this.#open.has(folder)).length;
    if (waiting > 0)
      this.#progress.line(`${counted(waiting, "run")} were submitted before, and are waited for`);
  }

  /** null if Slurm does not answer: that is said once. */
  async #tasks(): Promise<SlurmTask[] | null> {
    const tasks = await this.#slurm.tasks();
    if (tasks === null && !this.#isSilent) this.#progress.line("Slurm does not answer; it is asked again");
    this.#isSilent = tasks === null;
    return tasks;
  }

  /** Tasks of this sweep, by the folders of their runs. */
  #folders(tasks: readonly SlurmTask[]): Map<string, SlurmTask> {
    const arrays = new Map(this.#arrays.map((array) => [array.job, array]));
    return new Map(
      tasks.flatMap((task): [string, SlurmTask][] => {
        const folder = arrays.get(task.job)?.tasks[String(task.task)];
        return folder === undefined ? [] : [[folder, task]];
      }),
    );
  }

  async #look(tasks: readonly SlurmTask[]): Promise<void> {
    const alive = this.#folders(tasks);
    const again: Open[] = [];
    for (const open of [...this.#open.values()]) {
      if (alive.has(open.job.folder)) open.notSeen = 0;
      else if (open.job.run.isComplete) await this.#judge(open, again);
      else if (++open.notSeen >= TIMES_NOT_SEEN) await this.#judge(open, again);
    }
    if (again.length > 0) await this.#submit(again);
  }

  async #judge(open: Open, again: Open[]): Promise<void> {
    const { job, turns } = open;
    const { root, plan } = this.#prepared;
    const result = jobResult(root, job);
    const mark = progressMark(job.run);
    const verdict = verdictOn(result, turns ?? { mark: "", fruitless: 0 }, mark, await this.#why(job.folder));
    if (verdict.next === "again") {
      open.turns = verdict.turns;
      open.notSeen = 0;
      again.push(open);
      return;
    }
    this.#open.delete(job.folder);
    const ended =
      verdict.next === "failed" ? ({ ...result, state: "failed", error: verdict.error } as const) : result;
    if (verdict.next === "failed") this.#errors.set(job.folder, verdict.error);
    const count = `${this.#total - this.#open.size}/${this.#total}`;
    this.#progress.line(`${count}  ${job.name}: ${outcomeOf(ended, plan.rank)}`);
  }

  /** How the last task of a run ended, by what it wrote, or else by what Slurm knows. */
  async #why(folder: string): Promise<string | null> {
    for (const { job, tasks } of [...this.#arrays].reverse()) {
      const task = Object.keys(tasks).find((number) => tasks[number] === folder);
      if (task === undefined) continue;
      const log = joinPaths(this.#prepared.root, SLURM, `${job}_${task}.log`);
      const state = await this.#slurm.ended(job, Number(task));
      const complaint = lastComplaint(log);
      const ended = state === null || state === "COMPLETED" ? null : `its task ended as ${state}`;
      return complaint ?? (ended === null ? null : `${ended}; what it printed is in ${shortPath(log)}`);
    }
    return null;
  }

  /** In as many arrays as the cluster wants; recorded one by one. */
  async #submit(runs: readonly Open[]): Promise<void> {
    if (runs.length === 0) return;
    const { root } = this.#prepared;
    const script = writeScript(this.#prepared, this.#args);
    this.#maxArray ??= await this.#slurm.maxArraySize();
    const byNumber = new Map(runs.map((open) => [open.number, open]));
    const numbers = [...byNumber.keys()].sort((a, b) => a - b);
    const { jobs } = this.#args;
    for (const { offset, tasks } of blocksOf(numbers, this.#maxArray)) {
      const words = offset === 0 ? [] : [String(offset)];
      const text = `${arrayText(tasks)}${jobs === undefined ? "" : `%${jobs}`}`;
      const job = await this.#slurm.submit(script, text, words);
      const folders: Record<string, string> = {};
      for (const task of tasks) {
        const open = byNumber.get(offset + task);
        if (open === undefined) continue;
        folders[task] = open.job.folder;
        open.turns ??= { mark: progressMark(open.job.run), fruitless: 0 };
      }
      this.#arrays = [...this.#arrays, { job, tasks: folders }];
      writeSubmitted(root, this.#arrays);
      this.#progress.line(`submitted ${counted(tasks.length, "run")} to Slurm as job ${job}`);
    }
  }

  #show(tasks: readonly SlurmTask[]): void {
    const own = this.#folders(tasks);
    const running = [...own].filter(([, { state }]) => state === "RUNNING");
    const waiting = [...own.values()].filter(({ state }) => state === "PENDING");
    const done = this.#total - this.#open.size;
    let share = done;
    for (const [folder] of running) {
      const open = this.#open.get(folder);
      if (open !== undefined) share += runPart(open.job.run);
    }
    const reasons = [...new Set(waiting.map(({ reason }) => reason))].filter((reason) =>
      /^[A-Z]\w+$/.test(reason),
    );
    this.#progress.update(`${done}/${this.#total} complete`, share / this.#total, [
      `${running.length} running`,
      `${waiting.length} waiting${reasons.length === 0 ? "" : ` (${reasons.slice(0, 2).join(", ")})`}`,
    ]);
  }

  #sayHandedOver(look: string, again: string): void {
    const { root, plan } = this.#prepared;
    const jobs = this.#arrays.map(({ job }) => job);
    this.#terminal.answer({ sweep: plan.name, folder: root, waiting: this.#open.size, slurm: { jobs } });
    this.#terminal.print(
      `${counted(this.#open.size, "run")} of ${this.#total} are with Slurm (${jobs.join(", ")}).`,
    );
    this.#terminal.print(`How they are:  ${look}`);
    this.#terminal.print(`What is missing again, and the table:  ${again}`);
    this.#terminal.print(`To cancel them:  scancel ${jobs.join(" ")}`);
  }
}
