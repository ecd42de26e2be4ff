/** Results of the bench as text. */

import { counted } from "../../counted.js";
import { formatTable, percent, significant, type Column } from "../report-table.js";
import type { Terminal } from "../terminal.js";
import type { NetworkFacts } from "./network.js";
import type { Figure, Row } from "./results.js";

const TIMES: readonly Column[] = [
  { title: "" },
  { title: "" },
  { title: "median ms", align: "right" },
  { title: "best ms", align: "right" },
  { title: "per second", align: "right" },
  { title: "of the first", align: "right" },
];

/** Times of what is right, and what is said of the rest. */
export function printRows(terminal: Terminal, rows: readonly Row[]): void {
  if (rows.some(({ valid }) => valid)) {
    const lines = formatTable(TIMES, rows.flatMap(timeCells), (titles) => terminal.dim(titles));
    for (const line of lines) terminal.print(line);
  }
  for (const row of rows) {
    for (const line of wrongLines(row)) terminal.print(line);
  }
  for (const line of noteLines(rows)) terminal.print(terminal.dim(line));
}

function timeCells({ name, times, ratios, items }: Row): string[][] {
  return times.map(({ contestant, medianMs, bestMs }, i) => [
    i === 0 ? name : "",
    contestant,
    significant(medianMs),
    significant(bestMs),
    items === undefined ? "" : `${significant((1000 * items.count) / medianMs)} ${items.name}`,
    i === 0 ? "" : `${ratios[contestant].toFixed(2)} x`,
  ]);
}

function wrongLines({ name, checks, valid }: Row): string[] {
  if (valid) return [];
  return checks
    .filter(({ passed }) => !passed)
    .map(
      ({ what, against, measure, error, tolerance }) =>
        `${name}: WRONG, not timed: ${what} against ${against}: ${measure} ${significant(error)}, expected at most ${significant(tolerance)}`,
    );
}

/** A note that several rows share is told once. */
function noteLines(rows: readonly Row[]): string[] {
  const names = new Map<string, string[]>();
  for (const { name, notes } of rows) {
    for (const note of notes) names.set(note, [...(names.get(note) ?? []), name]);
  }
  return [...names].map(([note, [first, ...more]]) =>
    more.length === 0 ? `${first}: ${note}` : `${first}, and ${more.length} more: ${note}`,
  );
}

const FIGURES: readonly Column[] = [{ title: "" }, { title: "", align: "right" }, { title: "" }];

export function printFigures(terminal: Terminal, figures: readonly Figure[]): void {
  for (const line of formatTable(FIGURES, figures.map(figureCells)).slice(1)) terminal.print(line);
}

function figureCells({ name, value, unit, note }: Figure): string[] {
  return [name, unit === "bytes" ? byteSize(value) : `${significant(value)} ms`, note ?? ""];
}

/** What the network was trained on, how well it does, how much its layers fire: for a line of the head. */
export function describeNetwork({ data, trainingSteps, accuracy, firingRates }: NetworkFacts): string {
  const rates = Object.entries(firingRates).map(
    ([name, rate]) => `${name.replace(/^layers\./, "")} ${percent(rate)}`,
  );
  return `${counted(trainingSteps, "training step")} on ${data}; accuracy ${percent(accuracy)}, firing rates ${rates.join(", ")}`;
}

/** "66.1 MB" */
export function byteSize(value: number): string {
  if (Math.abs(value) >= 1e6) return `${(value / 1e6).toFixed(1)} MB`;
  return Math.abs(value) >= 1e3 ? `${(value / 1e3).toFixed(1)} kB` : `${value} B`;
}
