/** Events of a recording: where they were, over time, on and off in two colours; and how they count into frames. */

import { checkInteger, checkOptions } from "../checks.js";
import { counted } from "../counted.js";
import { checkEvents, type Events } from "../datasets/events/events.js";
import { integrateEvents, type EventFrames } from "../datasets/events/integrate-events.js";
import { colours } from "../drawing/colours.js";
import { picture } from "../drawing/picture.js";
import { PlotArea } from "../drawing/plot-area.js";
import { escaped, rounded } from "../drawing/xml-text.js";

export interface PlotEventsOptions {
  /** Frames below, equally long; 0 for none. Default 8. */
  readonly frames?: number;
  /** Most events that are drawn over time, evenly chosen. Default 4000. */
  readonly events?: number;
}

const LEFT = 56;
const PLOT = 560;
const PANEL = 130;
const BETWEEN = 66;
const TOP = 62;
/** Side by side. */
const IN_A_ROW = 8;
/** Pixels of a frame that are drawn at most, in each direction: larger sensors are drawn in blocks. */
const MOST_CELLS = 64;
const MOST_FRAMES = 64;
const DOT = 1.6;

/**
 * SVG text: x over time, y over time, and frames, in which a pixel is blue where more of its events were on, orange where more
 * were off, and the fuller the more there were.
 *
 * @throws TypeError, ShapeError, RangeError on events as integrateEvents; RangeError on options
 */
export function plotEvents(events: Events, options: PlotEventsOptions = {}): string {
  const where = "plotEvents";
  checkEvents(where, events);
  checkOptions(where, options, ["frames", "events"]);
  const most = checkInteger(`${where}: events`, options.events ?? 4000, 1);
  const frames = checkInteger(`${where}: frames`, options.frames ?? 8);
  if (frames > MOST_FRAMES)
    throw new RangeError(
      `${where}: frames is ${frames}; expected at most ${MOST_FRAMES}, what a picture shows.`,
    );
  const { t, x, y, p, width, height } = events;
  const on = p.reduce((sum, each) => sum + (each === 0 ? 0 : 1), 0);
  const length = t.length === 0 ? 0 : t[t.length - 1] - t[0];
  const sensor = y === undefined ? counted(width, "channel") : `${width} x ${height} pixels`;
  const summary = `${counted(t.length, "event")} of ${sensor} in ${milliseconds(length)} ms: ${on} on, ${t.length - on} off`;
  const chosen = evenly(t.length, most);
  const panels = [
    { name: y === undefined ? "channel" : "x", values: x, high: width },
    ...(y === undefined ? [] : [{ name: "y", values: y, high: height }]),
  ];
  const body: string[] = [];
  let top = TOP;
  for (const { name, values, high } of panels) {
    body.push(...panel(events, values, chosen, { name, high, top, length }));
    top += PANEL + BETWEEN;
  }
  const strip = frames === 0 ? null : frameStrip(events, frames, top);
  if (strip !== null) body.push(...strip.body);
  const drawn = chosen.length === t.length ? "" : `, ${chosen.length} of them drawn over time`;
  return picture({
    id: "events",
    title: "Events of a recording",
    description: `${summary}${drawn}.${strip === null ? "" : ` Below, ${counted(frames, "frame")} of equal time.`}`,
    width: LEFT + PLOT + 24,
    height: (strip?.bottom ?? top - 20) + 16,
    body: [
      `<text class="head" x="20" y="22">${escaped(summary)}</text>`,
      `<text x="20" y="40"><tspan fill="${colours.blue}">on</tspan>, <tspan fill="${colours.orange}">off</tspan>${escaped(drawn)}</text>`,
      ...body,
    ],
  });
}

interface Panel {
  readonly name: string;
  readonly high: number;
  readonly top: number;
  readonly length: number;
}

function panel(
  { t, p }: Events,
  values: Uint16Array,
  chosen: Uint32Array,
  { name, high, top, length }: Panel,
): string[] {
  const area = new PlotArea({
    ...{ left: LEFT, top, width: PLOT, height: PANEL },
    x: { low: 0, high: Math.max(length / 1000, 0.001) },
    y: { low: 0, high, whole: true },
  });
  const dots = (isOn: boolean): string => {
    const marks: string[] = [];
    for (const i of chosen) {
      if ((p[i] !== 0) !== isOn) continue;
      const [left, up] = [area.x((t[i] - t[0]) / 1000), area.y(values[i] + 0.5)];
      marks.push(`M${rounded(left - DOT / 2)} ${rounded(up)}h${DOT}`);
    }
    return `<path stroke="${isOn ? colours.blue : colours.orange}" stroke-width="${DOT}" d="${marks.join("")}"/>`;
  };
  return [...area.axes({ x: "ms", y: name }), dots(false), dots(true)];
}

function frameStrip(events: Events, frames: number, top: number): { body: string[]; bottom: number } {
  const { width, height } = events;
  const counts = integrateEvents(events, { frames, by: "time" });
  const block = Math.max(1, Math.ceil(Math.max(width, height) / MOST_CELLS));
  const [columns, rows] = [Math.ceil(width / block), Math.ceil(height / block)];
  const step = PLOT / Math.min(IN_A_ROW, frames);
  const cell = Math.min((step - 8) / columns, 120 / rows);
  const [frameWidth, frameHeight] = [cell * columns, cell * rows];
  const body = [
    `<text x="${LEFT}" y="${top - 8}">${escaped(`${counted(frames, "frame")} of equal time`)}</text>`,
  ];
  const inBlocks = Array.from({ length: frames }, (_, frame) =>
    blocksOf(counts, frame, events, block, columns, rows),
  );
  const fullest = inBlocks.reduce((most, each) => each.reduce((a, b) => Math.max(a, Math.abs(b)), most), 1);
  for (const [frame, sums] of inBlocks.entries()) {
    const left = LEFT + (frame % IN_A_ROW) * step;
    const above = top + Math.floor(frame / IN_A_ROW) * (frameHeight + 10);
    body.push(
      `<rect class="axis" fill="none" stroke-opacity="0.5" x="${rounded(left)}" y="${rounded(above)}" width="${rounded(frameWidth)}" height="${rounded(frameHeight)}"/>`,
    );
    // Four strengths of each colour, a path each.
    for (const isOn of [true, false]) {
      for (let strength = 1; strength <= 4; strength++) {
        const marks: string[] = [];
        sums.forEach((sum, i) => {
          const own = Math.ceil((4 * Math.abs(sum)) / fullest);
          if (sum === 0 || sum > 0 !== isOn || own !== strength) return;
          const [x, y] = [left + (i % columns) * cell, above + Math.floor(i / columns) * cell];
          marks.push(`M${rounded(x)} ${rounded(y)}h${rounded(cell)}v${rounded(cell)}h-${rounded(cell)}z`);
        });
        if (marks.length === 0) continue;
        const colour = isOn ? colours.blue : colours.orange;
        body.push(`<path fill="${colour}" fill-opacity="${strength / 4}" d="${marks.join("")}"/>`);
      }
    }
  }
  return { body, bottom: top + Math.ceil(frames / IN_A_ROW) * (frameHeight + 10) };
}

/** On events less off ones, of each block of pixels. */
function blocksOf(
  { x }: EventFrames,
  frame: number,
  { width, height }: Events,
  block: number,
  columns: number,
  rows: number,
): Float64Array {
  const sums = new Float64Array(columns * rows);
  const begin = frame * width * height * 2;
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [row, column] = [Math.floor(pixel / width / block), Math.floor((pixel % width) / block)];
    sums[row * columns + column] += x[begin + 2 * pixel + 1] - x[begin + 2 * pixel];
  }
  return sums;
}

function milliseconds(microseconds: number): string {
  return String(Number((microseconds / 1000).toPrecision(4)));
}

/** All, or so many, the first among them. */
function evenly(count: number, most: number): Uint32Array {
  const length = Math.min(count, most);
  return Uint32Array.from({ length }, (_, i) => Math.floor((i * count) / length));
}
