/** What was measured epoch by epoch: loss, accuracy, thresholds, spikes. */

import { counted } from "../counted.js";
import { colours } from "../drawing/colours.js";
import { fitted } from "../drawing/fitted.js";
import { picture } from "../drawing/picture.js";
import { PlotArea, type Point } from "../drawing/plot-area.js";
import { escaped } from "../drawing/xml-text.js";
import { show } from "../show.js";
import type { EpochMetrics } from "../training/epoch-metrics.js";

/** What is drawn of an epoch; the lines of metrics.jsonl have it. */
export type PlottedEpoch = Pick<
  EpochMetrics,
  "epoch" | "trainLoss" | "trainAccuracy" | "validation" | "spikesPerInference" | "layers"
>;

interface Curve {
  readonly label: string;
  readonly colour: string;
  readonly points: readonly Point[];
}

const PANEL = { left: 64, width: 300, height: 170, across: 76, down: 120 } as const;
const TOP = 60;
const palette = Object.values(colours);
/** More curves than colours are not told apart. */
const MOST_CURVES = palette.length;

/**
 * SVG text.
 *
 * @param epochs in order, those of Trainer.fit() or of metrics.jsonl
 * @throws TypeError for anything else; RangeError for none
 */
export function plotTraining(epochs: readonly PlottedEpoch[]): string {
  const where = "plotTraining";
  if (!areEpochs(epochs)) {
    throw new TypeError(`${where}: the epochs are ${show(epochs)}; expected the metrics that fit() returns.`);
  }
  if (epochs.length === 0) throw new RangeError(`${where}: no epoch; expected at least one.`);
  const last = epochs[epochs.length - 1];
  const summary =
    `${counted(epochs.length, "epoch")}: loss ${short(last.trainLoss)} in training` +
    (last.validation === null ? "" : `, ${short(last.validation.loss)} in validation`);
  const panels = panelsOf(epochs);
  return picture({
    id: "training",
    title: "The training, epoch by epoch",
    description: `${summary}. ${panels.flatMap(({ curves }) => curves.map(described)).join(" ")}`,
    width: 2 * (PANEL.width + PANEL.across) + 16,
    height: TOP + Math.ceil(panels.length / 2) * (PANEL.height + PANEL.down),
    body: [
      `<text class="head" x="16" y="22">${escaped(summary)}</text>`,
      ...panels.flatMap((panel, i) =>
        drawn(
          panel,
          epochs,
          PANEL.left + (i % 2) * (PANEL.width + PANEL.across),
          TOP + 12 + Math.floor(i / 2) * (PANEL.height + PANEL.down),
        ),
      ),
    ],
  });
}

interface Panel {
  readonly name: string;
  readonly curves: readonly Curve[];
}

function panelsOf(epochs: readonly PlottedEpoch[]): Panel[] {
  const curve = (
    label: string,
    index: number,
    read: (epoch: PlottedEpoch) => number | null | undefined,
  ): Curve => ({
    label,
    colour: palette[index % MOST_CURVES],
    points: epochs.flatMap((epoch): Point[] => {
      const value = read(epoch);
      return value === null || value === undefined || !Number.isFinite(value) ? [] : [[epoch.epoch, value]];
    }),
  });
  const names = epochs[0].layers.slice(0, MOST_CURVES).map(({ name }) => name);
  const percent = (part: number | null | undefined): number | null =>
    part === null || part === undefined ? null : 100 * part;
  const panels = [
    {
      name: "loss",
      curves: [
        curve("training", 0, ({ trainLoss }) => trainLoss),
        curve("validation", 1, ({ validation }) => validation?.loss),
      ],
    },
    {
      name: "accuracy, %",
      curves: [
        curve("training", 0, ({ trainAccuracy }) => percent(trainAccuracy)),
        curve("validation", 1, ({ validation }) => percent(validation?.accuracy)),
      ],
    },
    {
      name: "theta",
      curves: names.map((name, i) =>
        curve(name, i, ({ layers }) => layers.find((layer) => layer.name === name)?.theta),
      ),
    },
    {
      name: "spikes per inference",
      curves: [curve("all layers", 3, ({ spikesPerInference }) => spikesPerInference)],
    },
  ];
  return panels
    .map(({ name, curves }) => ({ name, curves: curves.filter(({ points }) => points.length > 0) }))
    .filter(({ curves }) => curves.length > 0);
}

function drawn(
  { name, curves }: Panel,
  epochs: readonly PlottedEpoch[],
  left: number,
  top: number,
): string[] {
  const values = curves.flatMap(({ points }) => points.map(([, y]) => y));
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = most > least ? 0.06 * (most - least) : Math.abs(most) * 0.06 || 1;
  const [first, last] = [epochs[0].epoch, epochs[epochs.length - 1].epoch];
  const area = new PlotArea({
    left,
    top,
    width: PANEL.width,
    height: PANEL.height,
    x: { low: first === last ? first - 1 : first, high: last, whole: true },
    y: { low: least - room, high: most + room },
  });
  const below = top + PANEL.height + 40;
  return [
    ...area.axes({ x: "epoch", y: name }),
    ...curves.map(({ points, colour }) =>
      points.length === 1 ? dot(area, points[0], colour) : area.curve(points, colour),
    ),
    ...curves.map(({ label, colour }, i) => {
      const x = left + (i % 2) * 150;
      const y = below + Math.floor(i / 2) * 17 + 14;
      return `<rect x="${x}" y="${y - 10}" width="12" height="12" fill="${colour}"/><text x="${x + 17}" y="${y}">${escaped(fitted(label, 124))}</text>`;
    }),
  ];
}

function dot(area: PlotArea, [x, y]: Point, colour: string): string {
  return `<circle cx="${area.x(x)}" cy="${area.y(y)}" r="4" fill="${colour}"/>`;
}

function described({ label, points }: Curve): string {
  const [first, last] = [points[0][1], points[points.length - 1][1]];
  return `${label}: from ${short(first)} to ${short(last)}.`;
}

const short = (value: number): string => String(Number(value.toPrecision(4)));

function areEpochs(given: unknown): boolean {
  return (
    Array.isArray(given) &&
    given.every((each: { trainLoss?: unknown } | null) => typeof each?.trainLoss === "number")
  );
}
