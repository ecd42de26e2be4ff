/** What a sweep has submitted to Slurm: kept in its folder, so that nothing is submitted twice. */

import { SLURM } from "../../experiment/sweep/sweep-folder.js";
import { FileError, writeFileAtomic } from "../../platform/files.js";
import { makeFolder } from "../../platform/folders.js";
import { joinPaths } from "../../platform/paths.js";
import { readTextFile } from "../../platform/text-file.js";

/** An array, and the runs that its tasks are. */
export interface SubmittedArray {
  readonly job: string;
  /** Folders of runs, by the number of the task. */
  readonly tasks: Readonly<Record<string, string>>;
}

const MAX_BYTES = 2 ** 26;
const VERSION = 1;

function pathOf(root: string): string {
  return joinPaths(root, SLURM, "jobs.json");
}

/** What is damaged is as if it were not there. */
export function readSubmitted(root: string): SubmittedArray[] {
  try {
    const read = JSON.parse(readTextFile(pathOf(root), MAX_BYTES)) as Readonly<
      Record<string, unknown>
    > | null;
    return Array.isArray(read?.arrays) ? (read.arrays as unknown[]).filter(isArray) : [];
  } catch (thrown) {
    if (thrown instanceof FileError || thrown instanceof SyntaxError) return [];
    throw thrown;
  }
}

export function writeSubmitted(root: string, arrays: readonly SubmittedArray[]): void {
  makeFolder(joinPaths(root, SLURM));
  writeFileAtomic(pathOf(root), `${JSON.stringify({ version: VERSION, arrays }, null, 1)}\n`);
}

function isArray(value: unknown): value is SubmittedArray {
  const { job, tasks } = (value ?? {}) as Partial<SubmittedArray>;
  if (typeof job !== "string" || !/^\d+$/.test(job) || typeof tasks !== "object" || tasks === null)
    return false;
  return Object.entries(tasks).every(([task, folder]) => /^\d+$/.test(task) && typeof folder === "string");
}
