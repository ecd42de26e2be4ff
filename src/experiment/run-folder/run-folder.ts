/**
 * The folder of one training run. Every file in it is written whole or not at all:
 *
 *   config.toml             the experiment as run; `atif train config.toml` repeats it
 *   metrics.jsonl           one line per finished epoch
 *   summary.json            what came out; from the start, with a status, of what is running
 *   model.safetensors       the trained network
 *   checkpoint.safetensors  while the run is not complete: where to go on
 */

import { ConfigError } from "../../errors.js";
import type { BackendName } from "../../kernels/backend.js";
import { FileError, writeFileAtomic } from "../../platform/files.js";
import { exists, isFolder, lastChange, makeFolder, namesIn, removeFile } from "../../platform/folders.js";
import { joinPaths, shortPath } from "../../platform/paths.js";
import { readTextFile } from "../../platform/text-file.js";
import { readResults, type RunResults } from "./run-results.js";
import { adviceInCode, type RunAdvice } from "./run-advice.js";

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
  static next(base: string, name: string, advice: RunAdvice = adviceInCode): RunFolder {
    makeFolder(base);
    const taken = contentOf(base).map((entry) =>
      entry.startsWith(`${name}-`) && /^\d{1,7}$/.test(entry.slice(name.length + 1))
        ? Number(entry.slice(name.length + 1))
        : 0,
    );
    for (let number = Math.max(0, ...taken) + 1; number < MAX_RUNS; number++) {
      const path = joinPaths(base, `${name}-${number}`);
      // Another process may take the number between the look and the step.
      if (makeFolder(path) === "made") return new RunFolder(path);
    }
    throw new ConfigError(`${base} is full of runs named ${name}; expected a free number. ${advice.full}`);
  }

  /** A folder for a new run. @throws ConfigError if there is something in it, FileError if it cannot be made */
  static claim(path: string, advice: RunAdvice = adviceInCode): RunFolder {
    makeFolder(path);
    const folder = new RunFolder(path);
    const content = contentOf(path);
    if (content.length > 0) {
      throw new ConfigError(
        folder.hasConfig
          ? `${path} holds a run already; expected a new or empty folder. ${advice.holdsRun}`
          : `${path} is not empty, it holds ${content[0]}; expected a new or empty folder. ${advice.notEmpty}`,
      );
    }
    folder.removeTemporaries();
    return folder;
  }

  get modelPath(): string {
    return joinPaths(this.path, FILES.model);
  }

  get configPath(): string {
    return joinPaths(this.path, FILES.config);
  }

  get metricsPath(): string {
    return joinPaths(this.path, FILES.metrics);
  }

  get summaryPath(): string {
    return joinPaths(this.path, FILES.summary);
  }

  get checkpointPath(): string {
    return joinPaths(this.path, FILES.checkpoint);
  }

  /** As a user in the working folder would write it. */
  get shortPath(): string {
    return shortPath(this.path);
  }

  get hasConfig(): boolean {
    return exists(this.configPath);
  }

  get hasCheckpoint(): boolean {
    return exists(this.checkpointPath);
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

  /** What a run that is complete has written of its results. @throws FormatError if the files are not a run's */
  readResults(): RunResults {
    return readResults(this.summaryPath, this.readSummary(), readTextFile(this.metricsPath, MAX_TEXT_BYTES));
  }

  /** The backend that computed the run; null if that is not written. */
  get backend(): BackendName | null {
    const backend = this.readSummary()?.backend;
    return backend === "wasm" || backend === "reference" ? backend : null;
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
    removeFile(this.checkpointPath);
  }

  /** Removes what a process that was killed has left of files it was writing. */
  removeTemporaries(): void {
    for (const entry of namesIn(this.path)) {
      if (TEMPORARY.test(entry)) removeFile(joinPaths(this.path, entry));
    }
  }
}

/** Also if there is nothing but what a process that was killed has left. */
export function isEmptyFolder(path: string): boolean {
  return isFolder(path) && contentOf(path).length === 0;
}

/** @throws FileError if it cannot be read */
function contentOf(path: string): string[] {
  return namesIn(path).filter((entry) => !TEMPORARY.test(entry));
}

/** The run under `base` that was worked on last and is not complete; null if there is none. */
export function latestUnfinished(base: string): RunFolder | null {
  if (!isFolder(base)) return null;
  let latest: { folder: RunFolder; time: number } | null = null;
  for (const entry of contentOf(base)) {
    const folder = new RunFolder(joinPaths(base, entry));
    if (!folder.hasConfig || folder.isComplete) continue;
    const newest = folder.hasCheckpoint ? folder.checkpointPath : folder.configPath;
    const time = lastChange(newest);
    if (latest === null || time > latest.time) latest = { folder, time };
  }
  return latest?.folder ?? null;
}
