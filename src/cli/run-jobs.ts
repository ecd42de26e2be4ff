/** Runs the jobs of a sweep, a few at a time, until all have ended or a signal comes. */

import type { JobCommand, JobEnd, JobLauncher, RunningJob } from "./sweep-launcher.js";
import type { StopSignal } from "./signals.js";

export interface RunJobsOptions<J extends JobCommand> {
  readonly launch: JobLauncher;
  readonly atOnce: number;
  /** false: somebody else has it, or has done it meanwhile. */
  readonly claim: (job: J) => boolean;
  /** Told what a job says of how far it is. */
  readonly onProgress: (job: J, line: string) => void;
  readonly onBegin: (job: J) => void;
  readonly onEnd: (job: J, end: JobEnd) => void;
  /** Aborted: no job is begun any more, and those under way are asked to stop. */
  readonly signal: AbortSignal;
  /** The signal that came. */
  readonly received: () => StopSignal | null;
}

/** A job that fails holds up no other. */
export async function runJobs<J extends JobCommand>(
  jobs: readonly J[],
  { launch, atOnce, claim, onProgress, onBegin, onEnd, signal, received }: RunJobsOptions<J>,
): Promise<void> {
  const waiting = [...jobs];
  const running = new Set<RunningJob>();
  const stop = (): void => {
    for (const job of running) job.stop(received() ?? "SIGTERM");
  };
  const work = async (): Promise<void> => {
    for (;;) {
      const job = waiting.shift();
      if (job === undefined || signal.aborted) return;
      if (!claim(job)) continue;
      onBegin(job);
      const started = launch(job, (line) => onProgress(job, line));
      running.add(started);
      const end = await started.ended;
      running.delete(started);
      onEnd(job, end);
    }
  };
  signal.addEventListener("abort", stop);
  try {
    await Promise.all(Array.from({ length: Math.min(atOnce, jobs.length) }, work));
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
