/** The folders of the runs of one experiment, and who may write into them. */

import { ConfigError } from "../../errors.js";
import { isFolder, makeFolder } from "../../platform/folders.js";
import { joinPaths } from "../../platform/paths.js";
import type { SingleRun } from "../adjust.js";
import type { RunPlan } from "../run-plan.js";
import { RunFolder } from "./run-folder.js";
import { seriesSummary } from "./series-summary.js";
import { storeExperiment } from "./stored-experiment.js";

/** The folder of one run of several: <model>-<number> in the folder of all. */
export function folderOfRun(root: RunFolder, { model, run }: SingleRun): RunFolder {
  return new RunFolder(joinPaths(root.path, `${model.name}-${run}`));
}

/**
 * One run has the folder itself; several have folders inside it. While anything is written the folder of all is held, and
 * so is the folder of the run that is worked on: it may be continued by itself too.
 */
export class RunPlaces {
  readonly #plan: RunPlan;
  #root: RunFolder | null;
  /** Of the run that is worked on. */
  #current: RunFolder | null = null;

  constructor(plan: RunPlan) {
    this.#plan = plan;
    this.#root = plan.resumed;
  }

  /** The folder of all runs; null before there is one. */
  get root(): RunFolder | null {
    return this.#root;
  }

  /** Takes the runs to continue, unless all are complete: then there is nothing to write. @throws ConfigError, FileError */
  hold(): void {
    const root = this.#root;
    if (root === null) return;
    const isComplete =
      root.isComplete && this.#plan.runs.every((run) => this.#folderOf(root, run).isComplete);
    if (!isComplete) root.hold();
  }

  /**
   * The folder of the run, if it was complete before; takes it otherwise, if it is there.
   * @throws ConfigError if another process is working on it
   */
  complete(run: SingleRun): RunFolder | null {
    if (this.#root === null) return null;
    const folder = this.#folderOf(this.#root, run);
    // What is complete is left as it is; what is not may become so until it is held.
    if (!folder.isComplete && isFolder(folder.path)) this.#take(folder);
    if (!folder.isComplete) return null;
    this.#releaseCurrent();
    if (folder.hasLeftovers) folder.removeCheckpoint();
    return folder;
  }

  /** The folder of the run, made if it is not there, and held; null if nothing is to be written. */
  open(run: SingleRun): RunFolder | null {
    const root = this.#openRoot();
    if (root === null) return null;
    if (!this.#isSingle) storeExperiment(root, this.#plan.experiment);
    const folder = this.#folderOf(root, run);
    makeFolder(folder.path);
    this.#take(folder);
    if (folder.isComplete) {
      throw new ConfigError(
        `${folder.shortPath} holds a run that another process has completed; expected this run to be the first there. ` +
          "Continue the runs in another folder.",
      );
    }
    return this.#current;
  }

  /** The run is complete. */
  leave(): void {
    this.#releaseCurrent();
  }

  /** All runs are complete. */
  close(): void {
    const root = this.#root;
    if (this.#isSingle || root === null) return;
    if (!root.isHeld) return; // it was complete before
    const summaries = this.#plan.runs.map((run) => ({
      ...folderOfRun(root, run).readSummary(),
      model: run.model.name,
    }));
    root.writeSummary(seriesSummary(summaries));
  }

  /** Lets others write into the folders. */
  release(): void {
    this.#releaseCurrent();
    this.#root?.release();
  }

  get #isSingle(): boolean {
    return this.#plan.runs.length === 1;
  }

  #openRoot(): RunFolder | null {
    if (this.#root !== null || this.#plan.claim === null) return this.#root;
    this.#root = this.#plan.claim();
    return this.#root;
  }

  #take(folder: RunFolder): void {
    if (this.#current?.path === folder.path) return;
    folder.hold();
    this.#current = folder;
  }

  #releaseCurrent(): void {
    // The folder of all is held until the end.
    if (this.#current !== this.#root) this.#current?.release();
    this.#current = null;
  }

  #folderOf(root: RunFolder, run: SingleRun): RunFolder {
    return this.#isSingle ? root : folderOfRun(root, run);
  }
}
