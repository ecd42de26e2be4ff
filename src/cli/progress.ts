/**
 * Progress of long work: one line that is redrawn on a terminal, and elsewhere a plain line every few seconds.
 * Permanent lines, such as one per epoch, stand above it.
 */

import { printable } from "../show.js";
import { usesColour, type TextStream } from "./terminal.js";

export interface ProgressOptions {
  /** Milliseconds; Date.now if it is left out. */
  readonly now?: () => number;
  /** process.env if it is left out. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Says nothing at all. */
  readonly silent?: boolean;
  /** Without a terminal: permanent and plain lines are left out too. */
  readonly terminalOnly?: boolean;
}

const REDRAW_MS = 80;
const PLAIN_LINE_MS = 5000;
const BAR_WIDTH = 24;
/** Narrower terminals get no bar, only the text. */
const LEAST_COLUMNS = 50;
const CLEAR_LINE = "\r\u001b[K";

export class Progress {
  readonly #stream: TextStream;
  readonly #now: () => number;
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #redraws: boolean;
  readonly #silent: boolean;
  #shown = false;
  #lastShown: number;
  /** Of the work under way: when it was first heard of. */
  #begin: { readonly time: number; readonly fraction: number } | null = null;

  constructor(stream: TextStream, options: ProgressOptions = {}) {
    this.#stream = stream;
    this.#now = options.now ?? Date.now;
    this.#environment = options.environment ?? process.env;
    this.#redraws = stream.isTTY === true && this.#environment.TERM !== "dumb";
    this.#silent = options.silent === true || (options.terminalOnly === true && !this.#redraws);
    this.#lastShown = this.#redraws ? -Infinity : this.#now();
  }

  /** Whether a line is seen. */
  get speaks(): boolean {
    return !this.#silent;
  }

  /** What follows is other work: the time that is left is told from its own pace. */
  begin(): void {
    this.#begin = null;
  }

  /**
   * Says how far the work is; most calls draw nothing.
   * @param label what is being done, "epoch 3/15"
   * @param fraction of the whole work, 0 to 1
   * @param details most important first; those that do not fit the terminal are left out
   */
  update(label: string, fraction: number, details: readonly string[] = []): void {
    if (this.#silent) return;
    const now = this.#now();
    this.#begin ??= { time: now, fraction };
    if (now - this.#lastShown < (this.#redraws ? REDRAW_MS : PLAIN_LINE_MS)) return;
    this.#lastShown = now;
    const said = printable(label);
    const parts = [...details.map(printable), ...this.#timeLeft(now, fraction)];
    const percent = `${Math.floor(100 * fraction)} %`;
    if (!this.#redraws) {
      this.#stream.write(`${[said, percent, ...parts].join(", ")}\n`);
      return;
    }
    this.#shown = true;
    this.#stream.write(CLEAR_LINE + this.#redrawn(said, fraction, aside(percent), parts));
  }

  /** A line that stays. */
  line(text: string): void {
    if (this.#silent) return;
    this.clear();
    this.#stream.write(`${printable(text)}\n`);
    // A plain line that has just been written says enough for a while.
    if (!this.#redraws) this.#lastShown = this.#now();
  }

  /** Removes the moving line, before something else is written or at the end. */
  clear(): void {
    if (this.#shown) this.#stream.write(CLEAR_LINE);
    this.#shown = false;
  }

  #redrawn(label: string, fraction: number, percent: string, parts: readonly string[]): string {
    // Some terminals do not know how wide they are, and say 0.
    const columns = (this.#stream.columns || 80) - 1;
    const bar = columns < LEAST_COLUMNS ? "" : ` ${this.#bar(fraction)}`;
    const visible = label.length + percent.length + (bar === "" ? 0 : BAR_WIDTH + 1);
    let text = `${label}${bar}${percent}`;
    let length = visible;
    for (const part of parts) {
      length += part.length + 2;
      if (length > columns) break;
      text += `  ${part}`;
    }
    return visible > columns ? text.slice(0, columns) : text;
  }

  #bar(fraction: number): string {
    const filled = Math.round(Math.min(1, Math.max(0, fraction)) * BAR_WIDTH);
    const [full, empty] = isUnicode(this.#environment) ? ["━", "─"] : ["#", "-"];
    const rest = empty.repeat(BAR_WIDTH - filled);
    if (!usesColour(this.#stream, this.#environment)) return full.repeat(filled) + rest;
    return `\u001b[32m${full.repeat(filled)}\u001b[0m\u001b[2m${rest}\u001b[0m`;
  }

  /** At the pace of this process: a resumed run did not do the first part of the work in no time. */
  #timeLeft(now: number, fraction: number): string[] {
    if (this.#begin === null) return [];
    const [elapsed, done] = [now - this.#begin.time, fraction - this.#begin.fraction];
    if (elapsed < 1000 || done <= 0) return [];
    return [`${formatDuration(((elapsed / done) * (1 - fraction)) / 1000)} left`];
  }
}

/** Lines of a terminal that are drawn again and again in the same place. */
export class LiveLines {
  readonly #stream: TextStream;
  readonly #rows: number;
  #drawn = 0;

  /** @param rows of the terminal */
  constructor(stream: TextStream, rows: number) {
    this.#stream = stream;
    this.#rows = Math.max(3, rows);
  }

  /** What does not fit stays away: of lines that are too many the last ones, of long ones their ends. */
  draw(lines: readonly string[]): void {
    const most = this.#rows - 1;
    const hidden = lines.length - most + 1;
    const fitting =
      lines.length <= most ? lines : [...lines.slice(0, most - 1), `… and ${hidden} more lines`];
    const columns = (this.#stream.columns || 80) - 1;
    const back = this.#drawn === 0 ? "" : `\u001b[${this.#drawn}A`;
    const text = fitting.map((line) => `${printable(line).slice(0, columns)}\n`).join("");
    this.#stream.write(`${back}\r\u001b[J${text}`);
    this.#drawn = fitting.length;
  }
}

/** Right of what stands before it, and never against it: "1/1 100 %". */
function aside(percent: string): string {
  return ` ${percent.padStart(4)}`;
}

function isUnicode({ LC_ALL, LC_CTYPE, LANG }: Readonly<Record<string, string | undefined>>): boolean {
  return /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || "");
}

/** "0:07", "12:30", "1:02:03" */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number): string => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
