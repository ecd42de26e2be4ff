/** The suites and bars as text. */

import { formatTable, significant, type Column } from "../../dist/cli/report-table.js";
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

/** The rows as Markdown, for docs/performance.md. */
export function printMarkdown(terminal: Terminal, suites: readonly SuiteResult[]): void {
  terminal.print();
  terminal.print("| suite | row | contestant | median ms | best ms | of the first |");
  terminal.print("| --- | --- | --- | ---: | ---: | ---: |");
  for (const { suite, rows } of suites) {
    for (const { name, times, ratios } of rows) {
      for (const [i, { contestant, medianMs, bestMs }] of times.entries()) {
        const ratio = i === 0 ? "" : `${ratios[contestant].toFixed(2)} x`;
        const cells = [suite, name, contestant, significant(medianMs), significant(bestMs), ratio];
        terminal.print(`| ${cells.join(" | ")} |`);
      }
    }
  }
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
    const show = (value: number): string => (unit === "bytes" ? byteSize(value) : `${value.toFixed(2)} x`);
    const bar = atLeast === undefined ? `at most ${show(atMost ?? NaN)}` : `at least ${show(atLeast)}`;
    const verdict = measured === null ? "not measured" : met === null ? "" : met ? "met" : "missed";
    return [what, bar, measured === null ? "" : show(measured), verdict];
  });
  for (const line of formatTable(columns, rows, (titles) => terminal.dim(titles))) terminal.print(line);
  if (quick) terminal.print("A quick run is too small to compare; leave --quick out for figures.");
}
