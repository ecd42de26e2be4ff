/** What came out of a sweep: a row for each combination of settings, mean and spread over its seeds, best first. */

import { spreadOf, type Spread } from "../spread.js";
import type { JobFigures } from "./job-figures.js";
import type { JobResult } from "./job-results.js";
import { isLoss, rankNames, rankTable, type RankName } from "./rank.js";
import type { SweepColumn, SweepPlan } from "./sweep-plan.js";

export interface SweepRow {
  /** A text for each column. */
  readonly settings: readonly string[];
  readonly model: string;
  /** How many runs there are, and how many of them are complete. */
  readonly runs: number;
  readonly complete: number;
  /** Over complete runs; null where none has the figure. */
  readonly figures: { readonly [K in RankName]: Spread | null };
  readonly spikesPerInference: Spread | null;
}

export interface SweepTable {
  readonly name: string;
  readonly rank: RankName;
  readonly columns: readonly SweepColumn[];
  /** Best first; those without the figure last. */
  readonly rows: readonly SweepRow[];
}

export function sweepTable(
  { name, rank, columns }: Omit<SweepPlan, "jobs">,
  results: readonly JobResult[],
): SweepTable {
  const groups = new Map<string, JobResult[]>();
  for (const result of results) {
    const key = JSON.stringify([result.settings, result.model]);
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  const rows = [...groups.values()].map(rowOf);
  return { name, rank, columns, rows: rows.sort((a, b) => compared(a, b, rank)) };
}

function rowOf(results: readonly JobResult[]): SweepRow {
  const [{ settings, model }] = results;
  const all = results.flatMap(({ figures }) => (figures === null ? [] : [figures]));
  const spread = (read: (figures: JobFigures) => number | null): Spread | null =>
    spreadOf(all.map(read).filter((value) => value !== null && Number.isFinite(value)) as number[]);
  const figures = Object.fromEntries(
    rankNames.map((each) => [each, spread((of) => rankTable[each].read(of))]),
  );
  return {
    settings,
    model,
    runs: results.length,
    complete: all.length,
    figures: figures as SweepRow["figures"],
    spikesPerInference: spread(({ spikesPerInference }) => spikesPerInference),
  };
}

/** Of equal figures the order is that of the plan. */
function compared(a: SweepRow, b: SweepRow, rank: RankName): number {
  const [x, y] = [a.figures[rank], b.figures[rank]];
  if (x === null || y === null) return Number(x === null) - Number(y === null);
  return isLoss(rank) ? x.mean - y.mean : y.mean - x.mean;
}

/** Figures that at least one row has, that of the rank first. */
export function figuresShown({ rank, rows }: SweepTable): RankName[] {
  return [rank, ...rankNames.filter((each) => each !== rank)].filter((each) =>
    rows.some(({ figures }) => figures[each] !== null),
  );
}

/** Whether rows are of more than one model. */
export function showsModel({ rows }: SweepTable): boolean {
  return new Set(rows.map(({ model }) => model)).size > 1;
}
