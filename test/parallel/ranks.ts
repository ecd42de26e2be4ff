/** Threads that are ranks, kept for all tests of a file. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { rolldown } from "rolldown";
import type { Order } from "./rank.js";
import { sharedMemoryFor } from "./shared-memory-communicator.js";
import type { Outcome, Task } from "./tasks.js";
import type { TeamTask } from "./team.js";

export class Ranks {
  readonly #threads: readonly Worker[];
  readonly #folder: string;

  private constructor(threads: readonly Worker[], folder: string) {
    this.#threads = threads;
    this.#folder = folder;
  }

  static async start(most: number): Promise<Ranks> {
    const folder = mkdtempSync(join(tmpdir(), "atif-ranks-"));
    const bundle = await rolldown({
      input: fileURLToPath(new URL("rank.ts", import.meta.url)),
      external: [/^node:/, "vitest"],
      platform: "node",
      // Of the tiny models' file, which knows vitest besides.
      treeshake: { moduleSideEffects: "no-external" },
    });
    await bundle.write({ dir: folder, format: "esm", entryFileNames: "rank.mjs" });
    await bundle.close();
    const threads = Array.from(
      { length: most },
      (_, rank) => new Worker(join(folder, "rank.mjs"), { workerData: rank }),
    );
    await Promise.all(threads.map(answer));
    return new Ranks(threads, folder);
  }

  /** What each of so many ranks has at the end. */
  async run(size: number, task: Task, order: Order["order"] = "forwards"): Promise<Outcome[]> {
    const threads = this.#threads.slice(0, size);
    const answers = Promise.all(threads.map(answer));
    const memory = sharedMemoryFor(size);
    for (const thread of threads) thread.postMessage({ task, size, memory, order } satisfies Order);
    return (await answers) as Outcome[];
  }

  /** Resolves when all runs of an experiment are done. */
  async runExperiment(size: number, task: TeamTask): Promise<void> {
    const threads = this.#threads.slice(0, size);
    const answers = Promise.all(threads.map(answer));
    const memory = sharedMemoryFor(size);
    for (const thread of threads)
      thread.postMessage({ task, size, memory, order: "backwards" } satisfies Order);
    await answers;
  }

  async end(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
    rmSync(this.#folder, { recursive: true });
  }
}

function answer(thread: Worker): Promise<unknown> {
  return new Promise((resolve, reject) => {
    thread.once("error", reject);
    thread.once("message", (message: unknown) => {
      thread.off("error", reject);
      const { failed } = message as { failed?: string };
      if (failed === undefined) resolve(message);
      else reject(new Error(failed));
    });
  });
}
