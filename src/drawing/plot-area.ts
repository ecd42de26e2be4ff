/** A rectangle of a picture in which numbers have their places, with axes on its left and below. */

import { ticks } from "./ticks.js";
import { escaped, rounded } from "./xml-text.js";

/** What an axis reaches from and to. */
export interface Extent {
  readonly low: number;
  /** Above low. */
  readonly high: number;
  /** Marked at whole numbers only: it counts something. */
  readonly whole?: boolean;
}

export interface PlotPlace {
  /** In pixels. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly x: Extent;
  /** Its low is at the bottom. */
  readonly y: Extent;
}

export type Point = readonly [x: number, y: number];

/** Pixels between two marks of an axis, at least. */
const [ACROSS, UP] = [48, 28];

export class PlotArea {
  readonly #place: PlotPlace;

  constructor(place: PlotPlace) {
    this.#place = place;
  }

  /** Pixels from the left. */
  x(value: number): number {
    const { left, width, x } = this.#place;
    return left + (width * (value - x.low)) / (x.high - x.low);
  }

  /** Pixels from the top. */
  y(value: number): number {
    const { top, height, y } = this.#place;
    return top + (height * (y.high - value)) / (y.high - y.low);
  }

  /** Lines, marks, numbers and names of both axes. */
  axes(names: { readonly x: string; readonly y: string }): string[] {
    const { left, top, width, height, x, y } = this.#place;
    const [right, bottom] = [left + width, top + height];
    const across = marks(x, Math.floor(width / ACROSS));
    const up = marks(y, Math.floor(height / UP));
    return [
      ...up.map((value) => {
        const at = rounded(this.y(value));
        return `<line class="axis" stroke-opacity="0.25" x1="${left}" y1="${at}" x2="${right}" y2="${at}"/>`;
      }),
      ...up.map((value) => {
        const at = rounded(this.y(value) + 4);
        return `<text x="${left - 6}" y="${at}" text-anchor="end">${shown(value)}</text>`;
      }),
      ...across.map((value) => {
        const at = rounded(this.x(value));
        return `<line class="axis" x1="${at}" y1="${bottom}" x2="${at}" y2="${bottom + 4}"/>`;
      }),
      ...across.map((value) => {
        const at = rounded(this.x(value));
        return `<text x="${at}" y="${bottom + 18}" text-anchor="middle">${shown(value)}</text>`;
      }),
      `<line class="axis" x1="${left}" y1="${bottom}" x2="${right}" y2="${bottom}"/>`,
      `<line class="axis" x1="${left}" y1="${top}" x2="${left}" y2="${bottom}"/>`,
      `<text x="${right}" y="${bottom + 36}" text-anchor="end">${escaped(names.x)}</text>`,
      `<text x="${left}" y="${top - 8}">${escaped(names.y)}</text>`,
    ];
  }

  /** A line through points. @param more attributes besides, such as stroke-dasharray="4 3" */
  curve(points: readonly Point[], colour: string, more = ""): string {
    const places = points.map(([x, y]) => `${rounded(this.x(x))},${rounded(this.y(y))}`).join(" ");
    return `<polyline fill="none" stroke="${colour}" stroke-width="2"${more === "" ? "" : ` ${more}`} points="${places}"/>`;
  }
}

function marks({ low, high, whole = false }: Extent, most: number): number[] {
  const values = ticks(low, high, Math.max(2, most));
  return whole ? values.filter(Number.isInteger) : values;
}

function shown(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 6 });
}
