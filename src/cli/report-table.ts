/** Tables of results in plain text, and the numbers in them. */

import type { ThetaSpread } from "../measuring/theta-spread.js";
import { printable } from "../show.js";
import type { Printed } from "./terminal.js";

export interface Column {
  readonly title: string;
  /** Numbers stand to the right, names to the left. */
  readonly align?: "left" | "right";
}

/**
 * Lines of a table: the titles, then the rows, columns two spaces apart, no trailing spaces.
 * @param style applied to the line of titles
 */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  style: (titles: string) => Printed = (titles) => titles,
): Printed[] {
  // As they will be printed: an escape is longer than what it stands for.
  const shown = rows.map((row) => row.map(printable));
  const widths = columns.map(({ title }, i) => Math.max(title.length, ...shown.map((row) => row[i].length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (columns[i].align === "right" ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join("  ")
      .trimEnd();
  return [style(line(columns.map(({ title }) => title))), ...shown.map(line)];
}

/** 0.97222 as "97.2 %" */
export function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)} %`;
}

/** Four digits that count, never in exponent form for the sizes that occur. */
export function significant(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return value.toExponential(2);
  return size >= 1000 ? value.toFixed(0) : value.toFixed(size >= 100 ? 1 : size >= 10 ? 2 : 3);
}

/** The threshold of a layer, or the median of several with the least and the largest. */
export function thetaText({
  theta,
  thetas,
}: {
  readonly theta: number;
  readonly thetas?: ThetaSpread;
}): string {
  if (thetas === undefined) return significant(theta);
  const { min, median, max } = thetas;
  return `${significant(median)} (${significant(min)} to ${significant(max)})`;
}

/** True classes down, predicted ones across; zeros as dots, so that mistakes are seen. */
export function formatConfusion(
  confusion: readonly (readonly number[])[],
  classNames: readonly string[] | undefined,
  style?: (titles: string) => Printed,
): Printed[] {
  const columns: Column[] = [
    { title: "true \\ said" },
    ...confusion.map((_, i) => ({ title: String(i), align: "right" as const })),
    { title: "right", align: "right" },
  ];
  const rows = confusion.map((row, i) => {
    const count = row.reduce((sum, n) => sum + n, 0);
    const name = classNames === undefined ? String(i) : `${i} ${classNames[i]}`;
    return [
      name,
      ...row.map((n) => (n === 0 ? "·" : String(n))),
      count === 0 ? "none" : percent(row[i] / count),
    ];
  });
  return formatTable(columns, rows, style);
}
