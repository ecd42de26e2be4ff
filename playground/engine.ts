/** The worker as the page sees it: questions with answers, and events. */

import { FrameQueue } from "./frame-queue.js";
import { words } from "./words/words.js";
import { mergedReports } from "./worker/merged-reports.js";
import type { FromWorker, RequestName, Requests, WorkerEvent } from "./worker/protocol.js";

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

export class Engine {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #id = 0;

  constructor(onEvent: (event: WorkerEvent) => void, onCrash: (sentence: string) => void) {
    this.#worker = new Worker(new URL("./worker/worker.ts", import.meta.url), { type: "module" });
    const queue = new FrameQueue<FromWorker>((data) => {
      if (data.type !== "answer" && data.type !== "failure") return onEvent(data);
      const waiting = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if (data.type === "answer") waiting?.resolve(data.answer);
      else waiting?.reject(new Error(data.message));
    }, mergedReports);
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => queue.add(data);
    this.#worker.onerror = ({ message }) => onCrash(words.status.crashed(message));
  }

  /** Rejects with a sentence for the reader. */
  ask<Name extends RequestName>(name: Name, args: Requests[Name]["args"]): Promise<Requests[Name]["answer"]> {
    const id = ++this.#id;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: (answer) => resolve(answer as Requests[Name]["answer"]), reject });
      this.#worker.postMessage({ id, name, args });
    });
  }
}

/** Only the newest question is asked while an older one is being answered: for sliders and pens. */
export function latestOnly<A>(work: (args: A) => Promise<void>): (args: A) => void {
  let busy = false;
  let next: { args: A } | null = null;
  const run = async (args: A): Promise<void> => {
    busy = true;
    try {
      await work(args);
    } finally {
      busy = false;
      const queued = next;
      next = null;
      if (queued !== null) void run(queued.args);
    }
  };
  return (args) => {
    if (busy) next = { args };
    else void run(args);
  };
}
