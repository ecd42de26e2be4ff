/** atif worker: runs what sweeps have put into a Redis, on this machine. */

import { resolve } from "node:path";
import { availableCores } from "../../platform/available-cores.js";
import { joinPaths } from "../../platform/paths.js";
import { QueueWorker } from "../clusters/queue-worker.js";
import { redisAddress } from "../clusters/redis-address.js";
import { connectRedis } from "../clusters/redis-client.js";
import { InterruptedError } from "../exit-codes.js";
import { Interrupt } from "../interrupt.js";
import { Progress } from "../progress.js";
import { launchProcess, type JobLauncher } from "../sweep-launcher.js";
import { Terminal } from "../terminal.js";
import { RUNS } from "../train-plan.js";

export interface WorkerArguments {
  readonly redis: string | true;
  /** Runs at a time. */
  readonly jobs?: number;
  /** Of each run. */
  readonly threads?: number;
  readonly out?: string;
  /** Seconds without a sign of life after which a run is given to another machine. */
  readonly stalled?: number;
  readonly quiet?: boolean;
}

const STALLED_AFTER_S = 30;
const LOOK_MS = 200;

/** @throws InterruptedError when it is stopped; it never ends otherwise */
export async function worker(args: WorkerArguments, launch: JobLauncher = launchProcess): Promise<void> {
  const terminal = new Terminal(args);
  const progress = new Progress(terminal.err, { silent: terminal.quiet });
  const { jobs = 1, stalled = STALLED_AFTER_S } = args;
  const address = redisAddress(args.redis);
  const client = await connectRedis(address, (isThere) =>
    progress.line(
      isThere
        ? "Redis is there again"
        : `Redis at ${address.shown} is gone; runs go on, and it is tried again`,
    ),
  );
  progress.line(`waiting for runs at ${address.shown}; Ctrl-C stops with checkpoints and gives runs back`);
  const interrupt = new Interrupt((signal) =>
    progress.line(
      `stopping with checkpoints${signal === "SIGINT" ? "; press Ctrl-C again to stop at once" : ""}`,
    ),
  );
  const controller = new AbortController();
  const looking = setInterval(() => {
    if (interrupt.received !== null) controller.abort();
  }, LOOK_MS);
  try {
    await new QueueWorker(client, {
      out: resolve(args.out ?? joinPaths(RUNS, "worker")),
      atOnce: jobs,
      threads: args.threads ?? Math.max(1, Math.floor(availableCores() / jobs)),
      stalledAfter: stalled,
      launch,
      say: (line) => progress.line(line),
      onProgress: (line) => progress.update(line, 0),
      signal: controller.signal,
      received: () => interrupt.received,
    }).work();
  } finally {
    clearInterval(looking);
    progress.clear();
    interrupt.dispose();
    client.redis.disconnect();
  }
  throw new InterruptedError(
    "stopped; runs that were not done are given back.",
    interrupt.received ?? "SIGTERM",
  );
}
