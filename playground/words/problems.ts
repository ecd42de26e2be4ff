/**
 * What is said of files, data and networks that cannot be used, by the page and by the worker: the worker loads these words
 * alone.
 */

import { setNumberWords } from "../format.js";
import { englishProblems, type Problems } from "./english-problems.js";
import type { Language } from "./languages.js";
import type { OfLibrary } from "./of-library.js";

export type { Problems } from "./english-problems.js";

const others: {
  readonly [Other in Exclude<Language, "en">]: () => Promise<readonly [Problems, OfLibrary]>;
} = {
  de: () =>
    import("./german-problems.js").then(
      ({ germanProblems, germanOfLibrary }) => [germanProblems, germanOfLibrary] as const,
    ),
};

export let problems: Problems = englishProblems;

/** null: who reads English is told what the library says. */
export let ofLibrary: OfLibrary | null = null;

/** @throws if the server does not give the words; they are as they were then */
export async function speakOfProblems(language: Language): Promise<void> {
  [problems, ofLibrary] = language === "en" ? [englishProblems, null] : await others[language]();
  setNumberWords(problems.numbers);
}
