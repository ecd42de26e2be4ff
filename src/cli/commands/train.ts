/** atif train: trains what an experiment describes, or continues a run. */

import type { TrainTest } from "../../datasets/dataset.js";
import { loadDataset } from "../../experiment/data.js";
import { checkDataFolder } from "../data-folder.js";
import { initCompute } from "../compute-arguments.js";
import { Interrupt } from "../interrupt.js";
import { prepareRun } from "../prepared-run.js";
import { Progress } from "../progress.js";
import { planRun, type PlanArguments, type RunPlan } from "../run-plan.js";
import { RunPlaces, type FinishedRun } from "../run-places.js";
import { Terminal } from "../terminal.js";
import { TrainingProgress } from "../training-progress.js";
import { trainRun } from "../training-session.js";
import { packageVersion } from "../version.js";
import { printRun } from "../train-report.js";

export interface TrainArguments extends PlanArguments {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export async function train(args: TrainArguments): Promise<void> {
  const terminal = new Terminal(args);
  const progress = new Progress(terminal.err, { silent: terminal.quiet, terminalOnly: terminal.json });
  const warn = (sentence: string): void => {
    progress.clear();
    terminal.warn(sentence);
  };
  const interrupt = new Interrupt((signal) => {
    const again = signal === "SIGINT" ? "press Ctrl-C again" : "send it again";
    progress.line(`stopping after this batch; ${again} to stop at once`);
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

async function trainAll(plan: RunPlan, around: Surroundings): Promise<FinishedRun[]> {
  const { terminal, interrupt, warn } = around;
  const place = new RunPlaces(plan);
  let files: Promise<TrainTest> | null = null;
  const load = (): Promise<TrainTest> => {
    checkDataFolder(plan.experiment.dataset);
    return (files ??= loadDataset(plan.experiment.dataset));
  };
  const finished: FinishedRun[] = [];
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
      progress: new TrainingProgress(
        around.progress,
        run.experiment.learningFramework.params.enableProgressBar,
      ),
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
