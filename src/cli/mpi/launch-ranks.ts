/**
 * atif train --ranks N: one process that starts mpirun or srun, which starts as many of `node` with the same command line. Never
 * the other way round: npm closes the descriptors by which MPICH finds its ranks, and costs its start for each of them.
 */

import { execFileSync, spawn } from "node:child_process";
import { realpathSync } from "node:fs";
import { availableParallelism } from "node:os";
import { messageOf } from "../../errors.js";
import { ExitCode, UsageError } from "../exit-codes.js";
import { Progress } from "../progress.js";
import { SAME_SIGNAL_MS, STOP_SIGNALS, type StopSignal } from "../signals.js";
import { columnsOf, passOn, Terminal } from "../terminal.js";
import { launchedBy, STARTED, type Environment } from "./launched.js";
import { failureOfJob } from "./job-failure.js";
import { candidates, kindOf, launcherCommand, withoutRanks, type Launcher } from "./launcher-command.js";
import { RankOutput } from "./rank-output.js";
import { COLUMNS_OF_LAUNCHER } from "./rank-process.js";

export interface LaunchArguments {
  readonly ranks: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Milliseconds between two looks at whether who started this process is still there. */
const ORPHAN_MS = 1000;

const STOPPING: Readonly<Record<StopSignal, string>> = {
  SIGHUP: "stopping with a checkpoint",
  SIGINT: "stopping with a checkpoint; press Ctrl-C again to stop at once",
  SIGTERM: "stopping with a checkpoint; send it again to stop at once",
};

/** @param argv the command line, with --ranks. @throws UsageError, RanksFailure */
export async function launchRanks(argv: readonly string[], args: LaunchArguments): Promise<void> {
  const { ranks } = args;
  refuseRanksOfRanks(process.env, ranks);
  const launcher = findLauncher(process.env);
  const environment: Environment = {
    ...process.env,
    [STARTED]: String(ranks),
    [COLUMNS_OF_LAUNCHER]: `${columnsOf("out")},${columnsOf("err")}`,
  };
  const words = [process.execPath, ...process.execArgv, realpathSync(process.argv[1]), ...withoutRanks(argv)];
  const machine = { isRoot: process.getuid?.() === 0, cores: availableParallelism() };
  const command = launcherCommand(launcher, ranks, words, environment, machine);
  const job = new Job(command, environment, args);
  const { code, signal } = await job.ended;
  const { errors, output, answer } = job;
  if (errors.first !== ExitCode.ok || code !== 0) {
    const { received } = job;
    throw failureOfJob({ ...launcher, ranks, code, signal, errors, output, answer, received });
  }
  if (args.json === true) passOn("out", answer);
}

/** A rank that starts ranks would not end. */
function refuseRanksOfRanks(environment: Environment, ranks: number): void {
  const launched = launchedBy(environment);
  if (launched === null) return;
  throw new UsageError(
    `--ranks is ${ranks}, but this process is one of the ${launched.size ?? "several"} that ${launched.launcher} has started; ` +
      "expected one of the two. Leave out --ranks.",
  );
}

export function findLauncher(environment: Environment): Launcher {
  const names = candidates(environment);
  for (const program of names) {
    const version = versionOf(program);
    if (version === null) continue;
    const kind = kindOf(program, version);
    if (kind !== null) return { kind, program };
    const [line] = version.split("\n");
    const found =
      line === ""
        ? `says nothing when it is asked for its --version`
        : `says that it is ${JSON.stringify(line)}`;
    throw new UsageError(
      `${program} ${found}; expected mpirun of Open MPI or MPICH. Set ATIF_MPIRUN to the path of one.`,
    );
  }
  throw new UsageError(
    `--ranks needs MPI, but there is no ${names.join(", no ")}; expected a launcher. Install one, as by ` +
      "apt install openmpi-bin, or set ATIF_MPIRUN to its path.",
  );
}

/** null: there is no such program. @throws UsageError if it cannot be run */
function versionOf(program: string): string | null {
  try {
    return execFileSync(program, ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch (thrown) {
    const { code, status, stdout } = thrown as NodeJS.ErrnoException & {
      status?: number | null;
      stdout?: string;
    };
    if (code === "ENOENT") return null;
    if (typeof status === "number") return stdout ?? "";
    throw new UsageError(
      `${program} cannot be run (${code ?? messageOf(thrown)}); expected mpirun of Open MPI or MPICH. Set ATIF_MPIRUN to the path of one.`,
      { cause: thrown },
    );
  }
}

/** Milliseconds for which a launcher may take to end a job of which a rank has failed: one that is cut off from a host waits for it. */
const TO_END_MS = 4000;

/** After so long without a sign of a rank it is told what the launcher says, which may wait for machines. */
const TO_BEGIN_MS = 15_000;

/** And for which what it has said may be on its way when it has ended. */
const TO_CLOSE_MS = 2000;

/** mpirun or srun, and what comes from it. */
class Job {
  readonly errors: RankOutput;
  readonly output: RankOutput;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** What rank 0 answers with --json. */
  answer = "";
  received: StopSignal | null = null;
  #receivedAt = 0;
  readonly #child: ReturnType<typeof spawn>;
  readonly #say: (sentence: string) => void;
  #kills = 0;
  #isEnding = false;

  constructor([program, ...words]: readonly string[], environment: Environment, args: LaunchArguments) {
    const terminal = new Terminal(args);
    const progress = new Progress(terminal.err, { silent: terminal.quiet, terminalOnly: terminal.json });
    this.#say = (sentence) => progress.line(sentence);
    this.errors = new RankOutput((text) => passOn("err", text));
    this.output = new RankOutput((text) => {
      if (terminal.json) this.answer += text;
      else passOn("out", text);
    });
    // A group of its own: Ctrl-C comes to this process alone, which tells the ranks. mpirun would end them within seconds.
    this.#child = spawn(program, words, {
      env: environment,
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
    });
    const { stdin, stdout, stderr } = this.#child;
    stdin?.on("error", () => undefined);
    stdout?.setEncoding("utf8").on("data", (text: string) => this.output.take(text));
    stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.errors.take(text);
      if (this.errors.hasFailed) this.#endSoon();
    });
    const parent = process.ppid;
    // npm that is killed passes nothing on.
    const orphaned = setInterval(() => {
      if (process.ppid !== parent) this.#receive("SIGTERM");
    }, ORPHAN_MS);
    const late = setTimeout(() => this.#sayLate(program, args.ranks), TO_BEGIN_MS);
    for (const name of STOP_SIGNALS) process.on(name, this.#receive);
    process.on("SIGUSR2", this.#receiveBefore);
    this.ended = new Promise((resolve, reject) => {
      this.#child.on("error", reject);
      const end = (code: number | null, signal: NodeJS.Signals | null): void => {
        clearInterval(orphaned);
        clearTimeout(late);
        this.output.end();
        this.errors.end();
        progress.clear();
        resolve({ code, signal });
      };
      this.#child.on("close", end);
      // A daemon that is cut off may hold its ends of the pipes for long.
      this.#child.on("exit", (code, signal) => setTimeout(() => end(code, signal), TO_CLOSE_MS));
    });
  }

  #sayLate(program: string, ranks: number): void {
    if (this.errors.hasBegun) return;
    const said = this.errors.noise.text || this.output.noise.text || "nothing";
    this.#say(`waiting for ${program} to start ${ranks} ranks; it says: ${said}`);
  }

  #endSoon(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    setTimeout(() => this.#child.kill("SIGTERM"), TO_END_MS).unref();
    setTimeout(() => this.#child.kill("SIGKILL"), 1.5 * TO_END_MS).unref();
  }

  readonly #receiveBefore = (): void => this.#receive("SIGTERM");

  readonly #receive = (name: StopSignal): void => {
    if (this.received === null) {
      this.received = name;
      this.#receivedAt = Date.now();
      this.#say(STOPPING[name]);
      // The same way with every launcher; signals are passed on by some, and end the ranks of others.
      this.#child.stdin?.end(`${name}\n`);
      return;
    }
    if (name === "SIGHUP" || Date.now() - this.#receivedAt <= SAME_SIGNAL_MS) return;
    this.#receivedAt = Date.now();
    this.#child.kill(this.#kills++ === 0 ? "SIGTERM" : "SIGKILL");
  };
}
