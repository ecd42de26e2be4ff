/**
 * Which lines are a launcher's own: what it says when ranks end, whatever they have said themselves. It is kept, for a job of which
 * no rank says anything.
 */

const OF_LAUNCHERS: readonly RegExp[] = [
  // Open MPI
  /^\[[^\]]+:\d+\] /,
  /^mpirun(\.openmpi)?: /,
  // MPICH
  /^\[(mpiexec|proxy:[\d:]+)@/,
  /^YOUR APPLICATION TERMINATED WITH THE EXIT STRING/,
  /^This typically refers to a problem with your application/,
  /^Please see the FAQ page for debugging suggestions/,
  // Slurm
  /^srun: /,
  /^slurmstepd: /,
];

/** Between two lines like these, Open MPI and MPICH frame what they say. */
const FRAME = /^(-{40,}|={40,})$/;

export class LauncherNoise {
  readonly #lines: string[] = [];
  #frame: string | null = null;

  /** Whether the line that follows is in a frame. */
  get isOpen(): boolean {
    return this.#frame !== null;
  }

  /** Whether the line is the launcher's. */
  takes(line: string): boolean {
    const isFrame = FRAME.test(line);
    if (isFrame) this.#frame = this.#frame === null ? line : null;
    const takes = isFrame || this.#frame !== null || OF_LAUNCHERS.some((pattern) => pattern.test(line));
    if (takes && !isFrame && line.trim() !== "") this.#lines.push(line.replace(/^=\s+/, "").trim());
    return takes;
  }

  /** In one line; empty if it has said nothing. */
  get text(): string {
    return this.#lines.join(" ");
  }

  /**
   * "rank 1 was killed (signal 9)"; null if that is not what it has said.
   * @param isStep whether the launcher is srun: others start daemons of their own by it
   */
  ofDeath(isStep: boolean): string | null {
    const { text } = this;
    const openMpi = /process rank (\d+) .*exited on signal (\d+)/.exec(text);
    if (openMpi !== null) return `rank ${openMpi[1]} was killed by signal ${openMpi[2]}`;
    const slurm = !isStep
      ? null
      : /task (\d+): (Killed|Terminated|Segmentation fault|Exited with exit code \d+)/.exec(text);
    if (slurm !== null) return `rank ${slurm[1]} ended: ${slurm[2].toLowerCase()}`;
    const mpich = /EXIT STRING: .*\(signal (\d+)\)/.exec(text) ?? /EXIT CODE: (\d+)/.exec(text);
    if (mpich !== null) return `a rank was killed by signal ${mpich[1]}`;
    return null;
  }
}
