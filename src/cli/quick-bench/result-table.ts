/** The results of the bench as text. */

import { formatTable, percent, significant, type Column } from "../report-table.js";
import type { Terminal } from "../terminal.js";
import type { BarResult } from "./bars.js";
import type { Figure, Row, SuiteResult } from "./results.js";

const TIMES: readonly Column[] = [
  { title: "" },
  { title: "" },
  { title: "median ms", align: "right" },
  { title: "best ms", align: "right" },
  { title: "per second", align: "right" },
  { title: "of the first", align: "right" },
];

export function printSuite(terminal: Terminal, { suite, title, rows, figures, notes }: SuiteResult): void {
  terminal.print();
  terminal.print(terminal.bold(`(${suite}) ${title}`));
  if (rows.some(({ valid }) => valid)) {
    const lines = formatTable(TIMES, rows.flatMap(timeCells), (titles) => terminal.dim(titles));
    for (const line of lines) terminal.print(line);
  }
  for (const row of rows) {
    for (const line of wrongLines(row)) terminal.print(line);
  }
  for (const line of noteLines(rows)) terminal.print(terminal.dim(line));
  for (const line of formatTable(FIGURES, figures.map(figureCells)).slice(1)) terminal.print(line);
  for (const note of notes) terminal.print(terminal.dim(note));
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

function figureCells({ name, value, unit, note }: Figure): string[] {
  return [name, unit === "bytes" ? bytes(value) : `${significant(value)} ms`, note ?? ""];
}

export function printBars(terminal: Terminal, bars: readonly BarResult[], quick: boolean): void {
  if (bars.length === 0) return;
  terminal.print();
  terminal.print(terminal.bold("bars"));
  const columns: Column[] = [
    { title: "" },
    { title: "bar", align: "right" },
    { title: "measured", align: "right" },
    { title: "" },
  ];
  const rows = bars.map(({ what, atLeast, atMost, unit, measured, met }) => {
    const show = (value: number): string => (unit === "bytes" ? bytes(value) : `${value.toFixed(2)} x`);
    const bar = atLeast === undefined ? `at most ${show(atMost ?? NaN)}` : `at least ${show(atLeast)}`;
    const verdict = measured === null ? "not measured" : met === null ? "" : met ? "met" : "missed";
    return [what, bar, measured === null ? "" : show(measured), verdict];
  });
  for (const line of formatTable(columns, rows, (titles) => terminal.dim(titles))) terminal.print(line);
  if (quick) terminal.print("A quick run is too small to compare; leave --quick out for figures.");
}

/** "sees Fashion-MNIST, 82.1 % right; layers fire 12.3 %, …" */
export function describeNetwork({
  data,
  trainingSteps,
  accuracy,
  firingRates,
}: {
  readonly data: string;
  readonly trainingSteps: number;
  readonly accuracy: number;
  readonly firingRates: Readonly<Record<string, number>>;
}): string {
  const rates = Object.entries(firingRates).map(
    ([name, rate]) => `${name.replace(/^layers\./, "")} ${percent(rate)}`,
  );
  return (
    `network of c and d: ${trainingSteps} training steps on ${data}; ` +
    `accuracy ${percent(accuracy)}, firing rates ${rates.join(", ")}`
  );
}

function bytes(value: number): string {
  if (Math.abs(value) >= 1e6) return `${(value / 1e6).toFixed(1)} MB`;
  return Math.abs(value) >= 1e3 ? `${(value / 1e3).toFixed(1)} kB` : `${value} B`;
}
