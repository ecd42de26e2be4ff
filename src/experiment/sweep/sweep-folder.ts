/**
 * The folder of a sweep:
 *
 *   plan.json      all jobs, and the command that runs each
 *   <job>/         a run, as atif train writes it; config.toml is there before it begins
 *   results.json   what came out, small enough to be kept with the text that it is told in
 *   results.csv    the table
 *   results.svg    the table, drawn
 *   slurm/         where runs were submitted to Slurm: the batch script, what was submitted, what tasks have printed
 */

import { ConfigError, FormatError } from "../../errors.js";
import { FileError, writeFileAtomic } from "../../platform/files.js";
import { exists, isFolder, makeFolder, namesIn } from "../../platform/folders.js";
import { joinPaths } from "../../platform/paths.js";
import { readTextFile } from "../../platform/text-file.js";
import { writeExperiment } from "../description/index.js";
import { isEmptyFolder } from "../run-folder/run-folder.js";
import { runFolderOf } from "./job-results.js";
import { rankNames, type RankName } from "./rank.js";
import type { PlannedSweep, SweepColumn, SweepJob, SweepPlan } from "./sweep-plan.js";

const PLAN = "plan.json";
const MAX_PLAN_BYTES = 2 ** 26;
const VERSION = 1;

/** No folder of a run is called so: theirs end with a digest. */
export const SLURM = "slurm";

export const RESULT_FILES = { json: "results.json", csv: "results.csv", svg: "results.svg" } as const;

export function planPath(root: string): string {
  return joinPaths(root, PLAN);
}

/** Whether there is a sweep. */
export function holdsSweep(root: string): boolean {
  return isFolder(root) && exists(planPath(root));
}

/**
 * Makes the folders of all jobs that are not there, each with its experiment; what is there is left as it is.
 * @returns names of folders that are of jobs that the sweep does not have any more
 * @throws ConfigError if there is something else in the folder; FileError if it cannot be written
 */
export function prepareFolder(root: string, plan: PlannedSweep): string[] {
  makeFolder(root);
  if (!holdsSweep(root) && !isEmptyFolder(root)) {
    throw new ConfigError(
      `${root} is not empty, and what is in it is no sweep; expected a new or empty folder, or that of this sweep. ` +
        "Name another with --out.",
    );
  }
  const { name, rank, columns, jobs } = plan;
  const plain = jobs.map(({ folder, settings, model, seed, keeps }) => ({
    folder,
    settings,
    model,
    seed,
    keeps,
    command: ["atif", "train", "--resume", folder],
  }));
  // First of all: a folder with jobs and without a plan would be taken for somebody else's.
  writeFileAtomic(
    planPath(root),
    `${JSON.stringify({ version: VERSION, name, rank, columns, jobs: plain }, null, 1)}\n`,
  );
  for (const job of jobs) {
    const folder = runFolderOf(root, job);
    makeFolder(folder.path);
    if (!folder.hasConfig) folder.writeConfig(writeExperiment(job.run.experiment));
  }
  const known = new Set(jobs.map(({ folder }) => folder));
  return namesIn(root).filter(
    (entry) => entry !== SLURM && !known.has(entry) && isFolder(joinPaths(root, entry)),
  );
}

/** @throws FormatError if the plan is damaged; FileError if it cannot be read */
export function readPlan(root: string): SweepPlan {
  const path = planPath(root);
  const fail = (problem: string): never => {
    throw new FormatError(
      `${path} ${problem}; expected what atif sweep has written. Run atif sweep with its file again.`,
    );
  };
  let read: unknown;
  try {
    read = JSON.parse(readTextFile(path, MAX_PLAN_BYTES));
  } catch (thrown) {
    if (thrown instanceof FileError || !(thrown instanceof SyntaxError)) throw thrown;
    return fail("is not JSON");
  }
  const { version, name, rank, columns, jobs } = (read ?? {}) as Partial<SweepPlan> & {
    readonly version?: unknown;
  };
  if (version !== VERSION) return fail(`is of version ${String(version)}`);
  if (typeof name !== "string" || !rankNames.includes(rank as RankName))
    return fail("has no name, or no rank");
  if (!Array.isArray(columns) || !columns.every(isColumn)) return fail("has no columns");
  if (!Array.isArray(jobs) || jobs.length === 0 || !jobs.every((job) => isJob(job, columns.length)))
    return fail("has no jobs, or one that is damaged");
  return { name, rank: rank as RankName, columns, jobs };
}

function isColumn(value: unknown): value is SweepColumn {
  const { title, path } = (value ?? {}) as Partial<SweepColumn>;
  return typeof title === "string" && (path === null || typeof path === "string");
}

/** Its folder becomes a path: it stays in that of the sweep. */
function isJob(value: unknown, columns: number): value is SweepJob {
  const { folder, settings, model, seed, keeps } = (value ?? {}) as Partial<SweepJob>;
  return (
    typeof folder === "string" &&
    /^[\w.=-]+$/.test(folder) &&
    !/^\.+$/.test(folder) &&
    Array.isArray(settings) &&
    settings.length === columns &&
    settings.every((each) => typeof each === "string") &&
    typeof model === "string" &&
    typeof seed === "number" &&
    (keeps === "best" || keeps === "last")
  );
}
