/**
 * The folder of one training run. Every file in it is written whole or not at all:
 *
 *   config.toml             the experiment as run; `atif train config.toml` repeats it
 *   metrics.jsonl           one line per finished epoch
 *   summary.json            what came out; from the start, with a status, of what is running
 *   model.safetensors       the trained network
 *   checkpoint.safetensors  while the run is not complete: where to go on
 */

import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileErrorFrom } from "../platform/file-errors.js";
import { FileError, writeFileAtomic } from "../platform/files.js";
import { readTextFile } from "../platform/text-file.js";
import { shortPath } from "./command-line.js";
import { UsageError } from "./exit-codes.js";

const MAX_TEXT_BYTES = 2 ** 28;
const MAX_RUNS = 1_000_000;

const FILES = {
  model: "model.safetensors",
  config: "config.toml",
  metrics: "metrics.jsonl",
  summary: "summary.json",
  checkpoint: "checkpoint.safetensors",
} as const;

/** What writeFileAtomic leaves behind when the process is killed in the middle. */
const TEMPORARY = new RegExp(
  `^\\.(${Object.values(FILES).join("|").replaceAll(".", "\\.")})\\.\\d+-\\d+\\.tmp$`,
);

export class RunFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** The folder base/name-N with the next number that is free. @throws FileError if it cannot be made */
  static next(base: string, name: string): RunFolder {
    makeFolder(base);
    const taken = contentOf(base).map((entry) =>
      entry.startsWith(`${name}-`) && /^\d{1,7}$/.test(entry.slice(name.length + 1))
        ? Number(entry.slice(name.length + 1))
        : 0,
    );
    for (let number = Math.max(0, ...taken) + 1; number < MAX_RUNS; number++) {
      const path = join(base, `${name}-${number}`);
      // Another process may take the number between the look and the step.
      if (makeFolder(path) === "made") return new RunFolder(path);
    }
    throw new UsageError(
      `${base} is full of runs named ${name}; expected a free number. Use --out to name a folder.`,
    );
  }

  /** A folder for a new run. @throws UsageError if there is something in it, FileError if it cannot be made */
  static claim(path: string): RunFolder {
    makeFolder(path);
    const folder = new RunFolder(path);
    const content = contentOf(path);
    if (content.length > 0) {
      throw new UsageError(
        folder.hasConfig
          ? `${path} holds a run already; expected a new or empty folder. Add --resume to continue that run, or name another.`
          : `${path} is not empty, it holds ${content[0]}; expected a new or empty folder. Name another with --out.`,
      );
    }
    folder.removeTemporaries();
    return folder;
  }

  get modelPath(): string {
    return join(this.path, FILES.model);
  }

  get configPath(): string {
    return join(this.path, FILES.config);
  }

  get metricsPath(): string {
    return join(this.path, FILES.metrics);
  }

  get summaryPath(): string {
    return join(this.path, FILES.summary);
  }

  get checkpointPath(): string {
    return join(this.path, FILES.checkpoint);
  }

  /** As a user in the working folder would write it. */
  get shortPath(): string {
    return shortPath(this.path);
  }

  get hasConfig(): boolean {
    return existsSync(this.configPath);
  }

  get hasCheckpoint(): boolean {
    return existsSync(this.checkpointPath);
  }

  get isComplete(): boolean {
    return this.readSummary()?.status === "complete";
  }

  /** What stands in summary.json; null if there is none, or nothing that can be read. */
  readSummary(): Readonly<Record<string, unknown>> | null {
    try {
      const summary: unknown = JSON.parse(readTextFile(this.summaryPath, MAX_TEXT_BYTES));
      return typeof summary === "object" ? (summary as Record<string, unknown> | null) : null;
    } catch (thrown) {
      if (thrown instanceof FileError || thrown instanceof SyntaxError) return null;
      throw thrown;
    }
  }

  writeConfig(text: string): void {
    writeFileAtomic(this.configPath, text);
  }

  writeSummary(summary: object): void {
    writeFileAtomic(this.summaryPath, `${JSON.stringify(summary, null, 2)}\n`);
  }

  writeMetrics(lines: readonly string[]): void {
    writeFileAtomic(this.metricsPath, lines.map((line) => `${line}\n`).join(""));
  }

  removeCheckpoint(): void {
    rmSync(this.checkpointPath, { force: true });
  }

  /** Removes what a process that was killed has left of files it was writing. */
  removeTemporaries(): void {
    for (const entry of readdirSync(this.path)) {
      if (TEMPORARY.test(entry)) rmSync(join(this.path, entry), { force: true });
    }
  }
}

/** Makes a folder and those above it. @throws FileError if that fails or a file is in the way */
export function makeFolder(path: string): "made" | "was there" {
  try {
    return makeMissing(path);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === "EEXIST") {
      throw new FileError(
        `cannot write ${path}: there is a file of that name; expected a folder. Name another.`,
        code,
        path,
        { cause: thrown },
      );
    }
    throw fileErrorFrom(thrown, "write", path, (folder) => statSync(folder, { throwIfNoEntry: false }));
  }
}

/** Not mkdir's own recursion: where a file system refuses with ENOENT, as /proc does, Node 20 repeats it for ever. */
function makeMissing(path: string): "made" | "was there" {
  if (isFolder(path)) return "was there";
  const parent = dirname(path);
  // Where a file is above, making the folder says so; looking does not in every version of Node.
  if (parent !== path && !existsSync(parent)) makeMissing(parent);
  try {
    mkdirSync(path);
    return "made";
  } catch (thrown) {
    // Another process may have been quicker.
    if (isFolder(path)) return "was there";
    throw thrown;
  }
}

export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Also if there is nothing but what a process that was killed has left. */
export function isEmptyFolder(path: string): boolean {
  return isFolder(path) && contentOf(path).length === 0;
}

/** @throws FileError if it cannot be read */
function contentOf(path: string): string[] {
  try {
    return readdirSync(path).filter((entry) => !TEMPORARY.test(entry));
  } catch (thrown) {
    throw fileErrorFrom(thrown, "read", path);
  }
}

/** The run under `base` that was worked on last and is not complete; null if there is none. */
export function latestUnfinished(base: string): RunFolder | null {
  if (!isFolder(base)) return null;
  let latest: { folder: RunFolder; time: number } | null = null;
  for (const entry of contentOf(base)) {
    const folder = new RunFolder(join(base, entry));
    if (!folder.hasConfig || folder.isComplete) continue;
    const newest = folder.hasCheckpoint ? folder.checkpointPath : folder.configPath;
    const time = statSync(newest).mtimeMs;
    if (latest === null || time > latest.time) latest = { folder, time };
  }
  return latest?.folder ?? null;
}
