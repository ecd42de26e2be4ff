/** The colours of the style sheet, for what is drawn on a canvas. */

export interface ThemeColours {
  readonly ink: string;
  readonly paper: string;
  readonly grid: string;
  readonly spike: string;
  readonly accent: string;
  readonly seriesColours: readonly string[];
}

/** How many --series-N there are in a style sheet. */
export const SERIES_COLOURS = 6;

/** Of the whole page, in the scheme that they were read in: a canvas that is painted often does not ask for them anew. */
let ofPage: { readonly scheme: string; readonly colours: ThemeColours } | null = null;

export function pageColours(): ThemeColours {
  const root = document.documentElement;
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  const scheme = `${getComputedStyle(root).colorScheme} ${isDark}`;
  if (ofPage?.scheme !== scheme) ofPage = { scheme, colours: themeColours(root) };
  return ofPage.colours;
}

/** @param at where they are read: a part of a page may have its own */
export function themeColours(at: HTMLElement): ThemeColours {
  const style = getComputedStyle(at);
  const read = (name: string): string => {
    const text = style.getPropertyValue(name).trim();
    return text.startsWith("#") ? text : resolved(at, name);
  };
  return {
    ink: read("--ink-soft"),
    paper: read("--paper"),
    grid: read("--grid"),
    spike: read("--spike"),
    accent: read("--accent"),
    seriesColours: Array.from({ length: SERIES_COLOURS }, (_, i) => read(`--series-${i}`)),
  };
}

/** A custom property is a text, such as light-dark(…); as the colour of an element it becomes one. */
function resolved(at: HTMLElement, name: string): string {
  const own = at.style.color;
  at.style.color = `var(${name})`;
  const { color } = getComputedStyle(at);
  at.style.color = own;
  return color;
}

export type Colour = readonly [red: number, green: number, blue: number];

/** Of any colour of CSS. */
export function parseColour(text: string): Colour {
  const [, digits] = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text) ?? [];
  if (digits !== undefined) {
    // "#rgb" is how a bundler may write it.
    const long = digits.length === 3 ? digits.replace(/./g, "$&$&") : digits;
    const value = Number.parseInt(long, 16);
    return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
  }
  const [, red, green, blue] = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(text) ?? [];
  return red === undefined ? painted(text) : [Number(red), Number(green), Number(blue)];
}

/** The browser knows: names, other spaces of colour. */
function painted(colour: string): Colour {
  const context = new OffscreenCanvas(1, 1).getContext("2d");
  if (context === null) return [0, 0, 0];
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}

/** As a pixel of an ImageData seen as 32-bit words, on a little-endian machine, which all with a browser are. */
export function mix(from: Colour, to: Colour, share: number): number {
  const at = (i: 0 | 1 | 2): number => Math.round(from[i] + (to[i] - from[i]) * share);
  return (255 << 24) | (at(2) << 16) | (at(1) << 8) | at(0);
}
