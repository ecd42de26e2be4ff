/**
 * Leaves a command that waits for runs on other machines. They go on without it, so the first Ctrl-C asks: a second one cancels
 * them too, and without one the command ends alone. SIGTERM and SIGHUP end it at once.
 */

import { SAME_SIGNAL_MS, signalSource, type StopSignal } from "../signals.js";

/** Time to press Ctrl-C again. */
const ASKING_MS = 10_000;

export type Decision = "leave" | "cancel";

export class Leaving {
  readonly #source = signalSource();
  readonly #onAsking: () => void;
  #received: { readonly signal: StopSignal; readonly at: number } | null = null;
  #decide: (decision: Decision) => void = () => undefined;
  #isDecided = false;
  #timer: NodeJS.Timeout | null = null;
  readonly #wakers = new Set<() => void>();
  /** Made when a signal has come and it is clear what is to be done. */
  readonly decision: Promise<Decision>;

  /** @param onAsking told of the first Ctrl-C */
  constructor(onAsking: () => void) {
    this.#onAsking = onAsking;
    this.decision = new Promise((resolve) => {
      this.#decide = (decision) => {
        if (this.#timer !== null) clearTimeout(this.#timer);
        this.#isDecided = true;
        resolve(decision);
      };
    });
    this.#source.start(this.#receive, null);
  }

  /** The signal that came first; null if none has. */
  get signal(): StopSignal | null {
    return this.#received?.signal ?? null;
  }

  /** Resolves after the time, or as soon as a signal comes. */
  async pause(milliseconds: number): Promise<void> {
    if (this.#received !== null) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#wakers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      this.#wakers.add(wake);
    });
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#source.stop();
  }

  readonly #receive = (signal: StopSignal): void => {
    if (this.#isDecided) return;
    const first = this.#received;
    if (first === null) {
      this.#received = { signal, at: Date.now() };
      if (signal === "SIGINT") {
        this.#onAsking();
        this.#timer = setTimeout(() => this.#decide("leave"), ASKING_MS);
      } else this.#decide("leave");
      for (const wake of [...this.#wakers]) wake();
      return;
    }
    if (Date.now() - first.at > SAME_SIGNAL_MS) this.#decide(signal === "SIGINT" ? "cancel" : "leave");
  };
}
