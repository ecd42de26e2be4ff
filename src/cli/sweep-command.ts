/** The command that tries settings: sweep. */

import type { Command } from "commander";
import { collect, pathOf, wholeNumber } from "./arguments.js";
import type { SweepArguments } from "./commands/sweep.js";
import { backend, threads } from "./compute-options.js";
import { UsageError } from "./exit-codes.js";

const MOST_JOBS_AT_ONCE = 1024;
const MOST_THREADS = 1024;

export function addSweep(program: Command): void {
  const [threadsFlag] = threads();
  const sweeps = program
    .command("sweep")
    .description("run one experiment with many settings, and compare: mean and spread over seeds, best first")
    .argument(
      "<sweep>",
      "sweep file in TOML, or the folder of a sweep to go on with; ./status is a file of that name",
    )
    .helpCommand(false)
    .option(
      "-j, --jobs <n>",
      "runs at a time, each in a process of its own; 1 if it is left out",
      wholeNumber("--jobs", 2, 1, MOST_JOBS_AT_ONCE),
    )
    .option(
      "-o, --out <folder>",
      "where the runs go; runs/<name> if it is left out. What is complete there is not run again",
      pathOf("--out"),
    )
    .option("-d, --data <folder>", "where the files of the data set are", pathOf("--data"))
    .option(
      "--set <key=value>",
      "set a key of the experiment in all runs, before those of the sweep",
      collect,
    )
    .option(
      "--limit <n>",
      "samples of each set at most, in all runs: a quick look",
      wholeNumber("--limit", 1000, 1, 2 ** 31 - 1),
    )
    .option("--plan", "make the folders, print the command that runs each, and run nothing")
    .option("--collect", "run nothing: make the table of what is there")
    .option(
      threadsFlag,
      "threads of each run; the cores shared by all that run at a time if it is left out, those of the task on Slurm",
      wholeNumber("--threads", 2, 1, MOST_THREADS),
    )
    .option(...backend())
    .option("--slurm", "submit the runs to Slurm as job arrays, wait, and submit again what is missing")
    .option("--partition <name>", "of the cluster, with --slurm")
    .option(
      "--time <limit>",
      "of each run, with --slurm: longer ones are done in pieces, as in --time 2:00:00",
    )
    .option("--sbatch <options>", 'more options of sbatch, as in --sbatch "--account=NAME --mem=8G"')
    .option("--detach", "with --slurm: hand the runs over, and do not wait for them")
    .option("-q, --quiet", "print nothing but warnings and errors")
    .option("--json", "print one JSON object and nothing else")
    .addHelpText("after", EXAMPLES)
    .action(async (file: string, options: Omit<SweepArguments, "sweep">) => {
      const { sweep } = await import("./commands/sweep.js");
      await sweep({ ...options, sweep: file });
    });
  addStatus(sweeps);
}

function addStatus(sweeps: Command): void {
  sweeps
    .command("status")
    .description("say how the runs of a sweep are, wherever they run; on a terminal until all have ended")
    .argument("[folder]", "the folder of the sweep; the latest of runs if it is left out")
    .option("--json", "print one JSON object and nothing else")
    .action(async (folder: string | undefined, _: object, command: Command) => {
      // What both commands have, the upper one reads.
      const { json, ...others } = command.optsWithGlobals<SweepArguments>();
      const [stray] = Object.keys(others);
      if (stray !== undefined) {
        throw new UsageError(
          `--${stray} is an option of atif sweep; expected none but --json of atif sweep status. A sweep file called ` +
            "status is ./status.",
        );
      }
      const { sweepStatus } = await import("./commands/sweep-status.js");
      await sweepStatus({
        ...(json === undefined ? {} : { json }),
        ...(folder === undefined ? {} : { folder }),
      });
    });
}

const EXAMPLES = `
A sweep file names an experiment, and values for its keys: every combination is run, once per seed.

  [sweep]
  experiment = "digits.toml"
  seeds = [1, 2, 3]
  validation = 0.1            # chosen by a tenth of the training data; the test set is left alone

  [grid]
  model.0.params.timesteps = [1, 2, 4, 8]
  model.0.optimizer.params.lr = [0.001, 0.003]

Combinations one by one are [[settings]] with keys and, if you like, a name; with a [grid] beside them each is run with all of it.
plan.json in the folder says all runs; each is "atif train --resume FOLDER", here or wherever the folder is seen.

Examples:
  atif sweep grid.toml --jobs 2               all runs, two at a time; the same command goes on after Ctrl-C
  atif sweep grid.toml --plan                 the commands, to be run elsewhere
  atif sweep runs/grid --collect --json       what has come out so far
  atif sweep grid.toml --set model.0.epochs=1
  atif sweep grid.toml --slurm --partition short --time 2:00:00
                                              the runs on a cluster, one task each
  atif sweep status runs/grid                 how they are`;
