/** The suites and bars as text. */

import { computeBackend } from "../../dist/cli/compute-arguments.js";
import { machine } from "../../dist/cli/quick-bench/machine.js";
import { formatTable, percent, significant, type Column } from "../../dist/cli/report-table.js";
import { byteSize, printFigures, printRows } from "../../dist/cli/quick-bench/result-table.js";
import type { Terminal } from "../../dist/cli/terminal.js";
import type { BarResult } from "./bars.js";
import type { SuiteResult } from "./suite-result.js";

export function printSuite(terminal: Terminal, { suite, title, rows, figures, notes }: SuiteResult): void {
  terminal.print();
  terminal.print(terminal.bold(`(${suite}) ${title}`));
  printRows(terminal, rows);
  printFigures(terminal, figures);
  for (const note of notes) terminal.print(terminal.dim(note));
}

/** Rows, figures and bars as Markdown, for docs/performance.md. */
export function printMarkdown(
  terminal: Terminal,
  suites: readonly SuiteResult[],
  bars: readonly BarResult[],
): void {
  const { cpu, cores, node, load } = machine();
  const { name, instructionSet } = computeBackend();
  terminal.print();
  terminal.print(
    `${cpu}, ${cores} cores, Node ${node}, load ${load.toFixed(1)} at the end; atif: ${instructionSet ?? name}.`,
  );
  printTable(
    terminal,
    ["suite", "row", "contestant", "median ms", "best ms", "of the first"],
    suites.flatMap(({ suite, rows }) =>
      rows.flatMap(({ name, times, ratios }) =>
        times.map(({ contestant, medianMs, bestMs }, i) => {
          const ratio = i === 0 ? "" : `${ratios[contestant].toFixed(2)} x`;
          return [suite, name, contestant, significant(medianMs), significant(bestMs), ratio];
        }),
      ),
    ),
  );
  printTable(
    terminal,
    ["suite", "figure", "value"],
    suites.flatMap(({ suite, figures }) =>
      figures.map(({ name, value, unit }) => [
        suite,
        name,
        unit === "bytes" ? byteSize(value) : `${significant(value)} ms`,
      ]),
    ),
  );
  printTable(terminal, ["bar", "at least or at most", "measured", "verdict"], bars.map(barCells));
}

function printTable(
  terminal: Terminal,
  titles: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  terminal.print();
  for (const cells of [titles, titles.map(() => "---"), ...rows]) terminal.print(`| ${cells.join(" | ")} |`);
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
  const rows = bars.map(barCells);
  for (const line of formatTable(columns, rows, (titles) => terminal.dim(titles))) terminal.print(line);
  if (quick) terminal.print("A quick run is too small to compare; leave --quick out for figures.");
}

/** What, the bar, what was measured, and whether and by how much it is missed. */
function barCells({ what, atLeast, atMost, unit, measured, met, missedBy }: BarResult): string[] {
  const show = (value: number): string =>
    unit === "bytes" ? byteSize(value) : unit === "elements" ? String(value) : `${value.toFixed(2)} x`;
  const bar = atLeast === undefined ? `at most ${show(atMost ?? NaN)}` : `at least ${show(atLeast)}`;
  const missed = atMost === 0 ? "missed" : `missed by ${percent(missedBy ?? NaN)}`;
  const verdict = measured === null ? "not measured" : met === null ? "" : met ? "met" : missed;
  return [what, bar, measured === null ? "" : show(measured), verdict];
}
