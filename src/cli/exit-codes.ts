/** How a command ends: exit codes, and every error as one sentence. */

import { ConfigError, FormatError, messageOf, OutOfMemoryError } from "../errors.js";
import { DivergenceError } from "../training/divergence-error.js";
import { FileError, fileErrorFrom } from "../platform/file-errors.js";
import { printable } from "../show.js";
import type { StopSignal } from "./signals.js";

export const ExitCode = {
  ok: 0,
  /** The run failed: a diverged training, a full disk, no memory. */
  failed: 1,
  /** Bad usage or bad input: the same command would fail again. */
  usage: 2,
  /** Ended by SIGHUP (128 + 1), as when the terminal is closed. */
  hungUp: 129,
  /** Ended by Ctrl-C (128 + SIGINT). */
  interrupted: 130,
  /** Ended by SIGTERM (128 + 15). */
  terminated: 143,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** A command line that cannot be obeyed. `facts` belong into the JSON answer beside the sentence. */
export class UsageError extends Error {
  override name = "UsageError";

  constructor(
    message: string,
    { facts = {}, ...options }: ErrorOptions & { facts?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, options);
    this.facts = facts;
  }

  readonly facts: Readonly<Record<string, unknown>>;
}

/** The user ended the command; not a failure. `facts` belong into the JSON answer beside the sentence. */
export class InterruptedError extends Error {
  override name = "InterruptedError";

  constructor(
    message: string,
    readonly signal: StopSignal,
    readonly facts: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

/** A command has done its work, and what it found is a failure. `facts` are what it found. */
export class FoundFailure extends Error {
  override name = "FoundFailure";

  constructor(
    message: string,
    readonly facts: Readonly<Record<string, unknown>>,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Ranks that were started have ended so, and one of them has said why. */
export class RanksFailure extends Error {
  override name = "RanksFailure";

  constructor(
    message: string,
    readonly exitCode: ExitCode,
    readonly facts: Readonly<Record<string, unknown>>,
  ) {
    super(message);
  }
}

export interface Failure {
  readonly exitCode: ExitCode;
  /** Without a line break at its end, and none inside. */
  readonly sentence: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** What to say and how to end when a command has thrown. */
export function failureOf(thrown: unknown): Failure {
  const hasFacts = [InterruptedError, FoundFailure, UsageError, RanksFailure].some(
    (kind) => thrown instanceof kind,
  );
  const { facts = {} } = (hasFacts ? thrown : {}) as Partial<FoundFailure>;
  return { exitCode: exitCodeOf(thrown), sentence: oneLine(sentenceOf(thrown)), facts };
}

function exitCodeOf(thrown: unknown): ExitCode {
  if (thrown instanceof RanksFailure) return thrown.exitCode;
  if (thrown instanceof InterruptedError) return exitCodeOfSignal(thrown.signal);
  if (thrown instanceof FileError) return ENVIRONMENT.has(thrown.code) ? ExitCode.failed : ExitCode.usage;
  if (thrown instanceof UsageError || thrown instanceof ConfigError || thrown instanceof FormatError) {
    return ExitCode.usage;
  }
  return ExitCode.failed;
}

export function exitCodeOfSignal(signal: StopSignal): ExitCode {
  return EXIT_CODES[signal];
}

const EXIT_CODES = {
  SIGHUP: ExitCode.hungUp,
  SIGINT: ExitCode.interrupted,
  SIGTERM: ExitCode.terminated,
} as const;

/** Trouble of the machine, which another command line would not cure. */
const ENVIRONMENT: ReadonlySet<string> = new Set([
  "ENOSPC",
  "EDQUOT",
  "EIO",
  "EMFILE",
  "ENFILE",
  "EAGAIN",
  "ENOMEM",
]);

const EXPECTED = [
  UsageError,
  InterruptedError,
  FoundFailure,
  RanksFailure,
  ConfigError,
  FormatError,
  FileError,
  DivergenceError,
];

function sentenceOf(thrown: unknown): string {
  const message = messageOf(thrown);
  if (isOutputError(thrown)) return messageOf(fileErrorFrom(thrown, "write", "the output of this command"));
  if (thrown instanceof OutOfMemoryError)
    return `${message} On the command line: a smaller --batch-size, or a smaller network.`;
  if (EXPECTED.some((kind) => thrown instanceof kind)) return message;
  if (isOutOfMemory(thrown)) {
    return (
      `out of memory (${message}); expected the data and one batch to fit. ` +
      "Use a smaller --batch-size or a smaller network."
    );
  }
  return `the command failed unexpectedly: ${message} Set ATIF_DEBUG=1 to see where, and please report it.`;
}

/** Of stdout or stderr, which may be a file on a full disk. */
function isOutputError(thrown: unknown): boolean {
  const { code, syscall, path } = (thrown ?? {}) as NodeJS.ErrnoException;
  return !(thrown instanceof FileError) && code !== undefined && syscall === "write" && path === undefined;
}

/** What engines say when a buffer or a WebAssembly memory cannot be made. */
function isOutOfMemory(thrown: unknown): boolean {
  return (
    thrown instanceof RangeError &&
    /allocation failed|array length|out of memory|could not allocate/i.test(thrown.message)
  );
}

/** Messages of engines may have several lines. */
function oneLine(text: string): string {
  const line = text.trim().replace(/\s*[\r\n]+\s*/g, " ");
  return printable(line);
}
