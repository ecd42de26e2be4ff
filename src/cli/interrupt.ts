/** Ctrl-C, SIGTERM and SIGHUP: the first asks the command to stop at a good moment, the second ends it at once. */

import { exitCodeOfSignal, InterruptedError } from "./exit-codes.js";
import { SAME_SIGNAL_MS, signalSource, type Sentences, type StopSignal } from "./signals.js";

export class Interrupt {
  readonly #controller = new AbortController();
  readonly #source = signalSource();
  #received: StopSignal | null = null;
  #receivedAt = 0;
  readonly #onSignal: (name: StopSignal) => void;
  readonly #isSaid: boolean;

  /**
   * @param onSignal told once, when a signal has come and is being obeyed
   * @param sentences what it says; it is not told where they have been said before the signal could be obeyed
   */
  constructor(onSignal: (name: StopSignal) => void = () => undefined, sentences: Sentences | null = null) {
    this.#onSignal = onSignal;
    this.#isSaid = this.#source.speaks && sentences !== null;
    seeAtOnce(this.#controller.signal, () => this.received !== null);
    this.#source.start(this.#receive, sentences);
  }

  /** Aborted when a signal has come, also while nothing waits. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get received(): StopSignal | null {
    const seen = this.#received === null ? this.#source.look() : null;
    if (seen !== null) this.#obey(seen);
    return this.#received;
  }

  /** Gives the signals back to the system. */
  dispose(): void {
    this.#source.stop();
  }

  /**
   * Lets a signal that has come be seen: work that never waits keeps them in a queue.
   * @throws InterruptedError with the sentence if there was one
   */
  async check(sentence: string): Promise<void> {
    await breathe();
    const { received } = this;
    if (received !== null) throw new InterruptedError(sentence, received);
  }

  readonly #receive = (name: StopSignal): void => {
    if (this.#received !== null) {
      const isAnother = name !== "SIGHUP" && Date.now() - this.#receivedAt > SAME_SIGNAL_MS;
      if (isAnother && !this.#source.speaks) process.exit(exitCodeOfSignal(name));
      return;
    }
    this.#obey(name);
  };

  #obey(name: StopSignal): void {
    this.#received = name;
    this.#receivedAt = Date.now();
    // From then on the system ends the process, whatever it is doing, also within a long computation. A source that hears
    // signals meanwhile does that itself.
    if (!this.#source.speaks) setTimeout(() => this.dispose(), SAME_SIGNAL_MS).unref();
    if (!this.#isSaid) this.#onSignal(name);
    this.#controller.abort();
  }
}

/** Makes `aborted` look for itself: work that never waits asks it, and nobody else could tell it. */
function seeAtOnce(signal: AbortSignal, look: () => boolean): void {
  Object.defineProperty(signal, "aborted", { get: look, configurable: true });
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
