/** A further thread of the process or the page, whatever the platform calls it. */

import { messageOf } from "../../errors.js";
import { builtinModule } from "../../platform/host.js";
import { workerSource, type WorkerAnswer, type WorkerTask } from "./worker-source.js";

export interface WorkerListener {
  answered(answer: WorkerAnswer): void;
  /** The thread could not start, or ended. */
  ended(reason: string): void;
}

export interface WorkerThread {
  send(task: WorkerTask): void;
  /** Whether the process stays alive for this thread's sake; it does at first. Pages do not ask. */
  keepAlive(keep: boolean): void;
  end(): void;
}

/** May throw where a policy forbids threads. */
export type StartWorker = (listener: WorkerListener) => WorkerThread;

type WorkerThreads = Pick<typeof import("node:worker_threads"), "Worker">;

/** How threads are started here; null where there are none, or where they could not share a memory. */
export function findStartWorker(): StartWorker | null {
  const node = builtinModule<WorkerThreads>("node:worker_threads");
  if (node !== undefined) return (listener) => startNodeWorker(node, listener);
  const page = globalThis as { crossOriginIsolated?: boolean; Worker?: unknown };
  // A page that is not isolated can make a shared memory, but not send it.
  if (page.crossOriginIsolated === true && typeof page.Worker === "function") return startWebWorker;
  return null;
}

function startNodeWorker({ Worker }: WorkerThreads, listener: WorkerListener): WorkerThread {
  const worker = new Worker(workerSource, {
    eval: true,
    name: "atif",
    // Loaders, inspectors and preloaded modules of the process are not for this script.
    execArgv: [],
    env: {},
  });
  worker.on("message", (answer: WorkerAnswer) => listener.answered(answer));
  worker.on("messageerror", (error) => listener.ended(messageOf(error)));
  worker.on("error", (error) => listener.ended(messageOf(error)));
  worker.on("exit", (code) => listener.ended(`the thread ended with code ${code}`));
  return {
    send: (task) => worker.postMessage(task),
    keepAlive: (keep) => (keep ? worker.ref() : worker.unref()),
    end: () => void worker.terminate(),
  };
}

function startWebWorker(listener: WorkerListener): WorkerThread {
  const url = URL.createObjectURL(new Blob([workerSource], { type: "text/javascript" }));
  try {
    const worker = new Worker(url, { name: "atif" });
    worker.onmessage = ({ data }: MessageEvent<WorkerAnswer>) => {
      URL.revokeObjectURL(url);
      listener.answered(data);
    };
    worker.onmessageerror = () => listener.ended("a message could not be read");
    worker.onerror = (event) => {
      URL.revokeObjectURL(url);
      event.preventDefault();
      listener.ended(
        event.message || "the worker's script was refused (Content-Security-Policy: worker-src blob:)",
      );
    };
    return {
      send: (task) => worker.postMessage(task),
      keepAlive: () => undefined,
      end: () => worker.terminate(),
    };
  } catch (error) {
    URL.revokeObjectURL(url);
    throw error;
  }
}
