/**
 * What goes wrong as the reader is told it: the page's own sentences as they are, those of the library in a sentence of the language
 * that is spoken, with its own behind it. Which sentence, the class of the error says.
 */

import type { LibraryProblem } from "../words/of-library.js";
import { ofLibrary } from "../words/problems.js";

export interface ToldError {
  readonly sentence: string;
  /** What the library says, in English; null: the sentence says it. */
  readonly detail: string | null;
}

/** By the name, which what is bundled keeps. */
const KINDS: Readonly<Record<string, LibraryProblem>> = {
  FormatError: "format",
  ConfigError: "config",
  ShapeError: "shape",
  OutOfMemoryError: "memory",
  DivergenceError: "divergence",
  MissingFactsError: "asks",
  MissingKeyError: "asks",
};

/** @param file that was read, if one was */
export function toldError(error: unknown, file: string | null = null): ToldError {
  const own = error instanceof Error ? error.message : String(error);
  // The page throws plain errors, with sentences of the tables.
  const isOfPage = error instanceof Error && error.constructor === Error && error.name === "Error";
  if (ofLibrary === null || isOfPage) return { sentence: own, detail: null };
  return { sentence: ofLibrary[kindOf(error)](file), detail: own };
}

function kindOf(error: unknown): LibraryProblem {
  if (!(error instanceof Error)) return "other";
  // "Array buffer allocation failed", "could not allocate memory": of the browser.
  if (error instanceof RangeError && /alloc|out of memory/i.test(error.message)) return "memory";
  return KINDS[error.name] ?? "other";
}
