/**
 * A sweep in Redis. A hash says which sweeps there are; each has a queue of BullMQ, called after its plan, with a job for each run
 * that is not complete; and the files of runs are hashes beside it, until they are fetched.
 */

import type { Job, Queue } from "bullmq";
import { createHash } from "node:crypto";
import { VERSION } from "../../version.js";
import type { RedisClient } from "./redis-client.js";
import { digestOfFiles, type RunFiles } from "./run-files.js";

/** What a worker has to know of a run. */
export interface RunJob {
  /** Its folder, in that of the sweep. */
  readonly folder: string;
  /** The experiment, as config.toml has it. */
  readonly config: string;
  /** More words for `atif train`. */
  readonly words: readonly string[];
  /** The folder of the sweep, if workers see it; null: files go through Redis. */
  readonly shared: string | null;
}

/** What is left of a run when it has ended. */
export interface RunReturn {
  /** The machine. */
  readonly by: string;
  /** Of its files; null if they are in a shared folder. */
  readonly digest: string | null;
}

/** What a worker says of a run on its way. */
export interface RunAt {
  readonly host: string;
  readonly process: number;
  readonly line: string;
}

export type SweepQueue = Queue<RunJob, RunReturn>;
export type SweepJobInQueue = Job<RunJob, RunReturn>;

const PREFIX = "atif";
const SWEEPS = `${PREFIX}:sweeps`;

/** Times that a run is tried whose process ends without a word, and breaks between them. */
const ATTEMPTS = 3;
const BETWEEN_MS = 1000;

/** Folders of runs become paths on machines of workers. */
const FOLDER = /^(?!\.+$)[\w.=-]{1,200}$/;
const MOST_CONFIG = 2 ** 20;

/** "grid-0f3a…": another plan, or another experiment in it, is another queue. */
export function queueName(
  sweep: string,
  runs: readonly { readonly folder: string; readonly config: string }[],
): string {
  const hash = createHash("sha256").update(JSON.stringify([sweep]));
  for (const { folder, config } of runs) hash.update(JSON.stringify([folder, config]));
  const readable = sweep.replaceAll(/[^\w.=-]+/g, "-").slice(0, 64);
  return `${readable}-${hash.digest("hex").slice(0, 16)}`;
}

/** One run of one plan is one job, however often it is handed over. */
export function jobId(queue: string, folder: string): string {
  return `${folder}-${queue.slice(-16)}`;
}

export function openQueue({ bull, redis }: RedisClient, name: string): SweepQueue {
  const queue = new bull.Queue<RunJob, RunReturn>(name, {
    connection: redis,
    prefix: PREFIX,
    skipVersionCheck: true,
  });
  queue.on("error", () => undefined);
  return queue;
}

/** What is common to workers of one queue. */
export function workerOptions(
  { redis }: RedisClient,
  stalledAfterS: number,
): { connection: RedisClient["redis"]; prefix: string } & Record<string, unknown> {
  return {
    connection: redis,
    prefix: PREFIX,
    skipVersionCheck: true,
    lockDuration: 1000 * stalledAfterS,
    stalledInterval: 500 * stalledAfterS,
    // A machine that dies with a run is not the fault of the run.
    maxStalledCount: 10,
  };
}

/** Those that are there already are left alone. */
export async function addRuns(queue: SweepQueue, runs: readonly RunJob[]): Promise<void> {
  const options = { attempts: ATTEMPTS, backoff: { type: "fixed", delay: BETWEEN_MS } } as const;
  await queue.addBulk(
    runs.map((data) => ({
      name: "run",
      data,
      opts: {
        jobId: jobId(queue.name, data.folder),
        ...options,
        removeOnComplete: false,
        removeOnFail: false,
      },
    })),
  );
}

/** null unless it is what addRuns writes. */
export function readRunJob(data: unknown): RunJob | null {
  const { folder, config, words, shared } = (data ?? {}) as Partial<Record<keyof RunJob, unknown>>;
  if (typeof folder !== "string" || !FOLDER.test(folder)) return null;
  if (typeof config !== "string" || config.length > MOST_CONFIG) return null;
  if (!Array.isArray(words) || !words.every((word) => typeof word === "string")) return null;
  if (shared !== null && (typeof shared !== "string" || !shared.startsWith("/"))) return null;
  return { folder, config, words: words, shared };
}

/** Sweeps that there are, and which version of atif they are of. */
export async function sweepsIn({ redis }: Pick<RedisClient, "redis">): Promise<Map<string, string>> {
  return new Map(Object.entries(await redis.hgetall(SWEEPS)));
}

export async function announceSweep({ redis }: Pick<RedisClient, "redis">, queue: string): Promise<void> {
  await redis.hset(SWEEPS, queue, VERSION);
}

/** Workers stop what they are doing for it, with checkpoints of their own; nothing of it is left. */
export async function removeSweep(
  { redis }: RedisClient,
  queue: SweepQueue,
  folders: readonly string[],
): Promise<void> {
  await redis.hdel(SWEEPS, queue.name);
  for (const folder of folders) await redis.unlink(filesKey(queue.name, folder));
  await queue.obliterate({ force: true });
}

function filesKey(queue: string, folder: string): string {
  return `${PREFIX}:files:${queue}:${folder}`;
}

/** @returns their digest */
export async function sendFiles(
  { redis }: Pick<RedisClient, "redis">,
  queue: string,
  folder: string,
  files: RunFiles,
): Promise<string> {
  const key = filesKey(queue, folder);
  const steps = redis.multi().del(key);
  for (const [name, bytes] of files) {
    steps.hset(key, name, Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length));
  }
  const results = (await steps.exec()) ?? [];
  const failure = results.find(([error]) => error !== null)?.[0];
  if (failure !== undefined && failure !== null) throw failure;
  return digestOfFiles(files);
}

/** None if there are none. */
export async function fetchFiles(
  { redis }: Pick<RedisClient, "redis">,
  queue: string,
  folder: string,
): Promise<RunFiles> {
  const fields = await redis.hgetallBuffer(filesKey(queue, folder));
  return new Map(Object.entries(fields).map(([name, bytes]) => [name, new Uint8Array(bytes)]));
}

export async function dropFiles(
  { redis }: Pick<RedisClient, "redis">,
  queue: string,
  folder: string,
): Promise<void> {
  await redis.unlink(filesKey(queue, folder));
}
