/**
 * The two output streams: results go to stdout, everything said on the way to stderr.
 *
 * Whatever is printed may hold a stranger's words: names, paths, facts of a file. So every text is made printable where it
 * is written, and styles are not text: they are marked, and become codes here, after their words have been made printable.
 * No other file of the command line writes to a stream, except the progress line (eslint.laws.js).
 */

import { printable, printableJson } from "../show.js";

/** What is used of a Node stream; tests give their own. */
export interface TextStream {
  readonly isTTY?: boolean;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** Words in a style. It has no form as a string, so that it cannot be put into a text by mistake. */
export interface Styled {
  /** Of ANSI: bold, dim. */
  readonly code: 1 | 2;
  readonly words: string;
}

/** Part of a line: words as they came, or words in a style. */
export type Printed = string | Styled;

export interface OutputModes {
  /** One JSON object on stdout and no text. */
  readonly json?: boolean;
  /** Nothing but results, warnings and errors. */
  readonly quiet?: boolean;
}

let standard: { readonly out: TextStream; readonly err: TextStream } | null = null;

/** From now on output goes elsewhere than to the streams of this thread. */
export function printTo(out: TextStream, err: TextStream): void {
  standard = { out, err };
}

export class Terminal {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly out: TextStream;
  readonly err: TextStream;
  readonly #environment: Readonly<Record<string, string | undefined>>;

  constructor(
    modes: OutputModes,
    out: TextStream = standard?.out ?? process.stdout,
    err: TextStream = standard?.err ?? process.stderr,
    environment: Readonly<Record<string, string | undefined>> = process.env,
  ) {
    this.json = modes.json ?? false;
    this.quiet = modes.quiet ?? false;
    this.out = out;
    this.err = err;
    this.#environment = environment;
  }

  /** A line of the result. Nothing in JSON mode and with --quiet. */
  print(...parts: readonly Printed[]): void {
    if (this.json || this.quiet) return;
    this.out.write(`${parts.map((part) => this.#written(part)).join("")}\n`);
  }

  /** The one JSON object of a command; nothing outside of JSON mode. */
  answer(value: object): void {
    if (this.json) this.out.write(`${printableJson(value, this.out.isTTY === true ? 2 : undefined)}\n`);
  }

  warn(sentence: string): void {
    this.complain(`warning: ${sentence}`);
  }

  /** What is wrong, in every mode. */
  complain(sentence: string): void {
    this.err.write(`atif: ${printable(sentence)}\n`);
  }

  /** Lines for a developer, as a stack has them. */
  trace(lines: string): void {
    for (const line of lines.split("\n")) this.err.write(`${printable(line)}\n`);
  }

  bold(words: string): Styled {
    return { code: 1, words };
  }

  dim(words: string): Styled {
    return { code: 2, words };
  }

  #written(part: Printed): string {
    if (typeof part === "string") return printable(part);
    const words = printable(part.words);
    return usesColour(this.out, this.#environment) ? `\u001b[${part.code}m${words}\u001b[0m` : words;
  }
}

/** Escape codes are for terminals that want them. @source no-color.org */
export function usesColour(
  stream: TextStream,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  const { NO_COLOR, TERM } = environment;
  return stream.isTTY === true && (NO_COLOR ?? "") === "" && TERM !== "dumb";
}

/** What another thread has printed, and made printable. */
export function passOn(stream: "out" | "err", text: string): void {
  streamOf(stream).write(text);
}

/** A line between those of another thread, which may be drawing its progress. */
export function interject(sentence: string): void {
  process.stderr.write(`${process.stderr.isTTY ? CLEAR_LINE : ""}${printable(sentence)}\n`);
}

/** A line for a program that reads stderr. */
export function signify(line: string): void {
  process.stderr.write(`${line}\n`);
}

const CLEAR_LINE = "\r\u001b[K";

/** How wide it is; 0 if it is no terminal, or does not know. */
export function columnsOf(stream: "out" | "err"): number {
  return (streamOf(stream) as TextStream).columns ?? 0;
}

function streamOf(stream: "out" | "err"): NodeJS.WriteStream {
  return stream === "out" ? process.stdout : process.stderr;
}

let outputFailure: NodeJS.ErrnoException | null = null;

/** A reader that has gone away, as `head` does, or a terminal that was closed (EIO), ends the output and not the command. */
export function watchOutput(): void {
  process.stderr.on("error", () => undefined);
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    const isGone = error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED";
    if (!isGone && !(error.code === "EIO" && process.stdout.isTTY)) outputFailure ??= error;
  });
}

/** Waits until everything written has left the process. @returns why results could not be written, if that is so */
export async function drained(): Promise<Error | null> {
  await Promise.all([process.stdout, process.stderr].map(drain));
  await new Promise((resolve) => setImmediate(resolve));
  return outputFailure;
}

function drain(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableLength === 0) resolve();
    else stream.write("", () => resolve());
  });
}
