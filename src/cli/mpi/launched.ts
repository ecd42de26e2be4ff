/** Which launcher of MPI has started this process, and as which of how many. */

import { UsageError } from "../exit-codes.js";

/** The two kinds of libraries there are: others have the binary interface of one of them. */
export type MpiKind = "openmpi" | "mpich";

export interface Launched {
  readonly rank: number;
  /** null if the launcher does not say. */
  readonly size: number | null;
  /** Ranks on this machine. */
  readonly localSize: number;
  /** What is said of it: "mpirun", "srun". */
  readonly launcher: "mpirun" | "srun";
  /** By what it tells its processes; null if it told them nothing of MPI. */
  readonly kind: MpiKind | null;
  /** Cores of each rank, where Slurm was asked for some. */
  readonly coresEach?: number;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Set by `atif train --ranks` for those that it starts: one rank is a rank, too. */
export const STARTED = "ATIF_RANKS";

/**
 * null: nobody has, or as the only one. A process alone needs no MPI: a batch script of Slurm, or `srun -n 1`, unless --ranks asked
 * for it.
 */
export function launchedBy(environment: Environment): Launched | null {
  const found = asOpenMpi(environment) ?? asPmi(environment) ?? asStep(environment);
  if (found === null) return null;
  const cores = found.launcher === "srun" ? count(environment.SLURM_CPUS_PER_TASK) : null;
  const launched = cores === null ? found : { ...found, coresEach: cores };
  return launched.size === 1 && environment[STARTED] === undefined ? null : launched;
}

/** By mpirun of Open MPI. */
function asOpenMpi(environment: Environment): Launched | null {
  const size = count(environment.OMPI_COMM_WORLD_SIZE);
  if (size === null) return null;
  return {
    rank: count(environment.OMPI_COMM_WORLD_RANK) ?? 0,
    size,
    localSize: count(environment.OMPI_COMM_WORLD_LOCAL_SIZE) ?? size,
    launcher: "mpirun",
    kind: "openmpi",
  };
}

/** By mpirun of MPICH and its relatives, or by `srun --mpi=pmi2`. With -pmi-port they do not say how many there are. */
function asPmi(environment: Environment): Launched | null {
  const rank = count(environment.PMI_RANK) ?? count(environment.PMI_ID);
  if (rank === null) return null;
  const size = count(environment.PMI_SIZE);
  const isStep = environment.SLURM_STEP_NUM_TASKS !== undefined && environment.HYDI_CONTROL_FD === undefined;
  return {
    rank,
    size,
    localSize: count(environment.MPI_LOCALNRANKS) ?? (isStep ? tasksHere(environment) : null) ?? size ?? 1,
    launcher: isStep ? "srun" : "mpirun",
    kind: "mpich",
  };
}

/** By srun, with --mpi=pmix or without any. */
function asStep(environment: Environment): Launched | null {
  const size = count(environment.SLURM_STEP_NUM_TASKS);
  if (size === null) return null;
  return {
    rank: count(environment.PMIX_RANK) ?? count(environment.SLURM_PROCID) ?? 0,
    size,
    localSize: tasksHere(environment) ?? size,
    launcher: "srun",
    kind: environment.PMIX_RANK === undefined ? null : "openmpi",
  };
}

/** "2(x3),1" are the tasks of four nodes. */
function tasksHere(environment: Environment): number | null {
  const node = count(environment.SLURM_NODEID) ?? 0;
  const byNode = (environment.SLURM_STEP_TASKS_PER_NODE ?? "").split(",").flatMap((part) => {
    const [, tasks = "", times = "1"] = /^(\d+)(?:\(x(\d+)\))?$/.exec(part) ?? [];
    return tasks === "" ? [] : Array.from({ length: Math.min(Number(times), 2 ** 16) }, () => Number(tasks));
  });
  return byNode[node] ?? null;
}

function count(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/**
 * The library that the ranks are to load: as ATIF_MPI says, or by the launcher.
 * @returns a kind, or the path of a library
 * @throws UsageError if the launcher has told its processes nothing
 */
export function libraryFor({ kind, launcher, size }: Launched, { ATIF_MPI }: Environment): string {
  if (ATIF_MPI !== undefined && ATIF_MPI !== "") return ATIF_MPI;
  if (kind !== null) return kind;
  throw new UsageError(
    `${launcher} started ${size ?? "several"} processes without MPI; expected ranks that find each other. ` +
      "Start them with srun -K1 --mpi=pmix (Open MPI), or --mpi=pmi2 (MPICH).",
  );
}

/**
 * The library of another MPI than the launcher's makes as many jobs of one rank.
 * @throws UsageError
 */
export function checkSize({ size, launcher }: Launched, seen: number, version: string): void {
  if (size === null || size === seen) return;
  const libraryOf = launcher === "srun" ? "srun tells its ranks of with --mpi" : `${launcher} belongs to`;
  const other =
    launcher === "srun"
      ? "srun --mpi=pmix (Open MPI) or --mpi=pmi2 (MPICH)"
      : "the mpirun of the other (mpirun.openmpi, mpirun.mpich)";
  throw new UsageError(
    `${launcher} started ${size} ranks, but ${version} knows of ${seen}; expected the library of the MPI that ${libraryOf}. ` +
      `Set ATIF_MPI to openmpi, mpich, or the path of its library (libmpi.so), or start it with ${other}.`,
  );
}

/**
 * Threads of a rank: the cores that it was given, or else cores of the machine over the ranks on it. A rank that was bound to fewer
 * than there are has these alone.
 * @param available to this process; @param cores of the machine
 */
export function threadsOfRank({ localSize, coresEach }: Launched, available: number, cores: number): number {
  if (coresEach !== undefined) return Math.max(1, Math.min(coresEach, available));
  return Math.max(1, available < cores ? available : Math.floor(cores / localSize));
}
