/** atif eval: tests a trained network. */

import { readModelFile } from "../../formats/model-file.js";
import { evaluate } from "../../training/evaluate.js";
import type { Evaluation } from "../../training/evaluate.js";
import { initCompute, type ComputeArguments } from "../compute-arguments.js";
import { InterruptedError } from "../exit-codes.js";
import { Interrupt, orInterrupted } from "../interrupt.js";
import { readFacts } from "../../experiment/run-folder/training-facts.js";
import { findModel } from "../model-path.js";
import { Progress } from "../progress.js";
import { formatConfusion, formatTable, percent, significant } from "../report-table.js";
import { Terminal, type Printed } from "../terminal.js";
import { testDataFor } from "../test-data.js";
// Quantized models are models, too.
import "../../quantization/kinds.js";

export interface EvalArguments extends ComputeArguments {
  readonly model: string;
  readonly data?: string;
  readonly batchSize?: number;
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

export async function evaluateModel(args: EvalArguments): Promise<void> {
  const terminal = new Terminal(args);
  const progress = new Progress(terminal.err, { terminalOnly: terminal.json });
  const interrupt = new Interrupt();
  try {
    await initCompute(args);
    const { path, config } = findModel(args.model);
    const { model, facts } = await readModelFile(path);
    const test = await testDataFor(model, readFacts(facts), config, args.data);
    await interrupt.check(STOPPED);
    const { data, name } = test;
    const evaluation = await orInterrupted(
      interrupt,
      (signal) => new InterruptedError(STOPPED, signal),
      () =>
        evaluate(model, data, {
          loss: test.loss,
          ...(args.batchSize === undefined ? {} : { batchSize: args.batchSize }),
          ...(test.augmentations === undefined ? {} : { augmentations: test.augmentations }),
          signal: interrupt.signal,
          onBatch: (done, total) => progress.update(`testing ${done}/${total}`, done / total),
        }),
    );
    progress.clear();
    const classes = classResults(evaluation.confusion, data.classNames);
    terminal.answer({ model: path, data: name, ...evaluation, classes });
    print(terminal, path, name, evaluation, classes, data.classNames);
  } finally {
    progress.clear();
    interrupt.dispose();
  }
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

function print(
  terminal: Terminal,
  path: string,
  name: string,
  { samples, accuracy, averageClassAccuracy, loss, spikesPerInference, confusion }: Evaluation,
  classes: readonly ClassResult[],
  classNames: readonly string[] | undefined,
): void {
  const right = confusion.reduce((sum, row, i) => sum + row[i], 0);
  terminal.print(`${path}, tested on ${name}`);
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
