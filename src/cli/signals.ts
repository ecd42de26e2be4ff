/** Signals that ask a command to stop, and who hears them. */

import { constants } from "node:os";

export type StopSignal = "SIGHUP" | "SIGINT" | "SIGTERM";

export const STOP_SIGNALS: readonly StopSignal[] = ["SIGHUP", "SIGINT", "SIGTERM"];

/** What is said when a signal comes. */
export type Sentences = Readonly<Record<StopSignal, string>>;

/** npm and other parents pass a signal on that the terminal has sent to their children already. */
export const SAME_SIGNAL_MS = 300;

/** As systems count them; 0 is none. */
export function numberOf(signal: StopSignal): number {
  return constants.signals[signal];
}

export function signalOf(number: number): StopSignal | null {
  return STOP_SIGNALS.find((name) => numberOf(name) === number) ?? null;
}

/** Who hears the signals of a process. */
export interface SignalSource {
  /** @param receive told of every signal, when the event loop turns. @param sentences may be said before that */
  start(receive: (name: StopSignal) => void, sentences: Sentences | null): void;
  /** Gives the signals back to the system. */
  stop(): void;
  /** One that has come, also where the event loop has not turned since; null if none can be seen. */
  look(): StopSignal | null;
  /** Whether it has said the sentence when it tells of a signal. */
  readonly speaks: boolean;
}

/** What a command without anything to save hears itself, when its event loop turns. */
const HEARD_ALONE: readonly StopSignal[] = ["SIGINT", "SIGTERM"];

class OwnSignals implements SignalSource {
  readonly speaks = false;
  #receive: ((name: StopSignal) => void) | null = null;

  start(receive: (name: StopSignal) => void): void {
    this.#receive = receive;
    for (const name of HEARD_ALONE) process.on(name, receive);
  }

  stop(): void {
    for (const name of HEARD_ALONE) if (this.#receive !== null) process.off(name, this.#receive);
    this.#receive = null;
  }

  look(): null {
    return null;
  }
}

let makeSource = (): SignalSource => new OwnSignals();

export function signalSource(): SignalSource {
  return makeSource();
}

/** From now on signals come from elsewhere. */
export function hearSignalsFrom(make: () => SignalSource): void {
  makeSource = make;
}
