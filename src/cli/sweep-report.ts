/** The table of a sweep, as it is printed. */

import { counted } from "../counted.js";
import type { JobResult } from "../experiment/sweep/job-results.js";
import { isLoss, rankTable, type RankName } from "../experiment/sweep/rank.js";
import { figuresShown, showsModel, type SweepTable } from "../experiment/sweep/sweep-table.js";
import type { SweepColumn, SweepJob, SweepPlan } from "../experiment/sweep/sweep-plan.js";
import type { Spread } from "../experiment/spread.js";
import { plotSweep, type SweepBar } from "../plots/sweep-plot.js";
import { formatTable, percent, significant } from "./report-table.js";
import type { Terminal } from "./terminal.js";

/** Beside the figure of the rank: others are in the files. */
const SHOWN: readonly RankName[] = ["val_acc", "val_loss", "test_acc", "test_loss", "train_loss"];
const MOST_FIGURES = 3;

/** Best first; then what is not complete. */
export function printSweep(terminal: Terminal, table: SweepTable, results: readonly JobResult[]): void {
  const withModel = showsModel(table);
  const figures = figuresShown(table)
    .filter((name) => name === table.rank || SHOWN.includes(name))
    .slice(0, MOST_FIGURES);
  const lines = formatTable(
    [
      ...table.columns.map(({ title }) => ({ title })),
      ...(withModel ? [{ title: "model" }] : []),
      { title: "runs", align: "right" },
      ...figures.map((name) => ({ title: unitOf(name), align: "right" as const })),
      { title: "spikes", align: "right" },
    ],
    table.rows.map((row) => [
      ...row.settings,
      ...(withModel ? [row.model] : []),
      row.complete === row.runs ? String(row.runs) : `${row.complete} of ${row.runs}`,
      ...figures.map((name) => spreadText(row.figures[name], name)),
      row.spikesPerInference === null ? "" : row.spikesPerInference.mean.toFixed(0),
    ]),
    (titles) => terminal.bold(titles),
  );
  terminal.print();
  for (const line of lines) terminal.print(line);
  const failed = results.filter(({ state, error }) => state === "failed" || error !== undefined);
  if (failed.length === 0) return;
  terminal.print();
  for (const { folder, error } of failed)
    terminal.print(`failed: ${folder}${error === undefined ? "" : `: ${error}`}`);
}

/** "validation accuracy, %" */
function unitOf(rank: RankName): string {
  return `${rankTable[rank].title}${isLoss(rank) ? "" : ", %"}`;
}

function spreadText(spread: Spread | null, rank: RankName): string {
  if (spread === null) return "";
  const format = (value: number): string => (isLoss(rank) ? significant(value) : (100 * value).toFixed(2));
  return spread.std === null ? format(spread.mean) : `${format(spread.mean)} ± ${format(spread.std)}`;
}

/** null if there is nothing to draw yet. */
export function drawSweep(table: SweepTable, results: readonly JobResult[]): string | null {
  const { rank, rows, name } = table;
  const scale = isLoss(rank) ? 1 : 100;
  const bars = rows.flatMap((row): SweepBar[] => {
    const spread = row.figures[rank];
    if (spread === null) return [];
    const own = results.filter(
      ({ settings, model }) =>
        model === row.model && JSON.stringify(settings) === JSON.stringify(row.settings),
    );
    const values = own.flatMap(({ figures }) => {
      const value = figures === null ? null : rankTable[rank].read(figures);
      return value === null ? [] : [scale * value];
    });
    const { mean, min, max } = spread;
    return [
      {
        label: labelOf(table.columns, row, showsModel(table)),
        mean: scale * mean,
        min: scale * min,
        max: scale * max,
        values,
      },
    ];
  });
  if (bars.length === 0) return null;
  const complete = results.filter(({ figures }) => figures !== null).length;
  return plotSweep({ title: `${name}, ${counted(complete, "run")}`, figure: unitOf(rank), bars });
}

/** "timesteps 4, ATIF". @param withModel whether there are several */
export function labelOf(
  columns: readonly SweepColumn[],
  { settings, model }: Pick<SweepJob, "settings" | "model">,
  withModel: boolean,
): string {
  const words = columns.flatMap(({ title, path }, i) => {
    if (settings[i] === "") return [];
    return [path === null || Number.isNaN(Number(settings[i])) ? settings[i] : `${title} ${settings[i]}`];
  });
  const all = withModel ? [...words, model] : words;
  return all.length === 0 ? model : all.join(", ");
}

/** "test accuracy 91.2 %", "failed: it diverged": what is said when a run has ended. */
export function outcomeOf({ state, error, figures }: JobResult, rank: SweepPlan["rank"]): string {
  const value = figures === null ? null : rankTable[rank].read(figures);
  if (state !== "complete") return error === undefined ? state : `failed: ${error}`;
  if (value === null) return state;
  return `${rankTable[rank].title} ${isLoss(rank) ? significant(value) : percent(value)}`;
}
