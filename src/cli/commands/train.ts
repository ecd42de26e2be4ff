/** atif train: trains what an experiment describes, or continues a run. */

import { join } from "node:path";
import type { TrainTest } from "../../datasets/dataset.js";
import { writeExperiment } from "../../interop/config/index.js";
import type { SingleRun } from "../../interop/experiment/adjust.js";
import { loadDataset } from "../../interop/experiment/data.js";
import { spellCommand } from "../command-line.js";
import { initCompute } from "../compute-arguments.js";
import { Interrupt } from "../interrupt.js";
import { prepareRun } from "../prepared-run.js";
import { Progress } from "../progress.js";
import { makeFolder, RunFolder } from "../run-folder.js";
import { planRun, type PlanArguments, type RunPlan } from "../run-plan.js";
import type { CompleteSummary } from "../run-summary.js";
import { Terminal } from "../terminal.js";
import { TrainingProgress } from "../training-progress.js";
import { trainRun } from "../training-session.js";
import { packageVersion } from "../version.js";
import { printRun } from "../train-report.js";

export interface TrainArguments extends PlanArguments {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

interface Finished {
  readonly folder: RunFolder;
  /** A CompleteSummary, or what an earlier process has written. */
  readonly summary: CompleteSummary | Readonly<Record<string, unknown>>;
}

export async function train(args: TrainArguments): Promise<void> {
  const terminal = new Terminal(args);
  const progress = new Progress(terminal.err, { silent: terminal.quiet, terminalOnly: terminal.json });
  const warn = (sentence: string): void => {
    progress.clear();
    terminal.warn(sentence);
  };
  const interrupt = new Interrupt(() => {
    progress.line("stopping after this batch; press Ctrl-C again to stop at once");
  });
  try {
    const plan = planRun(args, warn);
    await initCompute(plan.backend === undefined ? args : { ...args, backend: plan.backend });
    const finished = await trainAll(plan, { terminal, progress, interrupt, warn });
    const answers = finished.map(({ folder, summary }) => ({ folder: folder.path, ...summary }));
    terminal.answer(answers.length === 1 ? answers[0] : { status: "complete", runs: answers });
  } finally {
    progress.clear();
    interrupt.dispose();
  }
}

interface Surroundings {
  readonly terminal: Terminal;
  readonly progress: Progress;
  readonly interrupt: Interrupt;
  readonly warn: (sentence: string) => void;
}

async function trainAll(plan: RunPlan, around: Surroundings): Promise<Finished[]> {
  const { terminal, interrupt, warn } = around;
  const place = new RunPlaces(plan);
  let files: Promise<TrainTest> | null = null;
  const load = (): Promise<TrainTest> => (files ??= loadDataset(plan.experiment.dataset));
  const finished: Finished[] = [];
  for (const run of plan.runs) {
    const done = place.complete(run);
    if (done !== null) {
      finished.push(done);
      terminal.print(`${done.folder.shortPath} is complete; there is nothing to do.`);
      continue;
    }
    const prepared = await prepareRun(run, { load, warn });
    await interrupt.check(place.stoppedSentence());
    const summary = await trainRun(prepared, {
      interrupt,
      progress: new TrainingProgress(around.progress),
      version: packageVersion(),
      open: () => place.open(run),
      resumeCommand: () => place.resumeCommand(),
    });
    around.progress.clear();
    const folder = place.open(run);
    finished.push({ folder, summary });
    printRun(terminal, folder, summary);
  }
  place.close();
  return finished;
}

/** One run has the folder itself; several have folders inside it, <model>-<number>. */
class RunPlaces {
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
  complete(run: SingleRun): Finished | null {
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
