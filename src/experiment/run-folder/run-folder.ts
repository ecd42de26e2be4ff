/**
 * The folder of one training run. Every file in it is written whole or not at all:
 *
 *   config.toml             the experiment as run; `atif train config.toml` repeats it
 *   metrics.jsonl           one line per finished epoch
 *   metrics.csv, events.out.tfevents.atif
 *                           the same numbers for tables and for TensorBoard, if they are asked for
 *   summary.json            what came out; from the start, with a status, of what is running
 *   model.safetensors       the trained network
 *   activations_range.txt   of a quantized one: the fractional bits of its layers
 *   checkpoint.safetensors  while the run is not complete: where to go on
 *   postprocessing.json, postprocessing.safetensors
 *                           the same of what is done to the network after its training
 *   <network>_fused, …      networks that were made of it: folders like this one
 *   run.lock                while a process is working on the run: which one. Nobody else writes into the folder
 */

import { ConfigError } from "../../errors.js";
import type { BackendName } from "../../kernels/backend.js";
import { FileError, readFileBounded, writeFileAtomic } from "../../platform/files.js";
import { exists, isFolder, lastChange, makeFolder, namesIn, removeFile } from "../../platform/folders.js";
import { LockFile, successorNames, type LockHolder } from "../../platform/lock-file.js";
import { joinPaths, shortPath } from "../../platform/paths.js";
import { readTextFile } from "../../platform/text-file.js";
import { busySentence, type BusyRun } from "./busy-run.js";
import { readResults, type RunResults } from "./run-results.js";
import { adviceInCode, type RunAdvice } from "./run-advice.js";

const MAX_TEXT_BYTES = 2 ** 28;
const MAX_RUNS = 1_000_000;

const FILES = {
  model: "model.safetensors",
  config: "config.toml",
  metrics: "metrics.jsonl",
  csv: "metrics.csv",
  events: "events.out.tfevents.atif",
  summary: "summary.json",
  checkpoint: "checkpoint.safetensors",
  ranges: "activations_range.txt",
  steps: "postprocessing.json",
  stepCheckpoint: "postprocessing.safetensors",
  lock: "run.lock",
} as const;

const SUCCESSORS = successorNames(FILES.lock);

/** What writeFileAtomic leaves behind when the process is killed in the middle. */
const TEMPORARY = new RegExp(
  `^\\.(${Object.values(FILES).join("|").replaceAll(".", "\\.")})(\\.[0-9a-f]{16})?\\.\\d+-\\d+\\.tmp$`,
);

export class RunFolder {
  readonly path: string;
  #lock: LockFile | null = null;

  constructor(path: string) {
    this.path = path;
  }

  /** The folder base/name-N with the next number that is free, held. @throws FileError if it cannot be made */
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
      if (makeFolder(path) === "made") return new RunFolder(path).#heldEmpty(advice);
    }
    throw new ConfigError(`${base} is full of runs named ${name}; expected a free number. ${advice.full}`);
  }

  /**
   * A folder for a new run, held.
   * @throws ConfigError if there is something in it, or another process has it; FileError if it cannot be made
   */
  static claim(path: string, advice: RunAdvice = adviceInCode): RunFolder {
    makeFolder(path);
    const folder = new RunFolder(path);
    folder.#checkEmpty(advice);
    return folder.#heldEmpty(advice);
  }

  /** Another process may have begun, and even ended, a run between the look and the lock. */
  #heldEmpty(advice: RunAdvice): this {
    this.hold();
    try {
      this.#checkEmpty(advice);
      return this;
    } catch (thrown) {
      this.release();
      throw thrown;
    }
  }

  #checkEmpty(advice: RunAdvice): void {
    const content = contentOf(this.path);
    if (content.length === 0) return;
    const holder = this.holder();
    if (holder !== null && !this.isHeld) throw this.#busy(holder);
    throw new ConfigError(
      this.hasConfig
        ? `${this.path} holds a run already; expected a new or empty folder. ${advice.holdsRun}`
        : `${this.path} is not empty, it holds ${content[0]}; expected a new or empty folder. ${advice.notEmpty}`,
    );
  }

  /**
   * Nobody else may write into the folder from now on, until it is released or the process ends. What processes that were
   * killed have left there is removed.
   * @throws ConfigError if another process, or another part of this one, has it; FileError if that cannot be written
   */
  hold(): void {
    if (this.isHeld) return;
    const lock = LockFile.take(this.#lockPath);
    if (!(lock instanceof LockFile)) throw this.#busy(lock);
    this.#lock = lock;
    this.removeTemporaries();
  }

  release(): void {
    this.#lock?.release();
    this.#lock = null;
  }

  /** Who is working on the run; null if nobody is. */
  holder(): LockHolder | null {
    return LockFile.holder(this.#lockPath);
  }

  #busy(holder: LockHolder): ConfigError {
    return new ConfigError(busySentence([{ folder: this.shortPath, holder }]));
  }

  /** By this object. */
  get isHeld(): boolean {
    return this.#lock !== null;
  }

  get #lockPath(): string {
    return joinPaths(this.path, FILES.lock);
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

  /** Of the step of post-processing that trains. */
  get stepCheckpointPath(): string {
    return joinPaths(this.path, FILES.stepCheckpoint);
  }

  get rangesPath(): string {
    return joinPaths(this.path, FILES.ranges);
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

  /** Whether there is anything that only a run that is not complete needs. */
  get hasLeftovers(): boolean {
    return [FILES.checkpoint, FILES.steps, FILES.stepCheckpoint].some((name) =>
      exists(joinPaths(this.path, name)),
    );
  }

  get isComplete(): boolean {
    return this.readSummary()?.status === "complete";
  }

  /** Whether a network is, or was, quantized here: nothing that `atif train` goes on with. */
  get isQuantization(): boolean {
    return "quantization" in (this.readSummary() ?? {});
  }

  /** What stands in summary.json; null if there is none, or nothing that can be read. */
  readSummary(): Readonly<Record<string, unknown>> | null {
    return this.#readJson(this.summaryPath);
  }

  /** How far the post-processing is; null if nothing of it is done, or it cannot be read. */
  readSteps(): Readonly<Record<string, unknown>> | null {
    return this.#readJson(joinPaths(this.path, FILES.steps));
  }

  writeSteps(steps: object): void {
    writeFileAtomic(joinPaths(this.path, FILES.steps), `${JSON.stringify(steps)}\n`);
  }

  #readJson(path: string): Readonly<Record<string, unknown>> | null {
    try {
      const read: unknown = JSON.parse(readTextFile(path, MAX_TEXT_BYTES));
      return typeof read === "object" ? (read as Record<string, unknown> | null) : null;
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
    return backend === "wasm" || backend === "native" || backend === "reference" ? backend : null;
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

  writeCsv(text: string): void {
    writeFileAtomic(joinPaths(this.path, FILES.csv), text);
  }

  writeEvents(bytes: Uint8Array): void {
    writeFileAtomic(this.#eventsPath, bytes);
  }

  /** null if there are none. */
  readEvents(): Uint8Array | null {
    return exists(this.#eventsPath) ? readFileBounded(this.#eventsPath, MAX_TEXT_BYTES) : null;
  }

  get #eventsPath(): string {
    return joinPaths(this.path, FILES.events);
  }

  writeRanges(text: string): void {
    writeFileAtomic(this.rangesPath, text);
  }

  /** Where to go on: of a run that is complete there is nothing to. */
  removeCheckpoint(): void {
    for (const name of [FILES.checkpoint, FILES.steps, FILES.stepCheckpoint])
      removeFile(joinPaths(this.path, name));
  }

  /** Removes what processes that were killed have left. The folder must be held: others may be about to write. */
  removeTemporaries(): void {
    for (const entry of namesIn(this.path)) {
      if (TEMPORARY.test(entry) || SUCCESSORS.test(entry)) removeFile(joinPaths(this.path, entry));
    }
  }
}

/** Also if there is nothing but a lock, and what a process that was killed has left. */
export function isEmptyFolder(path: string): boolean {
  return isFolder(path) && contentOf(path).length === 0;
}

/** @throws FileError if it cannot be read */
function contentOf(path: string): string[] {
  return namesIn(path).filter(
    (entry) => entry !== FILES.lock && !TEMPORARY.test(entry) && !SUCCESSORS.test(entry),
  );
}

/** What a folder is looked for to go on with. */
export type Unfinished = "training" | "quantization";

/**
 * The run under `base` that was worked on last and is not complete; null if there is none.
 * @param passOver told of runs that are not complete because somebody is working on them, and are later than that
 */
export function latestUnfinished(
  base: string,
  passOver: (run: BusyRun) => void = () => undefined,
  what: Unfinished = "training",
): RunFolder | null {
  if (!isFolder(base)) return null;
  const unfinished = contentOf(base)
    .map((entry) => new RunFolder(joinPaths(base, entry)))
    .filter((folder) => (what === "quantization" || folder.hasConfig) && !folder.isComplete)
    .filter((folder) => folder.isQuantization === (what === "quantization"))
    .map((folder) => ({
      folder,
      time: lastChange(
        folder.hasCheckpoint
          ? folder.checkpointPath
          : folder.hasConfig
            ? folder.configPath
            : folder.summaryPath,
      ),
    }))
    .sort((a, b) => b.time - a.time);
  for (const { folder } of unfinished) {
    const holder = folder.holder();
    // It may have been completed between the two looks.
    if (holder === null && !folder.isComplete) return folder;
    if (holder !== null) passOver({ folder: folder.shortPath, holder });
  }
  return null;
}
