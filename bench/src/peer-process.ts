/** A peer in a process of its own, which answers requests: one JSON object per line on its standard input and output. */

import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { ArrayFile, ArrayFiles } from "./array-files.js";
import type { Contestant } from "../../dist/cli/quick-bench/timing.js";

/** The peer could not do what it was asked to. */
export class PeerError extends Error {
  override name = "PeerError";
}

type Answer = Readonly<Record<string, unknown>>;

/** The last lines that a peer has said beside its answers. */
const KEPT_CHARACTERS = 2000;

export class PeerProcess {
  readonly #child: ChildProcess;
  readonly #waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void }[] = [];
  #said = "";
  #failure: PeerError | null = null;
  readonly #onExit = (): void => void this.#child.kill("SIGKILL");

  constructor(
    readonly name: string,
    command: string,
    words: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ) {
    const env = { ...process.env, ...environment };
    this.#child = spawn(command, words, { stdio: ["pipe", "pipe", "pipe"], env });
    process.once("exit", this.#onExit);
    const { stdin, stdout, stderr } = this.#child;
    stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#said = (this.#said + text).slice(-KEPT_CHARACTERS);
    });
    // A peer that has ended is told by "close".
    stdin?.on("error", () => undefined);
    if (stdout !== null) createInterface({ input: stdout }).on("line", (line) => this.#receive(line));
    this.#child.on("error", (error) => this.#end(error.message));
    this.#child.on("close", (code, signal) => this.#end(`it ended with ${signal ?? `code ${code}`}`));
  }

  /** @throws PeerError with what the peer says, or how it ended */
  async ask(action: string, fields: Answer = {}): Promise<Answer> {
    if (this.#failure !== null) throw this.#failure;
    const answer = await new Promise<Answer>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#child.stdin?.write(`${JSON.stringify({ do: action, ...fields })}\n`);
    });
    if (typeof answer.error === "string") throw new PeerError(answer.error);
    return (answer.result ?? {}) as Answer;
  }

  /** Results of a case that was prepared, by name. */
  async results(kind: string, which: string, files: ArrayFiles): Promise<Map<string, Float32Array>> {
    const answer = (await this.ask("results", { kind, case: which })) as Record<string, ArrayFile>;
    return new Map(Object.entries(answer).map(([name, array]) => [name, files.read(array)]));
  }

  contestant(kind: string, which: string): Contestant {
    return {
      name: this.name,
      time: async (runs) => {
        const { ms } = await this.ask("time", { kind, case: which, runs });
        return ms as number[];
      },
    };
  }

  close(): void {
    process.off("exit", this.#onExit);
    this.#child.kill("SIGKILL");
  }

  #receive(line: string): void {
    let answer: Answer;
    try {
      answer = JSON.parse(line) as Answer;
    } catch {
      answer = {
        error: `it answered ${JSON.stringify(line.slice(0, 200))}; expected one JSON object per line`,
      };
    }
    this.#waiting.shift()?.resolve(answer);
  }

  #end(how: string): void {
    const said = this.#said.trim().split("\n").slice(-3).join(" ");
    this.#failure ??= new PeerError(`${how}${said === "" ? "" : `: ${said}`}`);
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }
}
