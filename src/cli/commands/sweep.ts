/** atif sweep: one experiment with many settings, each a run of its own, and the table of what came out. */

import { basename, dirname, resolve } from "node:path";
import { counted } from "../../counted.js";
import { ConfigError } from "../../errors.js";
import type { Experiment } from "../../experiment/description/experiment.js";
import type { Override } from "../../experiment/description/index.js";
import type { RunFolder } from "../../experiment/run-folder/run-folder.js";
import { jobResult, runFolderOf, type JobResult } from "../../experiment/sweep/job-results.js";
import { sweepCsv } from "../../experiment/sweep/sweep-csv.js";
import { parseSweep } from "../../experiment/sweep/sweep-file.js";
import {
  holdsSweep,
  planPath,
  prepareFolder,
  readPlan,
  RESULT_FILES,
} from "../../experiment/sweep/sweep-folder.js";
import { planSweep, type SweepJob, type SweepPlan } from "../../experiment/sweep/sweep-plan.js";
import { isLoss, rankTable } from "../../experiment/sweep/rank.js";
import { sweepTable } from "../../experiment/sweep/sweep-table.js";
import { availableCores } from "../../platform/available-cores.js";
import { writeFileAtomic } from "../../platform/files.js";
import { isFolder } from "../../platform/folders.js";
import { joinPaths, shortPath } from "../../platform/paths.js";
import { readTextFile } from "../../platform/text-file.js";
import { VERSION } from "../../version.js";
import { spellCommand } from "../command-line.js";
import type { ComputeArguments } from "../compute-arguments.js";
import { checkDataFolder } from "../data-folder.js";
import { FoundFailure, InterruptedError, UsageError } from "../exit-codes.js";
import { readExperiment } from "../experiment-source.js";
import { Interrupt } from "../interrupt.js";
import { Progress } from "../progress.js";
import { percent, significant } from "../report-table.js";
import { runJobs } from "../run-jobs.js";
import { launchProcess, type JobCommand, type JobEnd, type JobLauncher } from "../sweep-launcher.js";
import { drawSweep, labelOf, printSweep } from "../sweep-report.js";
import { Terminal } from "../terminal.js";
import { RUNS } from "../train-plan.js";

export interface SweepArguments extends ComputeArguments {
  /** A sweep file, or the folder of a sweep. */
  readonly sweep: string;
  readonly jobs?: number;
  readonly out?: string;
  readonly data?: string;
  readonly set?: readonly string[];
  /** Samples of each set at most. */
  readonly limit?: number;
  /** The folders are made, and nothing is run. */
  readonly plan?: boolean;
  /** The table is made of what is there, and nothing is run. */
  readonly collect?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const MAX_FILE_BYTES = 2 ** 20;

/** A sweep that is there: its folder, and its jobs. */
interface Prepared {
  readonly root: string;
  readonly plan: SweepPlan;
}

interface Job extends SweepJob, JobCommand {
  readonly run: RunFolder;
  readonly name: string;
}

/** @param launch how a job is started */
export async function sweep(args: SweepArguments, launch: JobLauncher = launchProcess): Promise<void> {
  const terminal = new Terminal(args);
  const progress = new Progress(terminal.err, { silent: terminal.quiet, terminalOnly: terminal.json });
  if (args.plan === true && args.collect === true) {
    throw new UsageError("--plan and --collect are both given; expected one of the two.");
  }
  const prepared = prepare(args, (sentence) => terminal.warn(sentence));
  if (args.plan === true) {
    printPlan(terminal, prepared);
    return;
  }
  const interrupt = new Interrupt((signal) =>
    progress.line(
      `stopping with checkpoints${signal === "SIGINT" ? "; press Ctrl-C again to stop at once" : ""}`,
    ),
  );
  const errors = new Map<string, string>();
  try {
    if (args.collect !== true) await work(prepared, args, { progress, interrupt, launch, errors });
  } finally {
    progress.clear();
    interrupt.dispose();
  }
  finish(terminal, prepared, errors, interrupt, spellCommand(["sweep", args.sweep, ...outOf(args)]));
}

function outOf({ out }: SweepArguments): string[] {
  return out === undefined ? [] : ["--out", out];
}

/** @throws ConfigError, FileError, UsageError before anything is run */
function prepare(args: SweepArguments, warn: (sentence: string) => void): Prepared {
  if (!isFolder(args.sweep)) return prepareFile(args, warn);
  const changing = (["out", "data", "set", "limit"] as const).find((option) => args[option] !== undefined);
  if (changing !== undefined) {
    throw new UsageError(
      `--${changing} is given, but ${args.sweep} is the folder of a sweep, whose experiments are written; expected its sweep ` +
        "file in place of the folder.",
    );
  }
  if (!holdsSweep(args.sweep)) {
    throw new UsageError(
      `${args.sweep} is a folder without a plan.json; expected a sweep file in TOML, or the folder of a sweep.`,
    );
  }
  return { root: resolve(args.sweep), plan: readPlan(args.sweep) };
}

function prepareFile(args: SweepArguments, warn: (sentence: string) => void): Prepared {
  const file = parseSweep(readTextFile(args.sweep, MAX_FILE_BYTES), args.sweep);
  const plan = planSweep(
    file,
    basename(args.sweep).replace(/\.toml$/i, ""),
    reader(file.experiment, args, warn),
  );
  for (const { run } of plan.jobs) checkDataFolder(run.experiment.dataset);
  const root = resolve(args.out ?? joinPaths(RUNS, plan.name));
  const others = prepareFolder(root, plan);
  if (others.length > 0) {
    warn(
      `${shortPath(root)} holds ${counted(others.length, "folder")} of other settings, such as ${others[0]}, which stay as they ` +
        "are and out of the table.",
    );
  }
  return { root, plan };
}

/** Reads the experiment with settings; what every combination warns of is said once. */
function reader(
  experiment: string,
  args: SweepArguments,
  warn: (sentence: string) => void,
): (overrides: readonly Override[]) => Experiment {
  const path = resolve(dirname(args.sweep), experiment);
  const said = new Set<string>();
  const once = (sentence: string): void => {
    if (!said.has(sentence)) warn(sentence);
    said.add(sentence);
  };
  if (isFolder(path)) {
    throw new ConfigError(
      `${args.sweep}: sweep.experiment is ${experiment}, a folder; expected an experiment file.`,
    );
  }
  return (overrides) =>
    readExperiment(
      path,
      {
        ...(args.data === undefined ? {} : { data: args.data }),
        ...(args.set === undefined ? {} : { set: args.set }),
        ...(args.limit === undefined ? {} : { limit: args.limit }),
      },
      once,
      shortPath(path),
      overrides,
    );
}

function jobsOf({ root, plan }: Prepared, args: SweepArguments): Job[] {
  const atOnce = args.jobs ?? 1;
  const threads = args.threads ?? Math.max(1, Math.floor(availableCores() / atOnce));
  const several = new Set(plan.jobs.map(({ model }) => model)).size > 1;
  return plan.jobs.map((job) => {
    const run = runFolderOf(root, job);
    const backend = args.backend === undefined || run.backend !== null ? [] : ["--backend", args.backend];
    return {
      ...job,
      run,
      name: `${labelOf(plan.columns, job, several)}, seed ${job.seed}`,
      words: ["train", "--resume", run.path, "--threads", String(threads), ...backend],
    };
  });
}

interface Surroundings {
  readonly progress: Progress;
  readonly interrupt: Interrupt;
  readonly launch: JobLauncher;
  /** Of jobs that failed now, by folder. */
  readonly errors: Map<string, string>;
}

async function work(
  prepared: Prepared,
  args: SweepArguments,
  { progress, interrupt, launch, errors }: Surroundings,
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

function outcomeOf({ state, error, figures }: JobResult, rank: SweepPlan["rank"]): string {
  const value = figures === null ? null : rankTable[rank].read(figures);
  if (state !== "complete") return error === undefined ? state : `failed: ${error}`;
  if (value === null) return state;
  return `${rankTable[rank].title} ${isLoss(rank) ? significant(value) : percent(value)}`;
}

function printPlan(terminal: Terminal, { root, plan }: Prepared): void {
  const jobs = plan.jobs.map((job) => {
    const run = runFolderOf(root, job);
    return { ...plainJob(job), path: run.path, complete: run.isComplete };
  });
  terminal.answer({ sweep: plan.name, folder: root, plan: planPath(root), jobs });
  for (const { path } of jobs) terminal.print(spellCommand(["train", "--resume", shortPath(path)]));
}

/** Without what the memory holds of it besides. */
function plainJob({ folder, settings, model, seed }: SweepJob): Omit<SweepJob, "keeps"> {
  return { folder, settings, model, seed };
}

/** Writes and prints the table. @throws InterruptedError; FoundFailure if a run has failed */
function finish(
  terminal: Terminal,
  { root, plan }: Prepared,
  errors: ReadonlyMap<string, string>,
  interrupt: Interrupt,
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
  if (interrupt.received !== null) {
    throw new InterruptedError(`stopped: ${count}. Go on with: ${again}`, interrupt.received, facts);
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
