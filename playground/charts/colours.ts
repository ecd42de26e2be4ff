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
