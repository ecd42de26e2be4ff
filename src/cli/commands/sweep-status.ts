/** atif sweep status: how the runs of a sweep are, wherever they run. */

import { resolve } from "node:path";
import { holdsSweep, planPath, readPlan } from "../../experiment/sweep/sweep-folder.js";
import { runFolderOf } from "../../experiment/sweep/job-results.js";
import type { SweepPlan } from "../../experiment/sweep/sweep-plan.js";
import { sweepStatus as statusOf, type JobStatus } from "../../experiment/sweep/sweep-status.js";
import { isFolder, lastChange, namesIn } from "../../platform/folders.js";
import { joinPaths, shortPath } from "../../platform/paths.js";
import { epochsOf } from "../clusters/run-part.js";
import {
  countsOf,
  countsText,
  shownRun,
  statusTable,
  type Scheduled,
  type ShownRun,
  type ShownState,
} from "../clusters/shown-status.js";
import { redisStatus, type RedisStatus } from "../clusters/redis-status.js";
import { slurmStatus } from "../clusters/slurm-status.js";
import { spellCommand } from "../command-line.js";
import { UsageError } from "../exit-codes.js";
import { LiveLines } from "../progress.js";
import { Terminal } from "../terminal.js";
import { RUNS } from "../train-plan.js";

export interface SweepStatusArguments {
  /** Of the sweep; the latest if it is left out. */
  readonly folder?: string;
  /** That the runs were handed to; true: of the environment. */
  readonly redis?: string | true;
  readonly json?: boolean;
}

const BETWEEN_MS = 2000;
const USUAL_ROWS = 24;

interface Look {
  readonly runs: readonly ShownRun[];
  /** What somebody says who hands out runs; or why he cannot be asked. */
  readonly notes: readonly string[];
}

export async function sweepStatus(args: SweepStatusArguments): Promise<void> {
  const terminal = new Terminal(args);
  const root = resolve(args.folder ?? latestSweep());
  if (!holdsSweep(root)) {
    throw new UsageError(
      `${shortPath(root)} ${isFolder(root) ? "is a folder without a plan.json" : "is no folder"}; expected the folder of a sweep, as ` +
        `in ${spellCommand(["sweep", "status", "runs/grid"])}.`,
    );
  }
  const plan = readPlan(root);
  const known = new Map<string, JobStatus>();
  const live = terminal.out.isTTY === true && args.json !== true;
  const queue = await redisStatus(root, args.redis);
  try {
    if (!live) {
      print(terminal, root, plan, await look(root, plan, known, queue));
      return;
    }
    await drawUntilOver(terminal, root, plan, () => look(root, plan, known, queue));
  } finally {
    queue?.close();
  }
}

async function drawUntilOver(
  terminal: Terminal,
  root: string,
  plan: SweepPlan,
  lookNow: () => Promise<Look>,
): Promise<void> {
  const lines = new LiveLines(terminal.out, process.stdout.rows || USUAL_ROWS);
  for (;;) {
    const now = await lookNow();
    lines.draw([
      headline(root, now),
      ...now.notes,
      "",
      ...statusTable(plan.columns, unfinishedFirst(now.runs)),
    ]);
    if (now.runs.every(({ state }) => ENDED.has(state))) return;
    await new Promise((wake) => setTimeout(wake, BETWEEN_MS));
  }
}

/** Nothing changes any more by itself. */
const ENDED: ReadonlySet<ShownState> = new Set(["complete", "done", "failed"]);

/** @throws UsageError if there is none */
function latestSweep(): string {
  const sweeps = isFolder(RUNS)
    ? namesIn(RUNS)
        .map((name) => joinPaths(RUNS, name))
        .filter(holdsSweep)
    : [];
  const [latest] = sweeps.sort((a, b) => lastChange(planPath(b)) - lastChange(planPath(a)));
  if (latest !== undefined) return latest;
  throw new UsageError(
    `there is no sweep in ${RUNS}; expected the folder of one, as in ${spellCommand(["sweep", "status", "FOLDER"])}.`,
  );
}

async function look(
  root: string,
  plan: SweepPlan,
  known: Map<string, JobStatus>,
  queue: RedisStatus | null,
): Promise<Look> {
  const notes: string[] = [];
  const scheduled = new Map<string, Scheduled>();
  for (const said of [await slurmStatus(root), (await queue?.look()) ?? null]) {
    if (typeof said === "string") notes.push(said);
    else for (const [folder, each] of said ?? []) scheduled.set(folder, each);
  }
  const statuses = statusOf(root, plan, known);
  for (const status of statuses) known.set(status.folder, status);
  const runs = statuses.map((status, i) =>
    shownRun(status, scheduled.get(status.folder), epochsOf(runFolderOf(root, plan.jobs[i]))),
  );
  return { runs, notes };
}

function print(terminal: Terminal, root: string, plan: SweepPlan, now: Look): void {
  terminal.answer({
    sweep: plan.name,
    folder: root,
    counts: countsOf(now.runs),
    notes: now.notes,
    runs: now.runs,
  });
  terminal.print(headline(root, now));
  for (const note of now.notes) terminal.print(note);
  terminal.print();
  for (const line of statusTable(plan.columns, now.runs)) terminal.print(line);
}

function headline(root: string, { runs }: Look): string {
  return `${shortPath(root)}, ${countsText(runs)}`;
}

/** On a terminal the end of a long table is not seen: what is of interest stands above it. */
function unfinishedFirst(runs: readonly ShownRun[]): ShownRun[] {
  const order = (run: ShownRun): number =>
    ["running", "failed", "died", "interrupted", "queued", "waiting", "done", "complete"].indexOf(run.state);
  return [...runs].sort((a, b) => order(a) - order(b));
}
