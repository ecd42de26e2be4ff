/** What comes from a job of ranks, sorted: what is told to who started it, why it failed, what the launcher says, and the rest. */

import { LauncherNoise } from "./launcher-noise.js";
import { toldIn } from "./marks.js";

/** What a redrawn line of progress begins with: it comes without an end. */
const REDRAWN = "\r";

export class RankOutput {
  readonly noise = new LauncherNoise();
  /** The first thing that a rank has complained of. */
  complaint: string | null = null;
  folder: string | null = null;
  /** Whether a rank was heard of. */
  hasBegun = false;
  /** How rank 0 has ended; null if it has not said so. */
  first: number | null = null;
  /** How the first of the others has that failed. */
  other: number | null = null;
  readonly #pass: (text: string) => void;
  #rest = "";
  /** Empty lines, of which the next one says whose they are. */
  #empty = 0;

  /** @param pass takes what is for the user */
  constructor(pass: (text: string) => void) {
    this.#pass = pass;
  }

  take(text: string): void {
    const lines = `${this.#rest}${text}`.split("\n");
    const rest = lines.pop() ?? "";
    for (const line of lines) this.#line(line.replace(/\r$/, ""));
    this.#rest = rest;
    if (!rest.startsWith(REDRAWN)) return;
    this.#pass(rest);
    this.#rest = "";
  }

  /** Whether a rank has said that it ends, and not well. */
  get hasFailed(): boolean {
    return (this.first ?? 0) !== 0 || this.other !== null;
  }

  end(): void {
    if (this.#rest !== "") this.#line(this.#rest);
    this.#rest = "";
  }

  #line(line: string): void {
    // The line of progress is erased before a sentence.
    const said = line.replace(/^(\r\u001b\[K)+/, "");
    const told = toldIn(said);
    if (told !== null) {
      this.hasBegun = true;
      if ("begun" in told) return;
      if ("folder" in told) this.folder = told.folder;
      else if (told.rank === 0) this.first ??= told.exitCode;
      else this.other ??= told.exitCode;
      return;
    }
    if (said === "" && !this.noise.isOpen) {
      this.#empty++;
      return;
    }
    const complaint = /^atif: (?!warning: )(.*)$/.exec(said)?.[1];
    if (complaint !== undefined) this.complaint ??= complaint;
    else if (!this.noise.takes(said)) this.#pass(`${"\n".repeat(this.#empty)}${line}\n`);
    this.#empty = 0;
  }
}
