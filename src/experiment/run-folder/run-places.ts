/** The folders of the runs of one experiment. */

import { makeFolder } from "../../platform/folders.js";
import { joinPaths } from "../../platform/paths.js";
import type { SingleRun } from "../adjust.js";
import type { RunPlan } from "../run-plan.js";
import { RunFolder } from "./run-folder.js";
import { storeExperiment } from "./stored-experiment.js";

/** One run has the folder itself; several have folders inside it, <model>-<number>. */
export class RunPlaces {
  readonly #plan: RunPlan;
  #root: RunFolder | null;

  constructor(plan: RunPlan) {
    this.#plan = plan;
    this.#root = plan.resumed;
  }

  /** The folder of all runs; null before there is one. */
  get root(): RunFolder | null {
    return this.#root;
  }

  /** The folder of the run, made if it is not there; null if nothing is to be written. */
  open(run: SingleRun): RunFolder | null {
    const root = this.#openRoot();
    if (root === null) return null;
    if (!this.#isSingle) storeExperiment(root, this.#plan.experiment);
    const folder = this.#folderOf(root, run);
    makeFolder(folder.path);
    return folder;
  }

  /** The folder of the run, if it was complete before. */
  complete(run: SingleRun): RunFolder | null {
    if (this.#root === null) return null;
    const folder = this.#folderOf(this.#root, run);
    if (!folder.isComplete) return null;
    folder.removeCheckpoint();
    return folder;
  }

  /** All runs are complete. */
  close(): void {
    if (this.#isSingle || this.#root === null) return;
    this.#root.writeSummary({ status: "complete", runs: this.#plan.runs.length });
  }

  get #isSingle(): boolean {
    return this.#plan.runs.length === 1;
  }

  #openRoot(): RunFolder | null {
    if (this.#root !== null || this.#plan.claim === null) return this.#root;
    this.#root = this.#plan.claim();
    return this.#root;
  }

  #folderOf(root: RunFolder, { model, run }: SingleRun): RunFolder {
    return this.#isSingle ? root : new RunFolder(joinPaths(root.path, `${model.name}-${run}`));
  }
}
