/** What came out of the tests of several runs: a row for each, mean and spread for all of one model. */

import { byModel } from "../experiment/run-folder/series-summary.js";
import { spreadOf, type Spread } from "../experiment/spread.js";
import type { Evaluation } from "../training/evaluate.js";
import { formatTable, percent, significant, type Column } from "./report-table.js";
import { leftOut, type RunInFolder, type SeveralRuns } from "./several-runs.js";
import { spreadLine } from "./spread-text.js";
import type { Terminal } from "./terminal.js";

/** A run, and what its network did. */
export interface EvaluatedRun extends Pick<RunInFolder, "run"> {
  /** Of its folder. */
  readonly name: string;
  readonly evaluation: Evaluation;
}

/** Of all runs of one model; figures of different networks are not mixed. */
export interface TestStatistics {
  readonly model: string;
  readonly runs: number;
  readonly accuracy: Spread | null;
  readonly averageClassAccuracy: Spread | null;
  readonly loss: Spread | null;
  readonly spikesPerInference: Spread | null;
}

export function testStatistics(runs: readonly EvaluatedRun[]): TestStatistics[] {
  return byModel(runs, ({ run }) => run.model.name).map(([model, group]) => {
    const spread = (
      figure: "accuracy" | "averageClassAccuracy" | "loss" | "spikesPerInference",
    ): Spread | null => spreadOf(group.map(({ evaluation }) => evaluation[figure]));
    return {
      model,
      runs: group.length,
      accuracy: spread("accuracy"),
      averageClassAccuracy: spread("averageClassAccuracy"),
      loss: spread("loss"),
      spikesPerInference: spread("spikesPerInference"),
    };
  });
}

const COLUMNS: readonly Column[] = [
  { title: "run" },
  { title: "seed", align: "right" },
  { title: "accuracy", align: "right" },
  { title: "by class", align: "right" },
  { title: "loss", align: "right" },
  { title: "spikes", align: "right" },
];

export function printTests(
  terminal: Terminal,
  several: SeveralRuns,
  data: string,
  runs: readonly EvaluatedRun[],
): void {
  terminal.print(`${several.root.path}, tested on ${data}`);
  terminal.print();
  const rows = runs.map(({ name, run, evaluation }) => [
    name,
    String(run.seed),
    percent(evaluation.accuracy),
    percent(evaluation.averageClassAccuracy),
    significant(evaluation.loss),
    evaluation.spikesPerInference.toFixed(0),
  ]);
  for (const line of formatTable(COLUMNS, rows, (titles) => terminal.bold(titles))) terminal.print(line);
  terminal.print();
  for (const each of testStatistics(runs)) terminal.print(...spreadLine(terminal, each));
  for (const sentence of leftOut(several)) terminal.print(sentence);
}
