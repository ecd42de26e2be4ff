/** The worker as the page sees it: questions with answers, and events. */

import { FrameQueue } from "./frame-queue.js";
import { stillborn, worker } from "./start.js";
import { words } from "./words/words.js";
import { mergedReports } from "./worker/merged-reports.js";
import type { FromWorker, RequestName, Requests, WorkerEvent } from "./worker/protocol.js";
import type { ToldError } from "./worker/told-error.js";

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** What the worker could not do, as the reader is told it. */
export class TaskError extends Error {
  readonly detail: string | null;

  constructor({ sentence, detail }: ToldError) {
    super(sentence);
    this.detail = detail;
  }
}

export class Engine {
  readonly #waiting = new Map<number, Waiting>();
  #id = 0;

  constructor(onEvent: (event: WorkerEvent) => void, onCrash: (sentence: string) => void) {
    const queue = new FrameQueue<FromWorker>((data) => {
      if (data.type !== "answer" && data.type !== "failure") return onEvent(data);
      const waiting = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if (data.type === "answer") waiting?.resolve(data.answer);
      else waiting?.reject(new TaskError(data.error));
    }, mergedReports);
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => queue.add(data);
    worker.onerror = ({ message }) => onCrash(words.status.crashed(message));
    if (stillborn !== null) onCrash(words.status.crashed(stillborn));
  }

  /** Rejects with a sentence for the reader. */
  ask<Name extends RequestName>(name: Name, args: Requests[Name]["args"]): Promise<Requests[Name]["answer"]> {
    const id = ++this.#id;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: (answer) => resolve(answer as Requests[Name]["answer"]), reject });
      worker.postMessage({ id, name, args });
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
