/** Slurm, by its commands: what is submitted, what waits and runs, what is cancelled. */

import { execFile } from "node:child_process";
import { userInfo } from "node:os";
import { FoundFailure, UsageError } from "../exit-codes.js";

/** A task that has not ended. */
export interface SlurmTask {
  /** Of its array. */
  readonly job: string;
  readonly task: number;
  /** As Slurm calls it: PENDING, RUNNING, COMPLETING. */
  readonly state: string;
  readonly nodes: string;
  /** Why it waits. */
  readonly reason: string;
}

export interface Answered {
  /** null if the program could not be started. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a program of Slurm's. */
export type Ask = (program: string, words: readonly string[]) => Promise<Answered>;

const LIMIT_MS = 60_000;
const MOST_BYTES = 2 ** 26;
/** What clusters have that nobody has told otherwise. */
const USUAL_MAX_ARRAY = 1001;

export const askProgram: Ask = (program, words) =>
  new Promise((resolve) => {
    execFile(program, words, { timeout: LIMIT_MS, maxBuffer: MOST_BYTES }, (error, out, err) => {
      const { code } = (error ?? { code: 0 }) as { code?: number | string | null };
      if (error !== null && typeof code !== "number") {
        resolve({ code: null, out, err: code === "ENOENT" ? "ENOENT" : error.message });
      } else resolve({ code: code as number, out, err });
    });
  });

export class Slurm {
  readonly #ask: Ask;

  constructor(ask: Ask = askProgram) {
    this.#ask = ask;
  }

  /** @returns the number of the job. @throws FoundFailure with what Slurm says if it refuses; UsageError if it is not there */
  async submit(script: string, tasks: string, words: readonly string[]): Promise<string> {
    const answered = await this.#ask("sbatch", ["--parsable", `--array=${tasks}`, script, ...words]);
    const job = /^(\d+)(;|$)/m.exec(answered.out)?.[1];
    if (answered.code === 0 && job !== undefined) return job;
    if (answered.err === "ENOENT") throw missing("sbatch");
    throw new FoundFailure(
      `sbatch has refused the runs: ${said(answered)}. Options of the cluster are given with --partition, --time and ` +
        '--sbatch "--account=NAME --mem=8G".',
      {},
    );
  }

  /**
   * All tasks of this user that have not ended.
   * @returns null if Slurm does not answer just now
   * @throws UsageError if it is not there
   */
  async tasks(): Promise<SlurmTask[] | null> {
    const words = ["--noheader", "--array", `--user=${userInfo().uid}`, "--format=%F|%K|%T|%N|%r"];
    const answered = await this.#ask("squeue", words);
    if (answered.err === "ENOENT") throw missing("squeue");
    return answered.code === 0 ? parseTasks(answered.out) : null;
  }

  /** Asks all tasks of these jobs to end; they leave checkpoints. */
  async cancel(jobs: readonly string[]): Promise<void> {
    if (jobs.length > 0) await this.#ask("scancel", jobs);
  }

  /** Numbers of tasks must be below it. */
  async maxArraySize(): Promise<number> {
    const { code, out } = await this.#ask("scontrol", ["show", "config"]);
    const size = Number(/^MaxArraySize\s*=\s*(\d+)/m.exec(code === 0 ? out : "")?.[1] ?? USUAL_MAX_ARRAY);
    return Math.max(1, size);
  }

  /** In the words of Slurm how a task has ended: "OUT_OF_MEMORY"; null if that is not known any more. */
  async ended(job: string, task: number): Promise<string | null> {
    const { code, out } = await this.#ask("scontrol", ["show", "job", "--oneliner", `${job}_${task}`]);
    const state = code === 0 ? /\bJobState=(\w+)/.exec(out)?.[1] : undefined;
    return state ?? null;
  }
}

export function parseTasks(out: string): SlurmTask[] {
  return out.split("\n").flatMap((line) => {
    const [job, task, state, nodes, ...reason] = line.trim().split("|");
    // Of jobs that are no arrays the number of the task is N/A.
    if (!/^\d+$/.test(job) || !/^\d+$/.test(task ?? "")) return [];
    return [{ job, task: Number(task), state, nodes, reason: reason.join("|") }];
  });
}

function missing(program: string): UsageError {
  return new UsageError(
    `${program} is not there; expected Slurm's commands, as login nodes of a cluster have them. On one machine: ` +
      "atif sweep grid.toml --jobs 2; on a few that have no Slurm: --redis.",
  );
}

/** What it says to people, without its own name. */
function said({ code, err }: Answered): string {
  const lines = err
    .split("\n")
    .map((line) => line.replace(/^sbatch: (error: )?/, "").trim())
    .filter((line) => line !== "");
  return lines.length === 0 ? `it ended with exit code ${String(code)}` : lines.join(" ").replace(/\.$/, "");
}
