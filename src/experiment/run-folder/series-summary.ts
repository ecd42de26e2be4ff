/** summary.json of a folder of several runs: what came out of them together. */

import { spreadOf, type Spread } from "../spread.js";
import type { CompleteSummary } from "./run-summary.js";

/** Of all runs of one model, in the words of their own summaries. */
export interface ModelStatistics {
  readonly model: string;
  /** How many runs it is of. */
  readonly runs: number;
  readonly trainLoss: Spread | null;
  readonly trainAccuracy: Spread | null;
  /** null if the experiment says not to test. */
  readonly test: { readonly accuracy: Spread | null; readonly loss: Spread | null } | null;
}

export interface SeriesSummary {
  readonly status: "complete";
  /** How many there are. */
  readonly runs: number;
  /** By model, in the order of the experiment: figures of different networks are not mixed. */
  readonly statistics: readonly ModelStatistics[];
}

/** What a run has written of itself, be it by an older version; of which model is known without. */
export type RunOfSeries = Partial<CompleteSummary> & Pick<CompleteSummary, "model">;

/** @param summaries of the runs, in the order of the experiment */
export function seriesSummary(summaries: readonly RunOfSeries[]): SeriesSummary {
  return { status: "complete", runs: summaries.length, statistics: seriesStatistics(summaries) };
}

export function seriesStatistics(summaries: readonly RunOfSeries[]): ModelStatistics[] {
  return byModel(summaries, ({ model }) => model).map(([model, runs]) => ({ model, ...statisticsOf(runs) }));
}

function statisticsOf(summaries: readonly RunOfSeries[]): Omit<ModelStatistics, "model"> {
  const tests = summaries.flatMap(({ test }) => (test === undefined || test === null ? [] : [test]));
  return {
    runs: summaries.length,
    trainLoss: spreadOfNumbers(summaries.map(({ trainLoss }) => trainLoss)),
    trainAccuracy: spreadOfNumbers(summaries.map(({ trainAccuracy }) => trainAccuracy)),
    test:
      tests.length === 0
        ? null
        : {
            accuracy: spreadOfNumbers(tests.map(({ accuracy }) => accuracy)),
            loss: spreadOfNumbers(tests.map(({ loss }) => loss)),
          },
  };
}

/** What was measured in each run; null if one of them has not got it: JSON has no NaN, and files may be older. */
function spreadOfNumbers(values: readonly unknown[]): Spread | null {
  const numbers = values.filter((value) => typeof value === "number" && Number.isFinite(value)) as number[];
  return numbers.length === values.length ? spreadOf(numbers) : null;
}

/** The groups in the order of their first members. */
export function byModel<T>(all: readonly T[], modelOf: (each: T) => string): [model: string, group: T[]][] {
  const groups = new Map<string, T[]>();
  for (const each of all) groups.set(modelOf(each), [...(groups.get(modelOf(each)) ?? []), each]);
  return [...groups];
}
