/**
 * Turns of the event loop during long work, so that signals, timers, pages and the garbage collector's callbacks get
 * their share. Waiting for a promise alone does not turn it.
 */

/** What browsers offer; not every one does. */
interface TaskScheduler {
  postTask?(task: () => void): Promise<void>;
}

/** Resolves in a later turn. */
export function nextTurn(): Promise<void> {
  // Timers are the last choice: browsers make repeated ones wait for 4 ms each.
  if (typeof setImmediate === "function") return new Promise((resolve) => setImmediate(resolve));
  const { scheduler } = globalThis as { scheduler?: TaskScheduler };
  if (scheduler?.postTask !== undefined) return scheduler.postTask(() => undefined);
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** `if (turns.due) await turns.next()` after every piece of work. */
export class EventLoopTurns {
  #last = performance.now();

  /** @param interval milliseconds of work between two turns */
  constructor(readonly interval: number = 15) {}

  get due(): boolean {
    return performance.now() - this.#last >= this.interval;
  }

  async next(): Promise<void> {
    await nextTurn();
    this.#last = performance.now();
  }
}
