/**
 * Takes runs from the queues of a Redis and runs each in a process of its own, one sweep after the other. What it has done stays in
 * its folder; what another machine has begun goes on from the checkpoint that this one has left in Redis.
 */

import type { Worker } from "bullmq";
import { hostname } from "node:os";
import { ConfigError, messageOf } from "../../errors.js";
import { RunFolder } from "../../experiment/run-folder/run-folder.js";
import { runState } from "../../experiment/run-folder/run-state.js";
import { FileError } from "../../platform/files.js";
import { makeFolder } from "../../platform/folders.js";
import { joinPaths, shortPath } from "../../platform/paths.js";
import { VERSION } from "../../version.js";
import type { StopSignal } from "../signals.js";
import type { JobLauncher, RunningJob } from "../sweep-launcher.js";
import type { RedisClient } from "./redis-client.js";
import { packRun, unpackRun } from "./run-files.js";
import { within } from "./within.js";
import {
  fetchFiles,
  openQueue,
  readRunJob,
  sendFiles,
  sweepsIn,
  workerOptions,
  type RunAt,
  type RunJob,
  type RunReturn,
  type SweepJobInQueue,
  type SweepQueue,
} from "./sweep-queue.js";

export interface QueueWorkerOptions {
  /** Where runs go whose sweep has no shared folder: a folder for each sweep. */
  readonly out: string;
  readonly atOnce: number;
  readonly threads: number;
  /** A run whose machine has given no sign of life for so long is given to another one: seconds. */
  readonly stalledAfter: number;
  readonly launch: JobLauncher;
  readonly say: (line: string) => void;
  readonly onProgress: (line: string) => void;
  /** Aborted: runs stop with checkpoints and are given back. */
  readonly signal: AbortSignal;
  readonly received: () => StopSignal | null;
}

const BETWEEN_MS = 1000;
/** Until a run that somebody else is working on is looked at again. */
const BUSY_MS = 5000;
/** What cannot be given back in this time, another machine takes when its lock is over. */
const LEAVE_MS = 5000;
/** More often nobody wants to know how far a run is. */
const TELL_MS = 2000;

export class QueueWorker {
  readonly #client: RedisClient;
  readonly #options: QueueWorkerOptions;
  readonly #running = new Map<RunningJob, string>();
  readonly #queues = new Map<string, SweepQueue>();
  readonly #strange = new Set<string>();
  #current: { readonly name: string; readonly worker: Worker<RunJob, RunReturn> } | null = null;
  #cancelled = false;

  constructor(client: RedisClient, options: QueueWorkerOptions) {
    this.#client = client;
    this.#options = options;
  }

  /** Until the signal is aborted. */
  async work(): Promise<void> {
    const { signal } = this.#options;
    while (!signal.aborted) {
      if (this.#client.redis.status === "ready") {
        await Promise.race([this.#choose(), aborted(signal)]).catch((thrown: unknown) =>
          this.#options.say(messageOf(thrown)),
        );
      }
      await pause(BETWEEN_MS, signal);
    }
    await this.#leave();
  }

  /** A sweep with work to do; the present one as long as it has. */
  async #choose(): Promise<void> {
    const sweeps = await sweepsIn(this.#client);
    const current = this.#current;
    if (current !== null && !sweeps.has(current.name)) await this.#close("cancelled");
    if (this.#running.size > 0) return;
    for (const [name, version] of sweeps) {
      if (version !== VERSION) {
        if (!this.#strange.has(name))
          this.#options.say(
            `the sweep ${name} is of atif ${version}, and this is ${VERSION}; it is passed over`,
          );
        this.#strange.add(name);
        continue;
      }
      const counts = await this.#queue(name).getJobCounts("waiting", "delayed", "active");
      if ((counts.waiting ?? 0) + (counts.delayed ?? 0) + (counts.active ?? 0) === 0) continue;
      if (this.#current?.name === name) return;
      await this.#close("another");
      this.#open(name);
      return;
    }
  }

  #queue(name: string): SweepQueue {
    const known = this.#queues.get(name) ?? openQueue(this.#client, name);
    this.#queues.set(name, known);
    return known;
  }

  #open(name: string): void {
    const { atOnce, stalledAfter } = this.#options;
    const worker = new this.#client.bull.Worker<RunJob, RunReturn>(
      name,
      (job, token) => this.#run(name, job, token ?? ""),
      { ...workerOptions(this.#client, stalledAfter), concurrency: atOnce },
    );
    worker.on("error", () => undefined);
    this.#current = { name, worker };
    this.#cancelled = false;
    this.#options.say(`working on the sweep ${name}`);
  }

  async #close(why: "cancelled" | "another"): Promise<void> {
    const current = this.#current;
    if (current === null) return;
    this.#current = null;
    if (why === "cancelled") {
      this.#cancelled = true;
      this.#options.say(`the sweep ${current.name} is over, or was cancelled`);
      for (const job of this.#running.keys()) job.stop("SIGTERM");
    }
    await within(LEAVE_MS + BUSY_MS, current.worker.close());
  }

  async #leave(): Promise<void> {
    const { received } = this.#options;
    const worker = this.#current?.worker;
    const paused = worker?.pause(true);
    for (const job of this.#running.keys()) job.stop(received() ?? "SIGTERM");
    await paused;
    // Their processes end when their checkpoints are written, however long that takes.
    await Promise.all([...this.#running.keys()].map(({ ended }) => ended));
    if (worker !== undefined) await within(LEAVE_MS, worker.close());
    for (const queue of this.#queues.values()) await within(LEAVE_MS, queue.close());
  }

  async #run(queue: string, job: SweepJobInQueue, token: string): Promise<RunReturn> {
    const { bull } = this.#client;
    const data = readRunJob(job.data);
    if (data === null) throw new bull.UnrecoverableError("this is no run of a sweep; expected one of atif");
    const run = await this.#place(queue, data);
    if (!run.isComplete) {
      // Of one of another machine, atif train finds out whether it is still there.
      if ((run.holder()?.state ?? "elsewhere") !== "elsewhere")
        return this.#later(job, token, `${data.folder}: another process is working on it`);
      const end = await this.#train(data, run, job);
      if (this.#options.signal.aborted || this.#cancelled) {
        await this.#give(queue, data, run);
        if (this.#cancelled) throw new bull.UnrecoverableError("cancelled");
        await job.moveToWait(token);
        throw new bull.WaitingError();
      }
      const state = runState(run);
      if (state === "failed") {
        await this.#give(queue, data, run);
        throw new bull.UnrecoverableError(reasonOf(run) ?? end ?? "it does not say why");
      }
      if (state !== "complete") {
        if (run.holder() !== null)
          return this.#later(job, token, `${data.folder}: another process is working on it`);
        this.#options.say(`${data.folder}: ${end ?? "its process was killed"}`);
        throw new Error(end ?? "its process was killed");
      }
    }
    const digest = data.shared === null ? await this.#send(queue, data, run) : null;
    this.#options.say(`${data.folder}: complete`);
    return { by: hostname(), digest };
  }

  /** The folder of the run here, with what is known of it. */
  async #place(queue: string, data: RunJob): Promise<RunFolder> {
    if (data.shared !== null) {
      const run = new RunFolder(joinPaths(data.shared, data.folder));
      if (run.hasConfig) return run;
      throw new this.#client.bull.UnrecoverableError(
        `${run.path} is not there on ${hostname()}; expected the folder of the sweep, as --shared says. Leave it out where it is not seen.`,
      );
    }
    const path = joinPaths(this.#options.out, queue, data.folder);
    makeFolder(path);
    const run = new RunFolder(path);
    if (!run.hasConfig) run.writeConfig(data.config);
    if (run.isComplete || run.hasCheckpoint || run.holder() !== null) return run;
    // What another machine has begun, if anything; what is not a run of this experiment is of no use.
    const begun = new Map(await fetchFiles(this.#client, queue, data.folder));
    if (new TextDecoder().decode(begun.get("config.toml") ?? new Uint8Array()) !== data.config) return run;
    try {
      unpackRun(path, begun);
    } catch (thrown) {
      if (!(thrown instanceof ConfigError || thrown instanceof FileError)) throw thrown;
    }
    return run;
  }

  /** @returns what its process complained of */
  async #train({ folder, words }: RunJob, run: RunFolder, job: SweepJobInQueue): Promise<string | null> {
    const { launch, threads, onProgress, say } = this.#options;
    say(`${folder}: begun in ${shortPath(run.path)}`);
    let told = 0;
    const running = launch(
      { folder, words: ["train", "--resume", run.path, "--threads", String(threads), ...words] },
      (line) => {
        onProgress(`${folder}: ${line}`);
        if (Date.now() - told < TELL_MS || this.#client.redis.status !== "ready") return;
        told = Date.now();
        const at: RunAt = { host: hostname(), process: process.pid, line: line.slice(0, 200) };
        job.updateProgress(at).catch(() => undefined);
      },
    );
    this.#running.set(running, folder);
    // A signal may have come before there was anything to stop.
    if (this.#options.signal.aborted) running.stop(this.#options.received() ?? "SIGTERM");
    try {
      const { code, complaint } = await running.ended;
      return complaint ?? (code === null ? null : `its process ended with exit code ${code}`);
    } finally {
      this.#running.delete(running);
    }
  }

  async #later(job: SweepJobInQueue, token: string, why: string): Promise<never> {
    this.#options.say(why);
    await job.moveToDelayed(Date.now() + BUSY_MS, token);
    throw new this.#client.bull.DelayedError();
  }

  /** What there is of a run that is not complete, so that another machine can go on with it; as well as it can be done. */
  async #give(queue: string, data: RunJob, run: RunFolder): Promise<void> {
    if (data.shared !== null || this.#cancelled) return;
    await within(LEAVE_MS, this.#send(queue, data, run)).catch(() => undefined);
  }

  async #send(queue: string, { folder }: RunJob, run: RunFolder): Promise<string> {
    try {
      return await sendFiles(this.#client, queue, folder, packRun(run.path));
    } catch (thrown) {
      if (thrown instanceof FileError && thrown.code === "EFBIG")
        throw new this.#client.bull.UnrecoverableError(thrown.message);
      throw thrown;
    }
  }
}

function reasonOf(run: RunFolder): string | null {
  const error: unknown = run.readSummary()?.error;
  return typeof error === "string" ? error : null;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", wake);
      resolve();
    };
    const timer = setTimeout(wake, milliseconds);
    signal.addEventListener("abort", wake, { once: true });
  });
}
