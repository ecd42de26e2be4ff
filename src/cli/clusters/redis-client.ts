/** The clients of Redis and of its queues: packages that only sweeps over machines need, loaded when they do. */

import type * as BullMQ from "bullmq";
import type { Redis } from "ioredis";
import { messageOf } from "../../errors.js";
import { optionalPackage } from "../../platform/optional-package.js";
import { FoundFailure, UsageError } from "../exit-codes.js";
import { withoutSecrets, type RedisAddress } from "./redis-address.js";

export interface RedisClient {
  readonly redis: Redis;
  readonly bull: typeof BullMQ;
  readonly address: RedisAddress;
}

/** Longer than any Redis takes that is there. */
const CONNECT_MS = 10_000;
const MOST_BETWEEN_TRIES_MS = 2000;

/** A failure that trying again does not cure. */
const REFUSED = /WRONGPASS|NOAUTH|NOPERM|ERR AUTH|invalid password|ERR DB index|SELECT/i;

/**
 * Connects; later on it goes on trying for as long as it takes.
 * @param onChange told when Redis is lost, and when it is back
 * @throws UsageError if the packages are not installed; FoundFailure if Redis does not answer in time, or wants no such user
 */
export async function connectRedis(
  address: RedisAddress,
  onChange: (isThere: boolean) => void = () => undefined,
  patience = CONNECT_MS,
): Promise<RedisClient> {
  const [bull, { Redis: Client }] = await Promise.all([
    packageOf<typeof BullMQ>("bullmq"),
    packageOf<{ readonly Redis: typeof Redis }>("ioredis"),
  ]);
  const redis = new Client(address.url, {
    maxRetriesPerRequest: null,
    connectTimeout: patience,
    retryStrategy: (times) => Math.min(100 * times, MOST_BETWEEN_TRIES_MS),
  });
  try {
    await answering(redis, patience);
  } catch (thrown) {
    redis.disconnect();
    const why = withoutSecrets(messageOf(thrown), address).replace(/\.$/, "");
    throw new FoundFailure(
      `Redis at ${address.shown} ${REFUSED.test(why) ? "refuses" : "does not answer"}: ${why}; expected one that does. ` +
        "Start one: redis-server --appendonly yes --maxmemory-policy noeviction",
      {},
    );
  }
  redis.on("error", () => undefined);
  let isThere = true;
  const change = (now: boolean) => (): void => {
    if (isThere !== now) onChange(now);
    isThere = now;
  };
  redis.on("close", change(false)).on("ready", change(true));
  return { redis, bull, address };
}

/** @throws what went wrong last */
async function answering(redis: Redis, patience: number): Promise<void> {
  let last = new Error(`nothing came within ${patience / 1000} s`);
  let timer: NodeJS.Timeout | undefined;
  const refused = new Promise<never>((_, reject) => {
    redis.on("error", (error: Error) => {
      last = error;
      if (REFUSED.test(error.message)) reject(error);
    });
    timer = setTimeout(() => reject(last), patience);
  });
  try {
    await Promise.race([redis.ping(), refused]);
  } finally {
    clearTimeout(timer);
    redis.removeAllListeners("error");
    redis.on("error", () => undefined);
  }
}

async function packageOf<T>(name: string): Promise<T> {
  try {
    return (await optionalPackage(name)) as T;
  } catch (thrown) {
    throw new UsageError(
      `--redis needs the packages bullmq and ioredis, and ${name} cannot be loaded (${messageOf(thrown).split("\n")[0].replace(/\.$/, "")}); ` +
        "expected both to be installed: npm install bullmq ioredis",
      { cause: thrown },
    );
  }
}

/** What the settings of a Redis may cost; nothing where it does not tell them. */
export async function redisWarnings({
  redis,
  address,
}: Pick<RedisClient, "redis" | "address">): Promise<string[]> {
  const setting = async (name: string): Promise<string | null> => {
    try {
      const answer = (await redis.config("GET", name)) as readonly string[];
      return answer[1] ?? null;
    } catch {
      return null;
    }
  };
  return warningsOf(address.shown, await setting("maxmemory-policy"), await setting("appendonly"));
}

export function warningsOf(shown: string, policy: string | null, appendOnly: string | null): string[] {
  const warnings: string[] = [];
  if (policy !== null && policy !== "noeviction") {
    warnings.push(
      `${shown} drops what it holds when its memory is full (maxmemory-policy ${policy}), and runs with it; expected noeviction: ` +
        "redis-cli config set maxmemory-policy noeviction",
    );
  }
  if (appendOnly === "no") {
    warnings.push(
      `${shown} keeps nothing when it ends (appendonly no): runs would be handed out again that were done but not fetched; expected ` +
        "yes: redis-cli config set appendonly yes",
    );
  }
  return warnings;
}
