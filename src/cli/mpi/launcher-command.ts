/** With what ranks are started: mpirun of Open MPI or of MPICH, or srun inside an allocation of Slurm. */

import type { Environment, MpiKind } from "./launched.js";

export type LauncherKind = MpiKind | "srun";

export interface Launcher {
  readonly kind: LauncherKind;
  /** What is started. */
  readonly program: string;
}

export interface Machine {
  readonly isRoot: boolean;
  readonly cores: number;
}

/** In the order in which they are looked for. */
export function candidates({ ATIF_MPI, ATIF_MPIRUN, SLURM_JOB_ID }: Environment): readonly string[] {
  if (ATIF_MPIRUN !== undefined && ATIF_MPIRUN !== "") return [ATIF_MPIRUN];
  const own = ATIF_MPI === "openmpi" || ATIF_MPI === "mpich" ? [`mpirun.${ATIF_MPI}`] : [];
  const inJob = SLURM_JOB_ID === undefined ? [] : ["srun"];
  return [...inJob, ...own, "mpirun", "mpiexec", "mpirun.openmpi", "mpirun.mpich"];
}

/** By what a launcher says of its version; null if it is none that is known. */
export function kindOf(program: string, version: string): LauncherKind | null {
  if (/(^|\/)srun$/.test(program)) return "srun";
  if (/Open MPI|OpenRTE|PRRTE/i.test(version)) return "openmpi";
  return /HYDRA|MPICH|Intel\(R\) MPI|MVAPICH/i.test(version) ? "mpich" : null;
}

/**
 * @param words what each rank is to run
 * @param environment of the launcher: what is named ATIF_… is for the ranks, too
 */
export function launcherCommand(
  { kind, program }: Launcher,
  ranks: number,
  words: readonly string[],
  environment: Environment,
  { isRoot, cores }: Machine,
): string[] {
  const count = ["-n", String(ranks)];
  switch (kind) {
    case "srun": {
      // -K1: without it the others wait for ever for one that has ended.
      const mpi = environment.ATIF_MPI === "mpich" ? "pmi2" : "pmix";
      // Since 22.05 srun does not take over the cores that the allocation has for each task.
      const { SLURM_CPUS_PER_TASK: cpus } = environment;
      const each = cpus === undefined ? [] : [`--cpus-per-task=${cpus}`];
      return [program, "-K1", `--mpi=${mpi}`, ...each, ...count, ...words];
    }
    case "openmpi": {
      const own = Object.keys(environment).filter((name) => name.startsWith("ATIF_"));
      return [
        program,
        ...(isRoot ? ["--allow-run-as-root"] : []),
        ...(ranks > cores ? ["--oversubscribe"] : []),
        // Ranks have several threads: nobody binds them to one core.
        ...["--bind-to", "none"],
        ...own.flatMap((name) => ["-x", name]),
        ...count,
        ...words,
      ];
    }
    case "mpich":
      return [program, ...count, ...words];
  }
}

/** A command line less its --ranks. */
export function withoutRanks(argv: readonly string[]): string[] {
  const end = argv.indexOf("--");
  return argv.filter((word, i) => {
    if (end >= 0 && i >= end) return true;
    const isValue = i > 0 && argv[i - 1] === "--ranks";
    return !isValue && word !== "--ranks" && !word.startsWith("--ranks=");
  });
}
