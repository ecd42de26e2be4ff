/** What the library refuses, in languages that are not its own: a sentence for each kind, beside which stands what it says. */

/** By the class of its error. */
export type LibraryProblem = "format" | "config" | "shape" | "memory" | "divergence" | "asks" | "other";

/** @param file that was read, if one was */
export type OfLibrary = { readonly [Kind in LibraryProblem]: (file: string | null) => string };
