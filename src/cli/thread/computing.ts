/** The thread that computes: its output and its signals go through the one that waits. */

import { parentPort, workerData } from "node:worker_threads";
import { Pulse } from "../mpi/pulse.js";
import { reportFailure, runCommandLine } from "../program.js";
import { hearSignalsFrom, signalOf, type SignalSource, type StopSignal } from "../signals.js";
import { printTo, type TextStream } from "../terminal.js";
import { COLUMNS, SIGNAL, type Given, type Told } from "./messages.js";
import { tell, tellTo } from "./tell.js";

/** Runs the command line that this thread was given. */
export async function compute(): Promise<void> {
  tellTo(parentPort);
  const given = workerData as Given;
  const { argv, script, seen, pulse } = given;
  // Hints say how the command was called.
  process.argv[1] = script ?? process.argv[1];
  const stream = (name: "out" | "err"): TextStream => ({
    isTTY: given.isTTY[name],
    get columns() {
      return Atomics.load(seen, COLUMNS[name]) || undefined;
    },
    write: (text) => tell({ stream: name, text }),
  });
  printTo(stream("out"), stream("err"));
  hearSignalsFrom(() => new SignalsHeard(seen, pulse === null ? null : new Pulse(pulse)));
  process.on("uncaughtException", (thrown) => tell({ end: reportFailure(thrown, argv) }));
  tell({ end: await runCommandLine(argv) });
}

/** Signals that the thread that waits has heard. */
class SignalsHeard implements SignalSource {
  readonly speaks = true;
  readonly #seen: Int32Array;
  #listener: ((told: Told) => void) | null = null;

  readonly #pulse: Pulse | null;

  constructor(seen: Int32Array, pulse: Pulse | null) {
    this.#seen = seen;
    this.#pulse = pulse;
  }

  start(receive: (name: StopSignal) => void, sentences: Parameters<SignalSource["start"]>[1]): void {
    this.#listener = ({ signal }) => receive(signal);
    parentPort?.on("message", this.#listener);
    tell({ listen: sentences });
  }

  stop(): void {
    if (this.#listener !== null) parentPort?.off("message", this.#listener);
    this.#listener = null;
    tell({ listen: false });
  }

  look(): StopSignal | null {
    // Long work looks here on its way.
    this.#pulse?.beat();
    return signalOf(Atomics.load(this.#seen, SIGNAL));
  }
}
