/** atif sweep: one experiment with many settings, each a run of its own, and the table of what came out. */

import { counted } from "../../counted.js";
import { jobResult, runFolderOf, type JobResult } from "../../experiment/sweep/job-results.js";
import { sweepCsv } from "../../experiment/sweep/sweep-csv.js";
import { planPath, RESULT_FILES } from "../../experiment/sweep/sweep-folder.js";
import type { SweepJob } from "../../experiment/sweep/sweep-plan.js";
import { sweepTable } from "../../experiment/sweep/sweep-table.js";
import { availableCores } from "../../platform/available-cores.js";
import { writeFileAtomic } from "../../platform/files.js";
import { joinPaths, shortPath } from "../../platform/paths.js";
import { VERSION } from "../../version.js";
import { spellCommand } from "../command-line.js";
import type { Elsewhere, Stopped } from "../elsewhere.js";
import { FoundFailure, InterruptedError, UsageError } from "../exit-codes.js";
import { Interrupt } from "../interrupt.js";
import {
  namedJobs,
  outOf,
  prepareSweep,
  type NamedJob,
  type PreparedSweep,
  type SweepArguments,
} from "../prepared-sweep.js";
import { Progress } from "../progress.js";
import { runJobs } from "../run-jobs.js";
import { launchProcess, type JobCommand, type JobEnd, type JobLauncher } from "../sweep-launcher.js";
import { drawSweep, outcomeOf, printSweep } from "../sweep-report.js";
import { Terminal } from "../terminal.js";

export type { SweepArguments } from "../prepared-sweep.js";

interface Job extends NamedJob, JobCommand {}

/** @param launch how a job is started here */
export async function sweep(args: SweepArguments, launch: JobLauncher = launchProcess): Promise<void> {
  const terminal = new Terminal(args);
  const progress = new Progress(terminal.err, { silent: terminal.quiet, terminalOnly: terminal.json });
  const elsewhere = await elsewhereOf(args, terminal, progress);
  const prepared = prepareSweep(args, (sentence) => terminal.warn(sentence));
  if (args.plan === true) {
    printPlan(terminal, prepared, elsewhere?.byHand(prepared) ?? null);
    return;
  }
  const again = spellCommand(["sweep", args.sweep, ...outOf(args), ...(elsewhere?.words ?? [])]);
  if (args.collect === true) {
    finish(terminal, prepared, new Map(), null, again);
    return;
  }
  try {
    if (elsewhere === null) await workHere(terminal, prepared, args, { progress, launch, again });
    else {
      const end = await elsewhere.work(prepared, again);
      progress.clear();
      if (end === "handed over") return;
      finish(terminal, prepared, end.errors, end.stopped, again);
    }
  } finally {
    progress.clear();
  }
}

/** Where runs go instead of being run here; null: they are run here. @throws UsageError */
async function elsewhereOf(
  args: SweepArguments,
  terminal: Terminal,
  progress: Progress,
): Promise<Elsewhere | null> {
  const { slurm, redis, plan, collect, detach } = args;
  if (plan === true && collect === true) {
    throw new UsageError("--plan and --collect are both given; expected one of the two.");
  }
  if (slurm === true && redis !== undefined) {
    throw new UsageError(
      "--slurm and --redis are both given; expected one of the two: who is to run the jobs.",
    );
  }
  refuseWithout("--slurm", slurm === true, args, ["partition", "time", "sbatch"]);
  refuseWithout("--redis", redis !== undefined, args, ["shared"]);
  if (detach === true && slurm !== true && redis === undefined) {
    throw new UsageError("--detach is given, but runs are run here; expected --slurm or --redis beside it.");
  }
  if (slurm === true) {
    const { onSlurm } = await import("../clusters/slurm-sweep.js");
    return onSlurm(args, { terminal, progress });
  }
  return null;
}

function refuseWithout(
  option: string,
  isGiven: boolean,
  args: SweepArguments,
  own: readonly ("partition" | "time" | "sbatch" | "shared")[],
): void {
  const stray = own.find((name) => args[name] !== undefined);
  if (isGiven || stray === undefined) return;
  throw new UsageError(`--${stray} is given without ${option}; expected both, or neither.`);
}

interface Surroundings {
  readonly progress: Progress;
  readonly launch: JobLauncher;
  /** The command that goes on. */
  readonly again: string;
}

async function workHere(
  terminal: Terminal,
  prepared: PreparedSweep,
  args: SweepArguments,
  { progress, launch, again }: Surroundings,
): Promise<void> {
  const interrupt = new Interrupt((signal) =>
    progress.line(
      `stopping with checkpoints${signal === "SIGINT" ? "; press Ctrl-C again to stop at once" : ""}`,
    ),
  );
  const errors = new Map<string, string>();
  try {
    await work(prepared, args, { progress, interrupt, launch, errors });
  } finally {
    progress.clear();
    interrupt.dispose();
  }
  const { received: signal } = interrupt;
  finish(terminal, prepared, errors, signal === null ? null : { signal, words: "stopped" }, again);
}

function jobsOf(prepared: PreparedSweep, args: SweepArguments): Job[] {
  const atOnce = args.jobs ?? 1;
  const threads = args.threads ?? Math.max(1, Math.floor(availableCores() / atOnce));
  return namedJobs(prepared).map((job) => {
    const { run } = job;
    const backend = args.backend === undefined || run.backend !== null ? [] : ["--backend", args.backend];
    return { ...job, words: ["train", "--resume", run.path, "--threads", String(threads), ...backend] };
  });
}

interface Working {
  readonly progress: Progress;
  readonly interrupt: Interrupt;
  readonly launch: JobLauncher;
  /** Of jobs that failed now, by folder. */
  readonly errors: Map<string, string>;
}

async function work(
  prepared: PreparedSweep,
  args: SweepArguments,
  { progress, interrupt, launch, errors }: Working,
): Promise<void> {
  const all = jobsOf(prepared, args);
  const jobs = all.filter(({ run }) => !run.isComplete);
  let done = all.length - jobs.length;
  if (done > 0 && jobs.length > 0) progress.line(`${done} of ${all.length} runs are complete already`);
  const fractions = new Map<string, number>();
  const { rank } = prepared.plan;
  await runJobs(jobs, {
    launch,
    atOnce: args.jobs ?? 1,
    signal: interrupt.signal,
    received: () => interrupt.received,
    claim: ({ run, name }) => {
      if (run.isComplete) {
        done++;
        return false;
      }
      if (run.holder() === null) return true;
      progress.line(`${name}: another process is working on it`);
      return false;
    },
    onBegin: ({ folder }) => fractions.set(folder, 0),
    onProgress: ({ folder, name }, line) => {
      const part = partDone(line);
      // What else it says, it says to who runs it alone.
      if (part === null) return;
      fractions.set(folder, part);
      const share = [...fractions.values()].reduce((sum, each) => sum + each, done) / all.length;
      progress.update(`run ${Math.min(done + 1, all.length)}/${all.length}`, share, [name, line]);
    },
    onEnd: (job, end) => {
      fractions.delete(job.folder);
      const result = ended(prepared.root, job, end, interrupt.received !== null);
      if (result.error !== undefined) errors.set(job.folder, result.error);
      if (result.state === "complete") done++;
      progress.line(`${done}/${all.length}  ${job.name}: ${outcomeOf(result, rank)}`);
    },
  });
}

/** How far the training is, by what is said of it: "epoch 3/15, 18 %, …" on the way, "epoch 3/15  loss …" at its end. */
export function partDone(line: string): number | null {
  const onTheWay = /^(?:epoch|validating) [^,]*, (\d+) %/.exec(line);
  if (onTheWay !== null) return Number(onTheWay[1]) / 100;
  const atEnd = /^epoch +(\d+)\/(\d+) {2}/.exec(line);
  return atEnd === null ? null : Number(atEnd[1]) / Number(atEnd[2]);
}

/** What has become of a job. A process that ended before it wrote anything has not said why in its folder. */
function ended(root: string, job: Job, { code, complaint }: JobEnd, isStopping: boolean): JobResult {
  const result = jobResult(root, job);
  if (result.state === "complete" || result.error !== undefined) return result;
  if (isStopping || result.state === "running" || result.state === "interrupted") return result;
  const how = code === null ? "its process was killed" : `its process ended with exit code ${code}`;
  return { ...result, state: "failed", error: complaint ?? how };
}

/** @param byHand the commands that hand all runs over; null: one for each run */
function printPlan(
  terminal: Terminal,
  { root, plan }: PreparedSweep,
  byHand: readonly string[] | null,
): void {
  const jobs = plan.jobs.map((job) => {
    const run = runFolderOf(root, job);
    return { ...plainJob(job), path: run.path, complete: run.isComplete };
  });
  const handing = byHand === null ? {} : { commands: byHand };
  terminal.answer({ sweep: plan.name, folder: root, plan: planPath(root), ...handing, jobs });
  for (const command of byHand ??
    jobs.map(({ path }) => spellCommand(["train", "--resume", shortPath(path)])))
    terminal.print(command);
}

/** Without what the memory holds of it besides. */
function plainJob({ folder, settings, model, seed }: SweepJob): Omit<SweepJob, "keeps"> {
  return { folder, settings, model, seed };
}

/** Writes and prints the table. @throws InterruptedError; FoundFailure if a run has failed */
function finish(
  terminal: Terminal,
  { root, plan }: PreparedSweep,
  errors: ReadonlyMap<string, string>,
  stopped: Stopped | null,
  again: string,
): void {
  const results = plan.jobs.map((job): JobResult => {
    const result = jobResult(root, job);
    const error = errors.get(job.folder);
    return error === undefined || result.state === "complete"
      ? result
      : { ...result, state: "failed", error };
  });
  const table = sweepTable(plan, results);
  const { name, rank, columns, rows } = table;
  const said = { sweep: name, version: VERSION, rank, columns, rows, runs: results };
  const drawing = drawSweep(table, results);
  const files = Object.values(RESULT_FILES).filter((file) => file !== RESULT_FILES.svg || drawing !== null);
  writeFileAtomic(joinPaths(root, RESULT_FILES.json), `${JSON.stringify(said, null, 1)}\n`);
  writeFileAtomic(joinPaths(root, RESULT_FILES.csv), sweepCsv(table));
  if (drawing !== null) writeFileAtomic(joinPaths(root, RESULT_FILES.svg), drawing);
  const facts = { folder: root, files: files.map((file) => joinPaths(root, file)), ...said };
  const complete = results.filter(({ state }) => state === "complete").length;
  const failed = results.filter(({ state }) => state === "failed").length;
  printSweep(terminal, table, results);
  terminal.print();
  terminal.print(`${complete} of ${counted(results.length, "run")} complete; wrote ${shortPath(root)}`);
  for (const file of files) terminal.print(`  ${file}`);
  const count = `${complete} of ${counted(results.length, "run")} in ${shortPath(root)} ${complete === 1 ? "is" : "are"} complete`;
  if (stopped !== null) {
    throw new InterruptedError(`${stopped.words}: ${count}. Go on with: ${again}`, stopped.signal, facts);
  }
  if (failed > 0) {
    throw new FoundFailure(
      `${counted(failed, "run")} of ${results.length} failed, and ${complete} ${complete === 1 ? "is" : "are"} complete; expected all to be. ` +
        `Try those again, each from its last checkpoint: ${again}`,
      facts,
    );
  }
  if (complete < results.length) {
    throw new FoundFailure(
      `${count}, and the others are not run here; expected all to be. Go on, when nobody else is working on them, with: ${again}`,
      facts,
    );
  }
  terminal.answer(facts);
}
