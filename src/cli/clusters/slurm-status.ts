/** What Slurm says of the runs of a sweep that were submitted to it. */

import { UsageError } from "../exit-codes.js";
import type { Scheduled } from "./shown-status.js";
import { Slurm, type SlurmTask } from "./slurm-commands.js";
import { readSubmitted, type SubmittedArray } from "./slurm-record.js";

/** By the folder of the run; null if nothing was submitted; a sentence if Slurm cannot be asked. */
export async function slurmStatus(
  root: string,
  slurm = new Slurm(),
): Promise<ReadonlyMap<string, Scheduled> | string | null> {
  const arrays = readSubmitted(root);
  if (arrays.length === 0) return null;
  try {
    const tasks = await slurm.tasks();
    return tasks === null ? "Slurm does not answer (squeue)" : scheduledBySlurm(arrays, tasks);
  } catch (thrown) {
    if (thrown instanceof UsageError) return "Slurm's commands are not on this machine";
    throw thrown;
  }
}

export function scheduledBySlurm(
  arrays: readonly SubmittedArray[],
  tasks: readonly SlurmTask[],
): Map<string, Scheduled> {
  const found = new Map<string, Scheduled>();
  for (const { job, task, state, nodes, reason } of tasks) {
    const folder = arrays.find((array) => array.job === job)?.tasks[String(task)];
    if (folder === undefined) continue;
    const waits = state === "PENDING";
    const where = waits
      ? `Slurm ${job}_${task}: waits${reason === "" || reason === "None" ? "" : ` (${reason})`}`
      : `Slurm ${job}_${task}${nodes === "" ? "" : ` on ${nodes}`}`;
    found.set(folder, { state: waits ? "queued" : "running", where });
  }
  return found;
}
