/** What a sweep is to do: its file read, or its folder; its jobs, and a folder for each. */

import { basename, dirname, resolve } from "node:path";
import { counted } from "../counted.js";
import { ConfigError } from "../errors.js";
import type { Experiment } from "../experiment/description/experiment.js";
import type { Override } from "../experiment/description/index.js";
import type { RunFolder } from "../experiment/run-folder/run-folder.js";
import { runFolderOf } from "../experiment/sweep/job-results.js";
import { parseSweep } from "../experiment/sweep/sweep-file.js";
import { holdsSweep, prepareFolder, readPlan } from "../experiment/sweep/sweep-folder.js";
import { planSweep, type SweepJob, type SweepPlan } from "../experiment/sweep/sweep-plan.js";
import { isFolder } from "../platform/folders.js";
import { joinPaths, shortPath } from "../platform/paths.js";
import { readTextFile } from "../platform/text-file.js";
import type { ComputeArguments } from "./compute-arguments.js";
import { checkDataFolder } from "./data-folder.js";
import { UsageError } from "./exit-codes.js";
import { readExperiment } from "./experiment-source.js";
import { labelOf } from "./sweep-report.js";
import { RUNS } from "./train-plan.js";

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
  /** Runs go to Slurm, as tasks of job arrays. */
  readonly slurm?: boolean;
  readonly partition?: string;
  readonly time?: string;
  /** More options of sbatch. */
  readonly sbatch?: string;
  /** Runs go to workers that share this Redis; true: that of the environment. */
  readonly redis?: string | true;
  /** Workers see the folder of the sweep under the same path. */
  readonly shared?: boolean;
  /** Runs are handed over, and not waited for. */
  readonly detach?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const MAX_FILE_BYTES = 2 ** 20;

/** A sweep that is there: its folder, and its jobs. */
export interface PreparedSweep {
  readonly root: string;
  readonly plan: SweepPlan;
}

/** A job that can be handed to somebody. */
export interface NamedJob extends SweepJob {
  readonly run: RunFolder;
  /** "timesteps 4, seed 1" */
  readonly name: string;
}

export function outOf({ out }: SweepArguments): string[] {
  return out === undefined ? [] : ["--out", out];
}

/** @throws ConfigError, FileError, UsageError before anything is run */
export function prepareSweep(args: SweepArguments, warn: (sentence: string) => void): PreparedSweep {
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

function prepareFile(args: SweepArguments, warn: (sentence: string) => void): PreparedSweep {
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

export function namedJobs({ root, plan }: PreparedSweep): NamedJob[] {
  const several = new Set(plan.jobs.map(({ model }) => model)).size > 1;
  return plan.jobs.map((job) => ({
    ...job,
    run: runFolderOf(root, job),
    name: `${labelOf(plan.columns, job, several)}, seed ${job.seed}`,
  }));
}
