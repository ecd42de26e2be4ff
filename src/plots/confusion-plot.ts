/** Which class was taken for which: a matrix of counts, darker where a larger share of a class went. */

import { counted } from "../counted.js";
import { colours } from "../drawing/colours.js";
import { fitted } from "../drawing/fitted.js";
import { picture } from "../drawing/picture.js";
import { escaped } from "../drawing/xml-text.js";
import { show } from "../show.js";
import { accuracyOf, type Confusion } from "../training/confusion.js";

export interface PlotConfusionOptions {
  /** One to a class; their numbers if they are left out. */
  readonly classNames?: readonly string[];
}

/** In pixels. */
const NAMES = 120;
const TOP = 90;
const ROOM = 560;
const LARGEST_CELL = 44;
/** Of a smaller cell its count is left out: the description has what was mistaken most. */
const SMALLEST_WITH_COUNT = 26;
const SMALLEST_WITH_NAME = 13;
const MOST_MISTAKES = 5;

/**
 * SVG text. Rows are the labels, columns what the network answered.
 *
 * @param confusion confusion[label][predicted], samples: that of evaluate()
 * @throws TypeError for anything else; RangeError without samples, or unless there are as many names as classes
 */
export function plotConfusion(confusion: Confusion, { classNames }: PlotConfusionOptions = {}): string {
  const where = "plotConfusion";
  if (!isConfusion(confusion)) {
    throw new TypeError(
      `${where}: the confusion is ${show(confusion)}; expected a row of counts per class, as evaluate() returns.`,
    );
  }
  const classes = confusion.length;
  const totals = confusion.map((row) => row.reduce((sum, count) => sum + count, 0));
  const samples = totals.reduce((sum, count) => sum + count, 0);
  if (samples === 0) throw new RangeError(`${where}: nothing was counted; expected at least one sample.`);
  if (classNames !== undefined && classNames.length !== classes) {
    throw new RangeError(
      `${where}: ${counted(classNames.length, "class name")} for ${classes} classes; expected one each.`,
    );
  }
  const names = classNames ?? confusion.map((_, label) => String(label));
  const summary = `${counted(samples, "sample")}, ${percent(accuracyOf(confusion))} of them right`;
  const cell = Math.min(LARGEST_CELL, ROOM / classes);
  const across = (column: number): number => NAMES + column * cell;
  const down = (row: number): number => TOP + row * cell;
  return picture({
    id: "confusion",
    title: "Which class was taken for which",
    description: `${summary}. ${mistakes(confusion, names)}`,
    width: NAMES + classes * cell + 24,
    height: TOP + classes * cell + 24,
    body: [
      `<text class="head" x="16" y="22">${escaped(summary)}</text>`,
      `<text x="16" y="42">rows: the label; columns: the answer</text>`,
      ...confusion.flatMap((row, label) =>
        row.map((count, answer) => {
          const share = totals[label] === 0 ? 0 : count / totals[label];
          const colour = label === answer ? colours.blue : colours.red;
          const box = `x="${fixed(across(answer))}" y="${fixed(down(label))}" width="${fixed(cell)}" height="${fixed(cell)}"`;
          return (
            `<rect ${box} fill="${colour}" fill-opacity="${fixed(share)}" class="axis" stroke-width="0.3">` +
            `<title>${escaped(`${names[label]} taken for ${names[answer]}: ${count} of ${totals[label]}`)}</title></rect>`
          );
        }),
      ),
      ...(cell < SMALLEST_WITH_COUNT ? [] : counts(confusion, cell, across, down)),
      ...(cell < SMALLEST_WITH_NAME ? [] : labels(names, cell, across, down)),
    ],
  });
}

type Place = (index: number) => number;

function counts(confusion: Confusion, cell: number, across: Place, down: Place): string[] {
  return confusion.flatMap((row, label) =>
    row.flatMap((count, answer) =>
      count === 0
        ? []
        : `<text x="${fixed(across(answer) + cell / 2)}" y="${fixed(down(label) + cell / 2 + 5)}" text-anchor="middle">${count}</text>`,
    ),
  );
}

function labels(names: readonly string[], cell: number, across: Place, down: Place): string[] {
  return names.flatMap((name, i) => [
    `<text x="${NAMES - 8}" y="${fixed(down(i) + cell / 2 + 5)}" text-anchor="end">${escaped(fitted(name, NAMES - 20))}</text>`,
    `<text x="${fixed(across(i) + cell / 2)}" y="${TOP - 8}" text-anchor="middle">${escaped(fitted(name, cell))}</text>`,
  ]);
}

/** The most frequent ones, in words. */
function mistakes(confusion: Confusion, names: readonly string[]): string {
  const all = confusion.flatMap((row, label) =>
    row.flatMap((count, answer) => (label === answer || count === 0 ? [] : { label, answer, count })),
  );
  if (all.length === 0) return "No mistake.";
  const most = all.sort((a, b) => b.count - a.count).slice(0, MOST_MISTAKES);
  const told = most.map(({ label, answer, count }) => `${names[label]} for ${names[answer]} (${count})`);
  return `Most often taken: ${told.join(", ")}.`;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const fixed = (value: number): string => String(Number(value.toFixed(3)));

function isConfusion(given: unknown): boolean {
  return (
    Array.isArray(given) &&
    given.length > 0 &&
    given.every(
      (row) =>
        Array.isArray(row) &&
        row.length === given.length &&
        row.every((count) => Number.isSafeInteger(count) && (count as number) >= 0),
    )
  );
}
