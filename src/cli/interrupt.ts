/** Ctrl-C and SIGTERM: the first asks the command to stop at a good moment, the second ends it at once. */

import { exitCodeOfSignal, InterruptedError } from "./exit-codes.js";

export type StopSignal = "SIGINT" | "SIGTERM";

const SIGNALS: readonly StopSignal[] = ["SIGINT", "SIGTERM"];

/** npm and other parents pass a signal on that the terminal has sent to their children already. */
const SAME_SIGNAL_MS = 300;

export class Interrupt {
  readonly #controller = new AbortController();
  #received: StopSignal | null = null;
  #receivedAt = 0;
  readonly #onSignal: (name: StopSignal) => void;

  /** @param onSignal told once, when a signal has come and is being obeyed */
  constructor(onSignal: (name: StopSignal) => void = () => undefined) {
    this.#onSignal = onSignal;
    for (const name of SIGNALS) process.on(name, this.#receive);
  }

  /** Aborted when a signal has come. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get received(): StopSignal | null {
    return this.#received;
  }

  /** Gives the signals back to the system. */
  dispose(): void {
    for (const name of SIGNALS) process.off(name, this.#receive);
  }

  /**
   * Lets a signal that has come be seen: work that never waits keeps them in a queue.
   * @throws InterruptedError with the sentence if there was one
   */
  async check(sentence: string): Promise<void> {
    await breathe();
    if (this.#received !== null) throw new InterruptedError(sentence, this.#received);
  }

  readonly #receive = (name: StopSignal): void => {
    if (this.#received !== null) {
      if (Date.now() - this.#receivedAt > SAME_SIGNAL_MS) process.exit(exitCodeOfSignal(name));
      return;
    }
    this.#received = name;
    this.#receivedAt = Date.now();
    // From then on the system ends the process, whatever it is doing, also within a long computation.
    setTimeout(() => this.dispose(), SAME_SIGNAL_MS).unref();
    this.#onSignal(name);
    this.#controller.abort();
  };
}

/** One turn of the event loop. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Runs work that rejects when the signal is aborted.
 * @throws what `explain` makes of the signal, in place of what it then rejects with
 */
export async function orInterrupted<T>(
  interrupt: Interrupt,
  explain: (signal: StopSignal) => InterruptedError,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (interrupt.received === null || thrown !== interrupt.signal.reason) throw thrown;
    throw explain(interrupt.received);
  }
}
