/**
 * What the thread that waits does in a rank beside what it does in any process: it watches the one that computes, hears the
 * `atif train --ranks` that started it, and lets the process not end well while the others count on it.
 */

import { endUnjoined } from "./end-unjoined.js";
import { launchedBy, STARTED, type Environment, type Launched } from "./launched.js";
import { mark, type Told } from "./marks.js";
import { Patience } from "./patience.js";
import { Pulse, pulseMemory, type PulseMemory } from "./pulse.js";
import { LOOK_MS, Watchdog } from "./watchdog.js";
import { UsageError } from "../exit-codes.js";
import { STOP_SIGNALS, type StopSignal } from "../signals.js";
import { interject, signify } from "../terminal.js";

/** As wide as the terminals of the launcher are, "120,0": 0 where there is none. */
export const COLUMNS_OF_LAUNCHER = "ATIF_RANKS_COLUMNS";

export class RankProcess {
  readonly memory: PulseMemory = pulseMemory();
  readonly #pulse = new Pulse(this.memory);
  readonly #launched: Launched;
  readonly #isStarted: boolean;
  readonly #columns: readonly number[];
  readonly #environment: Environment;
  readonly #joins: boolean;

  /** null: this process is no rank. @param command what it does; others than train never join */
  static of(environment: Environment, command: string): RankProcess | null {
    const launched = launchedBy(environment);
    return launched === null ? null : new RankProcess(launched, environment, command === "train");
  }

  private constructor(launched: Launched, environment: Environment, joins: boolean) {
    this.#launched = launched;
    this.#environment = environment;
    this.#joins = joins;
    this.#isStarted = environment[STARTED] !== undefined;
    this.#columns = (environment[COLUMNS_OF_LAUNCHER] ?? "").split(",").map((text) => Number(text) || 0);
    process.on("exit", (code) => {
      if (code !== 0) this.endJob(code);
      // MPICH takes a rank that ends so for one that is done, and the others for well.
      if (code !== 0 || !this.#pulse.isJoined) return;
      process.exitCode = 1;
      interject(
        `atif: rank ${launched.rank} ended before the others were done; expected all to end together.`,
      );
    });
    this.tell({ begun: true });
    this.#watch(environment);
  }

  /** Whether it is on its way to the others, with nothing to save: it may be in a call that ends when all are there. */
  get isJoining(): boolean {
    return this.#joins && this.#pulse.isAlone;
  }

  /** Of a rank that fails before it has joined. */
  endJob(exitCode: number): void {
    if (this.isJoining) endUnjoined(this.#environment, exitCode);
  }

  /** Launchers give ranks a terminal of their own: how wide that of the user is; 0 where there is none. */
  columns(stream: "out" | "err"): number {
    if (this.#launched.rank > 0) return 0;
    return this.#columns[stream === "out" ? 0 : 1] ?? 0;
  }

  /** Signals that `atif train --ranks` was sent come in on stdin. When it is gone, so is who wants to know. */
  hear(receive: (name: StopSignal) => void): void {
    if (!this.#isStarted || this.#launched.rank > 0) return;
    let isHeard = false;
    const hear = (name: StopSignal): void => {
      if (!isHeard) receive(name);
      isHeard = true;
    };
    process.stdin.setEncoding("utf8").on("data", (text: string) => {
      const name = STOP_SIGNALS.find((each) => text.includes(each));
      if (name !== undefined) hear(name);
    });
    process.stdin.on("end", () => hear("SIGTERM"));
    process.stdin.on("error", () => hear("SIGTERM"));
  }

  /** What is told to who started the ranks. */
  tell(told: { readonly begun: true } | { readonly folder: string } | { readonly exitCode: number }): void {
    const { rank } = this.#launched;
    const isOfInterest = rank === 0 || ("exitCode" in told && told.exitCode !== 0);
    if (!this.#isStarted || !isOfInterest) return;
    const full: Told = "exitCode" in told ? { rank, ...told } : told;
    signify(mark(full));
  }

  #watch(environment: Environment): void {
    let patience: Patience;
    try {
      patience = Patience.of(environment, this.#launched);
    } catch (thrown) {
      // It is said where it is read to be obeyed.
      if (thrown instanceof UsageError) return;
      throw thrown;
    }
    const watchdog = new Watchdog(this.#pulse, patience);
    setInterval(() => {
      const why = watchdog.look();
      if (why !== null) this.#kill(why);
    }, LOOK_MS).unref();
  }

  /** The thread may be in a call that never returns: nothing but the system ends it. */
  #kill(why: string): void {
    interject(`atif: rank ${this.#launched.rank} ${why}; the job is ended.`);
    this.tell({ exitCode: 1 });
    process.kill(process.pid, "SIGKILL");
  }
}
