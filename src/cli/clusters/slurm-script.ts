/** The batch script of a sweep for Slurm: text that can be read, and submitted by hand. */

import { SLURM } from "../../experiment/sweep/sweep-folder.js";

export interface SlurmScript {
  /** Of the sweep. */
  readonly name: string;
  /** Its folder. */
  readonly root: string;
  /** Those of all runs, in the order of the plan: the number of a task is a place in it. */
  readonly folders: readonly string[];
  /** What starts the command line, in words: node, its options, the script. All paths are absolute. */
  readonly program: readonly string[];
  /** More words for each run. */
  readonly words: readonly string[];
  /** Cores of each run; as the cluster gives them if it is left out. */
  readonly threads?: number;
  readonly partition?: string;
  readonly time?: string;
  /** More options of sbatch, as they are. */
  readonly options?: string;
}

/** Before the limit of its time a run is asked to stop: seconds. Slurm may do so up to a minute earlier. */
const NOTICE_S = 30;

/** In the folder of what is about Slurm. */
export const SCRIPT = "run.sh";

/**
 * One task is one run. The folders stand in the script itself, of which Slurm keeps a copy: tasks that wait mean the same
 * runs when the plan has changed meanwhile.
 */
export function slurmScript(script: SlurmScript): string {
  const { name, root, folders, program, words, threads, partition, time, options } = script;
  const path = `${root}/${SLURM}`;
  const last = folders.length - 1;
  const settings = [
    `--job-name=${jobName(name)}`,
    `--output=${path.replaceAll("%", "%%")}/%A_%a.log`,
    "--ntasks=1",
    // B: the script's process, which becomes that of the run.
    `--signal=B:TERM@${NOTICE_S}`,
    ...(threads === undefined ? [] : [`--cpus-per-task=${threads}`]),
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...(time === undefined ? [] : [`--time=${time}`]),
  ];
  const lines = [
    ...settings.map((setting) => `#SBATCH ${/\s/.test(setting) ? `"${setting}"` : setting}`),
    ...(options === undefined ? [] : [`#SBATCH ${options}`]),
  ];
  const cores = threads === undefined ? '"${SLURM_CPUS_PER_TASK:-1}"' : String(threads);
  return `#!/bin/sh
# The runs of the sweep ${jobName(name)}, one for each task of a job array: written by atif sweep --slurm, which submits it.
# By hand, from the folder that relative paths of the experiment start in:
#   sbatch --array=0-${last} ${quoted(`${path}/${SCRIPT}`)}
# Where an array may not be so large, the runs from number 1000 on:
#   sbatch --array=0-999 ${quoted(`${path}/${SCRIPT}`)} 1000
# A run that is complete is passed over, one that was stopped goes on from its checkpoint.
${lines.join("\n")}

cd "\${SLURM_SUBMIT_DIR:-.}" || exit 2
number=$((\${1:-0} + SLURM_ARRAY_TASK_ID))
folder=$(sed -n "$((number + 1))p" <<'RUNS'
${folders.join("\n")}
RUNS
)
if [ -z "$folder" ]; then
  echo "atif: there is no run $number; expected a number from 0 to ${last}." >&2
  exit 2
fi
exec ${[...program, "train", "--resume"].map(quoted).join(" ")} ${quoted(`${root}/`)}"$folder" --threads ${cores}${words
    .map((word) => ` ${quoted(word)}`)
    .join("")}
`;
}

/** A name that queues show; letters that options of sbatch may hold. */
export function jobName(name: string): string {
  return `atif-${name.replaceAll(/[^\w.=-]+/g, "-").slice(0, 64)}`;
}

/** For sh. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** "0-3,7,9-12". @param numbers ascending */
export function arrayText(numbers: readonly number[]): string {
  const ranges: [first: number, last: number][] = [];
  for (const number of numbers) {
    const open = ranges.at(-1);
    if (open !== undefined && open[1] === number - 1) open[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(",");
}

/** Numbers of tasks in one array, which are those of runs less the offset. */
export interface ArrayBlock {
  readonly offset: number;
  readonly tasks: readonly number[];
}

/**
 * Runs shared out to arrays that the cluster allows.
 * @param runs their numbers, ascending
 * @param most numbers of tasks are below it (MaxArraySize)
 */
export function blocksOf(runs: readonly number[], most: number): ArrayBlock[] {
  const blocks = new Map<number, number[]>();
  for (const run of runs) {
    const offset = run - (run % most);
    blocks.set(offset, [...(blocks.get(offset) ?? []), run - offset]);
  }
  return [...blocks].map(([offset, tasks]) => ({ offset, tasks }));
}
