/** The colours of the style sheet, for what is drawn on a canvas. */

export interface ThemeColours {
  readonly ink: string;
  readonly paper: string;
  readonly grid: string;
  readonly spike: string;
  readonly seriesColours: readonly string[];
}

/** How many --series-N there are in style.css. */
export const SERIES_COLOURS = 6;

export function themeColours(): ThemeColours {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  return {
    ink: read("--ink-soft"),
    paper: read("--paper"),
    grid: read("--grid"),
    spike: read("--spike"),
    seriesColours: Array.from({ length: SERIES_COLOURS }, (_, i) => read(`--series-${i}`)),
  };
}

export type Colour = readonly [red: number, green: number, blue: number];

/** Of "#rrggbb", or "#rgb", as which a bundler may write it. */
export function parseColour(text: string): Colour {
  const digits = text.slice(1);
  const long = digits.length === 3 ? digits.replace(/./g, "$&$&") : digits;
  const value = Number.parseInt(long, 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** As a pixel of an ImageData seen as 32-bit words, on a little-endian machine, which all with a browser are. */
export function mix(from: Colour, to: Colour, share: number): number {
  const at = (i: 0 | 1 | 2): number => Math.round(from[i] + (to[i] - from[i]) * share);
  return (255 << 24) | (at(2) << 16) | (at(1) << 8) | at(0);
}
