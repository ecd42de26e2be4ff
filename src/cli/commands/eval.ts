/** atif eval: tests a trained network. */

import { readModelFile } from "../../formats/model-file.js";
import { evaluate } from "../../training/evaluate.js";
import type { Evaluation } from "../../training/evaluate.js";
import { initCompute, type ComputeArguments } from "../compute-arguments.js";
import { InterruptedError } from "../exit-codes.js";
import { Interrupt, orInterrupted } from "../interrupt.js";
import { readFacts } from "../../experiment/run-folder/training-facts.js";
import { lastPart } from "../../platform/paths.js";
import { quote } from "../../show.js";
import type { DatasetLoader } from "../../experiment/data.js";
import { findModel, type ModelPlace } from "../model-path.js";
import { networksIn, printKept } from "../postprocessing-report.js";
import { Progress } from "../progress.js";
import { formatConfusion, formatTable, percent, significant } from "../report-table.js";
import { Terminal, type Printed } from "../terminal.js";
import { findRuns, type RunInFolder, type SeveralRuns } from "../several-runs.js";
import { printTests, testStatistics, type EvaluatedRun } from "../several-tests.js";
import { loadingOnce, someOf, testDataFor } from "../test-data.js";
// Quantized models are models, too.
import "../../exchange/kinds.js";
import "../../quantization/kinds.js";

export interface EvalArguments extends ComputeArguments {
  readonly model: string;
  readonly data?: string;
  readonly batchSize?: number;
  readonly limit?: number;
  readonly json?: boolean;
}

/** Larger tables do not fit a terminal; then only the classes are listed. */
const MOST_CLASSES_ACROSS = 20;

export interface ClassResult {
  readonly class: number;
  readonly name: string;
  readonly samples: number;
  /** null if the class has no samples */
  readonly accuracy: number | null;
}

/** What came out of the test of one network, and what is told of it. */
interface Tested {
  readonly path: string;
  /** What it was tested on. */
  readonly data: string;
  readonly evaluation: Evaluation;
  readonly classes: readonly ClassResult[];
  readonly classNames: readonly string[] | undefined;
}

interface Surroundings {
  readonly terminal: Terminal;
  readonly progress: Progress;
  readonly interrupt: Interrupt;
}

export async function evaluateModel(args: EvalArguments): Promise<void> {
  const terminal = new Terminal(args);
  const progress = new Progress(terminal.err, { terminalOnly: terminal.json });
  const interrupt = new Interrupt();
  try {
    await initCompute(args);
    const several = findRuns(args.model);
    if (several === null) await evaluateOne(args, { terminal, progress, interrupt });
    else await evaluateSeveral(several, args, { terminal, progress, interrupt });
  } finally {
    progress.clear();
    interrupt.dispose();
  }
}

async function evaluateOne(args: EvalArguments, around: Surroundings): Promise<void> {
  const place = findModel(args.model);
  const tested = await test(place, args, around, "testing");
  const kept = networksIn(place);
  around.progress.clear();
  around.terminal.answer({ ...answerOf(tested), ...(kept.length === 0 ? {} : { postprocessing: kept }) });
  print(around.terminal, tested);
  printKept(around.terminal, place, kept);
}

async function evaluateSeveral(
  several: SeveralRuns,
  args: EvalArguments,
  around: Surroundings,
): Promise<void> {
  const load = loadingOnce();
  const tested: (Tested & EvaluatedRun & Pick<RunInFolder, "folder">)[] = [];
  for (const { run, folder, place } of several.complete) {
    const name = lastPart(folder.path);
    tested.push({ name, run, folder, ...(await test(place, args, around, `testing ${name}`, load)) });
  }
  around.progress.clear();
  around.terminal.answer({
    folder: several.root.path,
    runs: tested.map(({ run, folder, ...each }) => ({
      folder: folder.path,
      run: run.run,
      seed: run.seed,
      ...answerOf(each),
    })),
    unfinished: several.unfinished.map(({ path }) => path),
    statistics: testStatistics(tested),
  });
  printTests(around.terminal, several, tested[0].data, tested);
}

async function test(
  { path, config }: ModelPlace,
  args: EvalArguments,
  { terminal, progress, interrupt }: Surroundings,
  label: string,
  load?: DatasetLoader,
): Promise<Tested> {
  const { model, facts } = await readModelFile(path);
  const {
    data: all,
    name,
    loss,
    trainedBy,
    augmentations,
  } = await testDataFor(model, readFacts(facts), config, args.data, load);
  if (trainedBy !== undefined) {
    terminal.warn(
      `the network was trained by the loss ${quote(trainedBy)}, a function of a program; the loss that is measured here is the cross-entropy.`,
    );
  }
  const data = args.limit === undefined ? all : someOf(all, args.limit);
  await interrupt.check(STOPPED);
  const evaluation = await orInterrupted(
    interrupt,
    (signal) => new InterruptedError(STOPPED, signal),
    () =>
      evaluate(model, data, {
        loss,
        ...(args.batchSize === undefined ? {} : { batchSize: args.batchSize }),
        ...(augmentations === undefined ? {} : { augmentations }),
        signal: interrupt.signal,
        onBatch: (done, total) => progress.update(`${label} ${done}/${total}`, done / total),
      }),
  );
  const classes = classResults(evaluation.confusion, data.classNames);
  return { path, data: name, evaluation, classes, classNames: data.classNames };
}

function answerOf({ path, data, evaluation, classes }: Tested): object {
  return { model: path, data, ...evaluation, classes };
}

const STOPPED = "stopped before the test was complete; nothing was written.";

export function classResults(
  confusion: readonly (readonly number[])[],
  classNames: readonly string[] | undefined,
): ClassResult[] {
  return confusion.map((row, i) => {
    const samples = row.reduce((sum, count) => sum + count, 0);
    const name = classNames?.[i] ?? String(i);
    return { class: i, name, samples, accuracy: samples === 0 ? null : row[i] / samples };
  });
}

function print(terminal: Terminal, { path, data, evaluation, classes, classNames }: Tested): void {
  const { samples, accuracy, averageClassAccuracy, loss, spikesPerInference, confusion } = evaluation;
  const right = confusion.reduce((sum, row, i) => sum + row[i], 0);
  terminal.print(`${path}, tested on ${data}`);
  terminal.print();
  const bold = (text: string): Printed => terminal.bold(text);
  const lines =
    confusion.length <= MOST_CLASSES_ACROSS
      ? formatConfusion(confusion, classNames, bold)
      : formatTable(
          [{ title: "class" }, { title: "samples", align: "right" }, { title: "right", align: "right" }],
          classes.map((each) => [
            each.name,
            String(each.samples),
            each.accuracy === null ? "none" : percent(each.accuracy),
          ]),
          bold,
        );
  for (const line of lines) terminal.print(line);
  terminal.print();
  terminal.print(
    "accuracy ",
    bold(percent(accuracy)),
    ` (${right} of ${samples}), by class ${percent(averageClassAccuracy)}, ` +
      `loss ${significant(loss)}, ${spikesPerInference.toFixed(0)} spikes per sample`,
  );
}
