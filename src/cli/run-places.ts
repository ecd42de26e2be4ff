/** The folders of the runs of one command. */

import { join } from "node:path";
import { writeExperiment } from "../experiment/description/index.js";
import type { SingleRun } from "../experiment/adjust.js";
import { spellCommand } from "./command-line.js";
import { makeFolder, RunFolder } from "./run-folder.js";
import type { RunPlan } from "./run-plan.js";
import type { CompleteSummary } from "./run-summary.js";

export interface FinishedRun {
  readonly folder: RunFolder;
  /** A CompleteSummary, or what an earlier process has written. */
  readonly summary: CompleteSummary | Readonly<Record<string, unknown>>;
}

/** One run has the folder itself; several have folders inside it, <model>-<number>. */
export class RunPlaces {
  readonly #plan: RunPlan;
  #root: RunFolder | null;

  constructor(plan: RunPlan) {
    this.#plan = plan;
    this.#root = plan.resumed;
  }

  /** The folder of the run, made if it is not there. */
  open(run: SingleRun): RunFolder {
    const folder = this.#folderOf(this.#openRoot(), run);
    makeFolder(folder.path);
    return folder;
  }

  /** The run, if it was complete before this command. */
  complete(run: SingleRun): FinishedRun | null {
    if (this.#root === null) return null;
    const folder = this.#folderOf(this.#root, run);
    const summary = folder.readSummary();
    if (summary?.status !== "complete") return null;
    folder.removeCheckpoint();
    return { folder, summary };
  }

  resumeCommand(): string {
    const folder = this.#root?.shortPath;
    return spellCommand(["train", "--resume", ...(folder === undefined ? [] : [folder])]);
  }

  stoppedSentence(): string {
    return this.#root === null
      ? "stopped before the training began; nothing was written."
      : `stopped before the training went on; continue with: ${this.resumeCommand()}`;
  }

  /** All runs are complete. */
  close(): void {
    if (this.#isSingle || this.#root === null) return;
    this.#root.writeSummary({ status: "complete", runs: this.#plan.runs.length });
  }

  get #isSingle(): boolean {
    return this.#plan.runs.length === 1;
  }

  #openRoot(): RunFolder {
    if (this.#root !== null) return this.#root;
    const root = this.#plan.claim();
    if (!this.#isSingle) root.writeConfig(writeExperiment(this.#plan.experiment));
    this.#root = root;
    return root;
  }

  #folderOf(root: RunFolder, { model, run }: SingleRun): RunFolder {
    return this.#isSingle ? root : new RunFolder(join(root.path, `${model.name}-${run}`));
  }
}
