/** Ends a job of which one rank fails before it has joined the others, where the launcher would wait for ever. */

import { fstatSync, writeSync } from "node:fs";
import type { Environment } from "./launched.js";

/**
 * mpirun of MPICH takes a process that ends before MPI_Init for a program without MPI, whatever its code, and lets the others wait
 * in theirs. So it is told in its own words, those of PMI-1, on the socket that it has given to each rank. Nothing happens where
 * there is none: other launchers end the job by themselves.
 *
 * @param exitCode of the job
 */
export function endUnjoined({ PMI_FD }: Environment, exitCode: number): void {
  const descriptor = PMI_FD !== undefined && /^\d{1,6}$/.test(PMI_FD) ? Number(PMI_FD) : null;
  if (descriptor === null) return;
  try {
    // npm closes it, and something else may have its number.
    if (!fstatSync(descriptor).isSocket()) return;
    writeSync(descriptor, "cmd=init pmi_version=1 pmi_subversion=1\n");
    writeSync(descriptor, `cmd=abort exitcode=${exitCode}\n`);
  } catch {
    // The launcher is gone, and the job with it.
  }
}
