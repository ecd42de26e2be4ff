/** The runs of a sweep as jobs of a queue in Redis: handed over, fetched as they end, handed over again where Redis has lost them. */

import { counted } from "../../counted.js";
import { ConfigError, FormatError, messageOf } from "../../errors.js";
import { jobResult } from "../../experiment/sweep/job-results.js";
import { FileError } from "../../platform/files.js";
import { shortPath } from "../../platform/paths.js";
import { readTextFile } from "../../platform/text-file.js";
import { spellCommand } from "../command-line.js";
import type { Elsewhere, EndElsewhere } from "../elsewhere.js";
import { UsageError } from "../exit-codes.js";
import { namedJobs, type NamedJob, type PreparedSweep, type SweepArguments } from "../prepared-sweep.js";
import type { Progress } from "../progress.js";
import { outcomeOf } from "../sweep-report.js";
import { partDone } from "../part-done.js";
import type { Terminal } from "../terminal.js";
import { Leaving } from "./leaving.js";
import { redisAddress } from "./redis-address.js";
import { connectRedis, redisWarnings, type RedisClient } from "./redis-client.js";
import { writeRedisRecord } from "./redis-record.js";
import { checkRun, packRun, unpackRun } from "./run-files.js";
import { within } from "./within.js";
import {
  addRuns,
  announceSweep,
  dropFiles,
  fetchFiles,
  openQueue,
  queueName,
  removeSweep,
  sendFiles,
  type RunAt,
  type SweepJobInQueue,
  type SweepQueue,
} from "./sweep-queue.js";

const BETWEEN_MS = 1000;
/** What Redis may have lost is handed over again so often. */
const AGAIN_EVERY = 15;
const MAX_CONFIG_BYTES = 2 ** 20;
/** A Redis that is gone keeps nobody from leaving. */
const CANCEL_MS = 10_000;
/** What is damaged on its way is run again so often. */
const MOST_DAMAGED = 3;

interface Surroundings {
  readonly terminal: Terminal;
  readonly progress: Progress;
}

type RedisArguments = SweepArguments & { readonly redis: string | true };

/** @throws UsageError if options do not fit */
export function onRedis(args: RedisArguments, { terminal, progress }: Surroundings): Elsewhere {
  const address = redisAddress(args.redis);
  for (const option of ["jobs", "threads"] as const) {
    if (args[option] === undefined) continue;
    throw new UsageError(
      `--${option} is given with --redis; expected it of the workers, as in atif worker --redis URL --${option} 2.`,
    );
  }
  return {
    words: [
      "--redis",
      ...(args.redis === true ? [] : [address.shown]),
      ...(args.shared === true ? ["--shared"] : []),
    ],
    byHand: () => null,
    work: async (prepared, again) => {
      const client = await connectRedis(address, (isThere) =>
        progress.line(
          isThere
            ? "Redis is there again"
            : `Redis at ${address.shown} is gone; trying again until it is there`,
        ),
      );
      try {
        for (const warning of await redisWarnings(client)) terminal.warn(warning);
        return await new RedisSweep(prepared, args, { terminal, progress }, client).work(again);
      } finally {
        client.redis.disconnect();
      }
    },
  };
}

class RedisSweep {
  readonly #prepared: PreparedSweep;
  readonly #args: RedisArguments;
  readonly #terminal: Terminal;
  readonly #progress: Progress;
  readonly #client: RedisClient;
  readonly #queue: SweepQueue;
  readonly #errors = new Map<string, string>();
  readonly #configs = new Map<string, string>();
  readonly #jobs: readonly NamedJob[];
  /** Those that have not ended. */
  readonly #open = new Map<string, NamedJob>();
  readonly #damaged = new Map<string, number>();

  constructor(
    prepared: PreparedSweep,
    args: RedisArguments,
    { terminal, progress }: Surroundings,
    client: RedisClient,
  ) {
    this.#prepared = prepared;
    this.#args = args;
    this.#terminal = terminal;
    this.#progress = progress;
    this.#client = client;
    this.#jobs = namedJobs(prepared);
    for (const { folder, run } of this.#jobs) {
      this.#configs.set(folder, readTextFile(run.configPath, MAX_CONFIG_BYTES));
    }
    for (const job of this.#jobs) if (!job.run.isComplete) this.#open.set(job.folder, job);
    const runs = this.#jobs.map(({ folder }) => ({ folder, config: this.#config(folder) }));
    this.#queue = openQueue(client, queueName(prepared.plan.name, runs));
  }

  #config(folder: string): string {
    return this.#configs.get(folder) ?? "";
  }

  async work(again: string): Promise<EndElsewhere | "handed over"> {
    const { root } = this.#prepared;
    const done = this.#jobs.length - this.#open.size;
    if (done > 0 && this.#open.size > 0)
      this.#progress.line(`${done} of ${this.#jobs.length} runs are complete already`);
    writeRedisRecord(root, { queue: this.#queue.name, server: this.#client.address.shown });
    // What has ended while nobody waited; of what failed, a new turn is asked for.
    await this.#fetch({ failedAgain: true });
    if (this.#open.size > 0) await this.#handOver();
    const look = spellCommand(["sweep", "status", shortPath(root)]);
    if (this.#args.detach === true && this.#open.size > 0) {
      this.#sayHandedOver(look, again);
      await this.#queue.close();
      return "handed over";
    }
    const leaving = new Leaving(() =>
      this.#progress.line(
        `workers go on with the runs, and this command ends in a few seconds; press Ctrl-C again to cancel them too. To look: ${look}`,
      ),
    );
    try {
      return await this.#wait(leaving);
    } finally {
      leaving.dispose();
      await this.#queue.close();
    }
  }

  async #wait(leaving: Leaving): Promise<EndElsewhere> {
    for (let turn = 1; this.#open.size > 0; turn++) {
      await leaving.pause(BETWEEN_MS);
      const { signal } = leaving;
      if (signal !== null) {
        if ((await leaving.decision) === "leave")
          return this.#end({ signal, words: "workers go on, and what they have done waits in Redis" });
        await within(CANCEL_MS, this.#remove());
        return this.#end({ signal, words: "cancelled" });
      }
      if (this.#client.redis.status !== "ready") continue;
      await this.#orLeft(leaving, this.#turn(turn % AGAIN_EVERY === 0));
    }
    await this.#remove();
    return this.#end(null);
  }

  /** A Redis that is lost in the middle does not keep a signal from being heard. */
  async #orLeft(leaving: Leaving, work: Promise<void>): Promise<void> {
    await Promise.race([work, leaving.decision]);
    work.catch(() => undefined);
  }

  async #turn(again: boolean): Promise<void> {
    await this.#fetch({ failedAgain: false });
    if (this.#open.size === 0) return;
    if (again) await this.#handOver();
    await this.#show();
  }

  #end(stopped: EndElsewhere["stopped"]): EndElsewhere {
    return { errors: this.#errors, stopped };
  }

  async #remove(): Promise<void> {
    await removeSweep(
      this.#client,
      this.#queue,
      this.#jobs.map(({ folder }) => folder),
    );
  }

  /** All that has not ended, and is not there yet; with what was done here before, so that nobody does it again. */
  async #handOver(): Promise<void> {
    const shared = this.#args.shared === true ? this.#prepared.root : null;
    const { backend } = this.#args;
    const words = backend === undefined ? [] : ["--backend", backend];
    const runs = [...this.#open.values()];
    if (shared === null) for (const job of runs) await this.#sendBegun(job);
    await addRuns(
      this.#queue,
      runs.map(({ folder, run }) => ({
        folder,
        config: this.#config(folder),
        words: run.backend === null ? words : [],
        shared,
      })),
    );
    await announceSweep(this.#client, this.#queue.name);
  }

  async #sendBegun({ folder, run }: NamedJob): Promise<void> {
    if (!run.hasCheckpoint || run.holder() !== null) return;
    const { name } = this.#queue;
    if ((await fetchFiles(this.#client, name, folder)).size > 0) return;
    try {
      await sendFiles(this.#client, name, folder, packRun(run.path));
    } catch (thrown) {
      // Too large: then it begins anew.
      if (!(thrown instanceof FileError)) throw thrown;
    }
  }

  /** @param failedAgain what failed before this command is handed over once more */
  async #fetch({ failedAgain }: { failedAgain: boolean }): Promise<void> {
    for (const job of this.#open.values()) if (job.run.isComplete) this.#settle(job, null);
    const ended = (await this.#queue.getJobs(["completed", "failed"])) as SweepJobInQueue[];
    for (const job of ended) {
      // One that was removed in between is no job any more.
      const open = this.#open.get((job as SweepJobInQueue | undefined)?.data.folder ?? "");
      if (open === undefined) continue;
      const failed = job.failedReason ?? null;
      if (failed !== null && failedAgain) {
        await job.remove();
        continue;
      }
      await this.#arrived(open, job, failed);
    }
  }

  async #arrived(open: NamedJob, job: SweepJobInQueue, failed: string | null): Promise<void> {
    const { name } = this.#queue;
    const { folder, run } = open;
    try {
      if (this.#args.shared !== true) {
        const files = await fetchFiles(this.#client, name, folder);
        const digest = (job.returnvalue as SweepJobInQueue["returnvalue"] | null)?.digest;
        if (failed === null) checkRun(files, digest ?? "", this.#config(folder));
        // What a failed run has left is worth having, and nothing depends on it.
        if (failed === null || files.size > 0) unpackRun(run.path, files);
      }
    } catch (thrown) {
      // Somebody works on it here: it is looked at again.
      if (thrown instanceof ConfigError) return;
      if (!(thrown instanceof FormatError)) throw thrown;
      const times = (this.#damaged.get(folder) ?? 0) + 1;
      this.#damaged.set(folder, times);
      await dropFiles(this.#client, name, folder);
      await job.remove();
      if (times >= MOST_DAMAGED) this.#settle(open, messageOf(thrown));
      else await this.#handOver();
      return;
    }
    if (failed === null && !run.isComplete) {
      this.#settle(
        open,
        `a worker says that it is complete, but ${run.shortPath} does not; expected a folder that both see`,
      );
    } else this.#settle(open, failed);
    await job.remove();
    await dropFiles(this.#client, name, folder);
  }

  /** @param failed why; null: it is complete */
  #settle(job: NamedJob, failed: string | null): void {
    const { root, plan } = this.#prepared;
    this.#open.delete(job.folder);
    if (failed !== null) this.#errors.set(job.folder, failed);
    const result = jobResult(root, job);
    const shown = failed === null ? result : ({ ...result, state: "failed", error: failed } as const);
    const count = `${this.#jobs.length - this.#open.size}/${this.#jobs.length}`;
    this.#progress.line(`${count}  ${job.name}: ${outcomeOf(shown, plan.rank)}`);
  }

  async #show(): Promise<void> {
    const active = (await this.#queue.getActive()) as SweepJobInQueue[];
    const total = this.#jobs.length;
    const done = total - this.#open.size;
    let share = done;
    for (const { progress } of active) share += partDone((progress as Partial<RunAt>).line ?? "") ?? 0;
    const workers = await this.#queue.getWorkersCount();
    this.#progress.update(`${done}/${total} complete`, share / total, [
      `${active.length} running`,
      `${Math.max(0, this.#open.size - active.length)} waiting`,
      workers === 0 ? "no worker yet: atif worker --redis URL" : counted(workers, "worker"),
    ]);
  }

  #sayHandedOver(look: string, again: string): void {
    const { root, plan } = this.#prepared;
    const { name } = this.#queue;
    const { shown } = this.#client.address;
    this.#terminal.answer({
      sweep: plan.name,
      folder: root,
      waiting: this.#open.size,
      redis: { queue: name },
    });
    this.#terminal.print(
      `${counted(this.#open.size, "run")} of ${this.#jobs.length} wait in Redis (${name}).`,
    );
    this.#terminal.print(`On each machine:  ${spellCommand(["worker", "--redis", shown])}`);
    this.#terminal.print(`How they are:  ${look}`);
    this.#terminal.print(`To fetch what is done, and the table:  ${again}`);
  }
}
