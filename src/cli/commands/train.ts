/** atif train: trains what an experiment describes, or continues a run. */

import { loadDataset } from "../../experiment/data.js";
import { runAll, type RunOutcome } from "../../experiment/run-all.js";
import { seriesStatistics } from "../../experiment/run-folder/series-summary.js";
import type { CompleteSummary } from "../../experiment/run-folder/run-summary.js";
import { MAY_CHANGE } from "../../experiment/continuing.js";
import type { RunFolder } from "../../experiment/run-folder/run-folder.js";
import { stateInWords } from "../../experiment/run-folder/run-state.js";
import { takeOverAbandoned } from "../abandoned-run.js";
import { withMadeExperiment } from "../made-experiment.js";
import { checkDataFolder } from "../data-folder.js";
import { initCompute } from "../compute-arguments.js";
import { InterruptedError } from "../exit-codes.js";
import { failedRun, type Begun } from "../failed-run.js";
import { Interrupt } from "../interrupt.js";
import { launchedBy } from "../mpi/launched.js";
import type { MpiTeam } from "../mpi/mpi-team.js";
import { Progress } from "../progress.js";
import type { Sentences } from "../signals.js";
import { stoppedSentence } from "../stopped-sentence.js";
import { Terminal } from "../terminal.js";
import { tell } from "../thread/tell.js";
import { planTraining, type PlanArguments, type TrainPlan } from "../train-plan.js";
import { printRun, printSeries } from "../train-report.js";
import { TrainingProgress } from "../training-progress.js";

export interface TrainArguments extends PlanArguments {
  /** Started here, and each told to train without this. */
  readonly ranks?: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const STOPPING: Sentences = {
  SIGHUP: "stopping with a checkpoint",
  SIGINT: "stopping with a checkpoint; press Ctrl-C again to stop at once",
  SIGTERM: "stopping with a checkpoint; send it again to stop at once",
};

export async function train(args: TrainArguments): Promise<void> {
  const launched = launchedBy(process.env);
  if (launched === null) return trainHere(args, null);
  const { joinRanks, threadsHere } = await import("../mpi/join-ranks.js");
  const team = await joinRanks(launched, process.env);
  const own = { ...args, threads: args.threads ?? threadsHere(launched) };
  if (team.isFirst) return trainHere(own, team);
  const { helpTraining } = await import("../mpi/help-training.js");
  return helpTraining(own, team);
}

/** @param team of which this is rank 0; null: it is alone */
async function trainHere(args: TrainArguments, team: MpiTeam | null): Promise<void> {
  const terminal = new Terminal(args);
  const progress = new Progress(terminal.err, { silent: terminal.quiet, terminalOnly: terminal.json });
  const warn = (sentence: string): void => {
    progress.clear();
    terminal.warn(sentence);
  };
  // Launchers send signals to ranks also when they end a job; and ranks stop when all of them have heard of it.
  const speaks = progress.speaks && team === null;
  const interrupt = new Interrupt(
    (signal) => {
      if (speaks) progress.line(STOPPING[signal]);
    },
    speaks ? STOPPING : null,
  );
  try {
    const plan = await planned(args, { progress, interrupt, warn, team });
    await initCompute(plan.backend === undefined ? args : { ...args, backend: plan.backend });
    const answers = await trainAll(plan, { terminal, progress, interrupt, warn, team });
    if (plan.runs.length === 1) terminal.answer(answers[0]);
    else {
      const series = plan.runs.map(({ model: { name } }, i) => ({ ...answers[i], model: name }));
      const statistics = seriesStatistics(series);
      terminal.answer({ status: "complete", runs: answers, statistics });
      printSeries(terminal, series, statistics);
    }
  } finally {
    progress.clear();
    interrupt.dispose();
  }
}

async function planned(
  args: TrainArguments,
  { progress, interrupt, warn, team }: Omit<Surroundings, "terminal">,
): Promise<TrainPlan> {
  const plan = planTraining(await withMadeExperiment(args), warn);
  if (plan.resumed !== null) {
    const say = (sentence: string): void => progress.line(sentence);
    await takeOverAbandoned(plan.resumed, { say, signal: interrupt.signal });
    tell({ holding: plan.resumed.path });
  }
  if (team === null) return plan;
  const { sharedPlan } = await import("../mpi/shared-plan.js");
  return sharedPlan(plan, team, (sentence) => progress.line(sentence));
}

/** What is continued, and what may be changed. Nothing is said of a run that needs no more. */
function goingOn(folder: RunFolder): string {
  return (
    `going on with ${folder.shortPath}, which ${stateInWords(folder)}; --set may change ${MAY_CHANGE}, ` +
    "as in --set model.0.optimizer.params.lr=0.001"
  );
}

interface Surroundings {
  readonly terminal: Terminal;
  readonly progress: Progress;
  readonly interrupt: Interrupt;
  readonly warn: (sentence: string) => void;
  readonly team: MpiTeam | null;
}

async function trainAll(
  plan: TrainPlan,
  { terminal, progress, interrupt, warn, team }: Surroundings,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  let begun: Begun | null = null;
  // As it is before it goes on.
  let resuming = plan.resumed === null ? null : goingOn(plan.resumed);
  const outcomes = runAll(plan, {
    signal: interrupt.signal,
    warn,
    ...(team === null ? {} : { team }),
    load: (dataset) => {
      checkDataFolder(dataset);
      return loadDataset(dataset);
    },
    begin: (run, _, folder) => {
      const { experiment, model } = run;
      if (resuming !== null) progress.line(resuming);
      resuming = null;
      if (folder !== null) {
        begun = { run, folder, postprocessing: false };
        tell({ working: folder.path });
      }
      const { enableProgressBar } = experiment.learningFramework.params;
      const told = new TrainingProgress(progress, enableProgressBar);
      return {
        onBatch: (batch) => told.batch(batch),
        onValidation: (done, total) => told.validation(done, total),
        onEpoch: (metrics) => told.epoch(metrics, model.epochs),
        onTest: (done, total) => told.test(done, total),
        postprocessing: {
          onProgress: (at) => {
            if (begun !== null) begun = { ...begun, postprocessing: true };
            told.postprocessing(at);
          },
          onEpoch: (metrics, epochs) => told.epoch(metrics, epochs),
        },
      };
    },
  });
  try {
    for await (const outcome of outcomes) answers.push(answerOf(outcome, { terminal, progress, interrupt }));
  } catch (thrown) {
    throw begun === null ? thrown : failedRun(thrown, plan, begun);
  }
  return answers;
}

/** What is answered of a run that is complete: its summary, and where it is. */
type Answer = Partial<CompleteSummary> & { readonly folder?: string };

/** Says how a run ended. @throws InterruptedError if it was stopped */
function answerOf(
  outcome: RunOutcome,
  { terminal, progress, interrupt }: Pick<Surroundings, "terminal" | "progress" | "interrupt">,
): Answer {
  switch (outcome.status) {
    case "was complete":
      terminal.print(`${outcome.folder.shortPath} is complete; there is nothing to do.`);
      return { folder: outcome.folder.path, ...outcome.folder.readSummary() };
    case "complete": {
      progress.clear();
      const { folder, summary } = outcome;
      if (folder === null) return summary;
      printRun(terminal, folder, summary);
      return { folder: folder.path, ...summary };
    }
    case "stopped":
    case "not begun": {
      const facts = outcome.status === "stopped" ? { folder: outcome.folder?.path } : {};
      throw new InterruptedError(stoppedSentence(outcome), interrupt.received ?? "SIGTERM", facts);
    }
  }
}
