/** What a Redis says of the runs of a sweep that were handed to it. */

import { messageOf } from "../../errors.js";
import { epochsDone } from "../part-done.js";
import { REDIS_VARIABLE, redisAddress } from "./redis-address.js";
import { connectRedis } from "./redis-client.js";
import { readRedisRecord } from "./redis-record.js";
import type { Scheduled } from "./shown-status.js";
import { openQueue, type RunAt, type SweepJobInQueue } from "./sweep-queue.js";

export interface RedisStatus {
  /** By the folder of the run; or a sentence why that cannot be told. */
  look(): Promise<ReadonlyMap<string, Scheduled> | string>;
  close(): void;
}

/** Nobody who looks wants to wait for long. */
const PATIENCE_MS = 3000;

/** null if the sweep was handed to none. @param given the address; undefined: that of the environment, if there is one */
export async function redisStatus(
  root: string,
  given: string | true | undefined,
): Promise<RedisStatus | null> {
  const record = readRedisRecord(root);
  if (record === null) return null;
  const { queue: name, server } = record;
  if (given === undefined && (process.env[REDIS_VARIABLE] ?? "") === "") {
    const sentence = `runs were handed to Redis at ${server}; to ask it, name it: --redis URL, or ${REDIS_VARIABLE}`;
    return { look: () => Promise.resolve(sentence), close: () => undefined };
  }
  const client = await connectRedis(redisAddress(given ?? true), undefined, PATIENCE_MS);
  const queue = openQueue(client, name);
  const look = async (): Promise<ReadonlyMap<string, Scheduled> | string> => {
    if (client.redis.status !== "ready") return `Redis at ${server} does not answer`;
    try {
      const active = (await queue.getActive()) as SweepJobInQueue[];
      const waiting = (await queue.getJobs(["waiting", "delayed", "prioritized"])) as SweepJobInQueue[];
      const done = (await queue.getCompleted()) as SweepJobInQueue[];
      return scheduledByRedis(active, waiting, done);
    } catch (thrown) {
      return messageOf(thrown);
    }
  };
  return { look, close: () => client.redis.disconnect() };
}

type Seen = Pick<SweepJobInQueue, "data" | "progress">;

export function scheduledByRedis(
  active: readonly Seen[],
  waiting: readonly Pick<Seen, "data">[],
  done: readonly Pick<Seen, "data">[],
): Map<string, Scheduled> {
  const found = new Map<string, Scheduled>();
  for (const { data } of waiting) found.set(data.folder, { state: "queued", where: "in Redis" });
  for (const { data } of done) found.set(data.folder, { state: "done", where: "in Redis, to be fetched" });
  for (const { data, progress } of active) {
    const { host, process: worker, line = "" } = progress as Partial<RunAt>;
    const where = host === undefined ? "a worker" : `worker ${String(worker)} on ${host}`;
    found.set(data.folder, { state: "running", where, epoch: epochsDone(line) });
  }
  return found;
}
