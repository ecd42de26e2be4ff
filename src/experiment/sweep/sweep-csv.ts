/** The table of a sweep as CSV (RFC 4180): a line for each combination, best first, with all digits. */

import type { Spread } from "../spread.js";
import { figuresShown, showsModel, type SweepTable } from "./sweep-table.js";

const PARTS = ["mean", "std", "min", "max"] as const;

export function sweepCsv(table: SweepTable): string {
  const figures = figuresShown(table);
  const withModel = showsModel(table);
  const names = [...figures, "spikes_per_inference"];
  const head = [
    ...table.columns.map(({ title }) => title),
    ...(withModel ? ["model"] : []),
    "runs",
    "complete",
    ...names.flatMap((name) => PARTS.map((part) => `${name}_${part}`)),
  ];
  const lines = table.rows.map((row) => [
    ...row.settings,
    ...(withModel ? [row.model] : []),
    row.runs,
    row.complete,
    ...[...figures.map((name) => row.figures[name]), row.spikesPerInference].flatMap(partsOf),
  ]);
  return [head, ...lines].map((cells) => `${cells.map(cellOf).join(",")}\r\n`).join("");
}

function partsOf(spread: Spread | null): (number | "")[] {
  return PARTS.map((part) => spread?.[part] ?? "");
}

function cellOf(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
