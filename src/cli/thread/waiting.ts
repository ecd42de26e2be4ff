/**
 * The thread that waits: it starts the one that computes, prints what that says, and hears signals at any moment, also
 * while a batch is computed that takes seconds.
 */

import { join } from "node:path";
import { isatty } from "node:tty";
import { Worker } from "node:worker_threads";
import { OutOfMemoryError } from "../../errors.js";
import { resumeCommand } from "../resume-command.js";
import { RankProcess } from "../mpi/rank-process.js";
import { exitCodeOfSignal, failureOf, FoundFailure, type ExitCode } from "../exit-codes.js";
import { numberOf, SAME_SIGNAL_MS, STOP_SIGNALS, type Sentences, type StopSignal } from "../signals.js";
import { columnsOf, drained, interject, passOn, watchOutput } from "../terminal.js";
import { Heartbeat } from "./heartbeat.js";
import { COLUMNS, SIGNAL, type Given, type Report, type Told } from "./messages.js";

/** Commands that compute for long. */
const COMPUTING: readonly string[] = [
  "train",
  "eval",
  "predict",
  "inspect",
  "quantize",
  "export",
  "verify",
  "plot",
];

/** What Slurm is asked to send some time before the limit (--signal=USR2@60). SIGUSR1 is Node's own. */
const BEFORE_THE_END = "SIGUSR2";

/** Whether a command line is worth a thread of its own. */
export function computes([command, ...words]: readonly string[]): boolean {
  // Ranks compute; who starts them waits.
  const startsRanks = command === "train" && words.some((word) => /^--ranks(=|$)/.test(word));
  return COMPUTING.includes(command) && !startsRanks && !words.includes("--help") && !words.includes("-h");
}

/**
 * Runs a command line in a thread and ends the process.
 * @param main the script of the thread
 * @returns false if threads cannot be had, as where Node is not permitted them
 */
export function runInThread(argv: readonly string[], main: URL): boolean {
  try {
    new Waiting(argv, main);
  } catch {
    return false;
  }
  watchOutput();
  return true;
}

class Waiting {
  readonly #argv: readonly string[];
  readonly #worker: Worker;
  readonly #seen = new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT));
  #sentences: Sentences | null = null;
  #listening = false;
  #received: { readonly name: StopSignal; readonly at: number } | null = null;
  /** Asked at the beginning: a terminal that is gone is none. */
  readonly #hadTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));
  /** The folder of the run under way. */
  #folder: string | null = null;
  /** By the folders of runs that are held. */
  readonly #beats = new Map<string, Heartbeat>();
  #isOver = false;
  /** null: there are no other ranks. */
  readonly #rank: RankProcess | null;

  constructor(argv: readonly string[], main: URL) {
    this.#argv = argv;
    this.#rank = RankProcess.of(process.env, argv[0]);
    // Launchers send signals whenever they like.
    if (this.#rank !== null) this.#listen(null);
    this.#rank?.hear(this.#receive);
    this.#measure();
    process.stdout.on("resize", () => this.#measure());
    process.stderr.on("resize", () => this.#measure());
    const given: Given = {
      argv,
      script: process.argv[1],
      seen: this.#seen,
      pulse: this.#rank?.memory ?? null,
      isTTY: { out: this.#isTerminal("out"), err: this.#isTerminal("err") },
    };
    this.#worker = new Worker(main, { workerData: given, argv: [...argv] });
    this.#worker.on("message", (report: Report) => this.#hear(report));
    this.#worker.on("error", (thrown) => void this.#lost(thrown));
    // Before the message that it is over only if something in it ended the thread.
    this.#worker.on("exit", (code) => void this.#end(code as ExitCode));
  }

  #hear(report: Report): void {
    if ("stream" in report) passOn(report.stream, report.text);
    else if ("listen" in report) this.#listen(report.listen);
    else if ("working" in report) this.#work(report.working);
    else if ("holding" in report) this.#beat(report.holding);
    else void this.#end(report.end);
  }

  #work(folder: string): void {
    this.#folder = folder;
    this.#rank?.tell({ folder });
    this.#beat(folder);
  }

  /** Shows other machines that this process is alive, which holds the run. */
  #beat(folder: string): void {
    if (this.#beats.has(folder)) return;
    const lost = (): void => {
      interject(
        `atif: ${folder} has been taken over by another process, which took this one for dead; it ends.`,
      );
      process.exit(1);
    };
    this.#beats.set(folder, new Heartbeat(join(folder, "run.lock"), lost));
  }

  #listen(sentences: Sentences | null | false): void {
    if (sentences === false) {
      for (const name of STOP_SIGNALS) process.off(name, this.#receive);
      process.off(BEFORE_THE_END, this.#receiveBefore);
      this.#listening = false;
      return;
    }
    this.#sentences = sentences;
    if (this.#listening) return;
    for (const name of STOP_SIGNALS) process.on(name, this.#receive);
    process.on(BEFORE_THE_END, this.#receiveBefore);
    this.#listening = true;
  }

  readonly #receiveBefore = (): void => this.#receive("SIGTERM");

  readonly #receive = (name: StopSignal): void => {
    if (this.#rank?.isJoining === true) {
      this.#rank.endJob(exitCodeOfSignal(name));
      return this.#endBy(name);
    }
    if (this.#received === null) {
      this.#received = { name, at: Date.now() };
      Atomics.store(this.#seen, SIGNAL, numberOf(name));
      const told: Told = { signal: name };
      this.#worker.postMessage(told);
      if (this.#sentences !== null) interject(this.#sentences[name]);
      return;
    }
    // A terminal that is closed says so more than once, and what is being written is to be kept.
    if (name === "SIGHUP" || Date.now() - this.#received.at <= SAME_SIGNAL_MS) return;
    this.#endBy(name);
  };

  /** As the system would. */
  #endBy(name: StopSignal): void {
    this.#listen(false);
    process.kill(process.pid, name);
  }

  #measure(): void {
    for (const name of ["out", "err"] as const) {
      Atomics.store(this.#seen, COLUMNS[name], this.#rank?.columns(name) ?? columnsOf(name));
    }
  }

  /** What ranks print goes through their launcher, which may give them terminals that nobody sees. */
  #isTerminal(name: "out" | "err"): boolean {
    if (this.#rank !== null) return this.#rank.columns(name) > 0;
    return name === "out" ? process.stdout.isTTY : process.stderr.isTTY;
  }

  /** The thread is gone before it was done: its heap was full, or nothing could be run. */
  async #lost(thrown: unknown): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const beat of this.#beats.values()) beat.stop();
    const { reportFailure } = await import("../program.js");
    let failure = explained(thrown);
    if (this.#folder !== null) {
      const { markFailed } = await import("../../experiment/run-folder/run-state.js");
      const { RunFolder } = await import("../../experiment/run-folder/run-folder.js");
      const folder = new RunFolder(this.#folder);
      markFailed(folder, failure);
      const again = resumeCommand(folder.shortPath);
      const sentence = `${failureOf(failure).sentence} To go on from its last checkpoint: ${again}`;
      failure = new FoundFailure(sentence, { folder: folder.path }, { cause: failure });
    }
    const exitCode = reportFailure(failure, this.#argv);
    await drained();
    this.#rank?.tell({ exitCode });
    process.exit(exitCode);
  }

  async #end(exitCode: ExitCode): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const beat of this.#beats.values()) beat.stop();
    const failure = await drained();
    this.#rank?.tell({ exitCode });
    // Node gives the terminal back when it exits, and crashes where there is none any more.
    if (this.#received?.name === "SIGHUP" && this.#hadTerminal) return this.#endBy("SIGHUP");
    if (failure === null || this.#received !== null) process.exit(exitCode);
    const { reportFailure } = await import("../program.js");
    process.exit(reportFailure(failure, []));
  }
}

/** What a thread was ended by, in words. */
function explained(thrown: unknown): unknown {
  if ((thrown as { code?: unknown } | null)?.code !== "ERR_WORKER_OUT_OF_MEMORY") return thrown;
  return new OutOfMemoryError(
    "the heap of JavaScript is full; expected the data and what is kept of one batch to fit. " +
      "Node is given more of it by NODE_OPTIONS=--max-old-space-size=8192 (MiB).",
    { cause: thrown },
  );
}
