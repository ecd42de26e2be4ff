/**
 * Turns of the event loop during long work, so that signals, timers, pages and the garbage collector's callbacks get
 * their share. Waiting for a promise that is settled does not turn it, however often.
 */

/** What browsers offer; not every one does. */
interface TaskScheduler {
  postTask?(task: () => void): Promise<void>;
}

/** What is left to the garbage collector is given back in a turn; this much does not wait for the next by the clock. */
const MOST_BYTES_WAITING = 64 * 2 ** 20;

/** Of the whole process: many short calls, each awaited, are long work as well. */
let lastTurn = performance.now();
let bytesWaiting = 0;

/**
 * Resolves in a later turn of the event loop. Until then, timers, events and whatever else waits have their turn; memory
 * of tensors that the garbage collector has found to be unreachable is given back.
 */
export async function nextTurn(): Promise<void> {
  await anotherTask();
  noteTurn();
}

function anotherTask(): Promise<void> {
  // Timers are the last choice: browsers make repeated ones wait for 4 ms each.
  if (typeof setImmediate === "function") return new Promise((resolve) => setImmediate(resolve));
  const { scheduler } = globalThis as { scheduler?: TaskScheduler };
  if (scheduler?.postTask !== undefined) return scheduler.postTask(() => undefined);
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** For code that knows that it runs in a task of its own. */
export function noteTurn(): void {
  lastTurn = performance.now();
  bytesWaiting = 0;
}

/** So many bytes more were left to the garbage collector. */
export function waitForTurn(bytes: number): void {
  bytesWaiting += bytes;
}

/** `if (turns.due) await turns.next()` after every piece of work. */
export class EventLoopTurns {
  /** @param interval milliseconds of work between two turns */
  constructor(readonly interval: number = 15) {}

  get due(): boolean {
    return bytesWaiting >= MOST_BYTES_WAITING || performance.now() - lastTurn >= this.interval;
  }

  next(): Promise<void> {
    return nextTurn();
  }
}

/** The end of an asynchronous function whose work is short: a loop that awaits nothing else turns by it. */
export async function turnIfDue(): Promise<void> {
  const turns = new EventLoopTurns();
  if (turns.due) await turns.next();
}
