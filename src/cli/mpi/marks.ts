/** What ranks tell the `atif train --ranks` that started them, between the lines that are said to users. */

/** A character that no sentence has: what is printed is made printable. */
const MARK = "\u001eatif ";

export type Told =
  /** Rank 0 is there. */
  | { readonly begun: true }
  /** The folder of the run, as users write it. */
  | { readonly folder: string }
  /** How a rank ended; of those that helped only what went wrong. */
  | { readonly rank: number; readonly exitCode: number };

export function mark(told: Told): string {
  return `${MARK}${JSON.stringify(told)}`;
}

/** null: it is a line for users. */
export function toldIn(line: string): Told | null {
  if (!line.startsWith(MARK)) return null;
  try {
    return JSON.parse(line.slice(MARK.length)) as Told;
  } catch {
    return null;
  }
}
