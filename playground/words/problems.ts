/**
 * What is said of files, data and networks that cannot be used, by the page and by the worker: the worker loads these words
 * alone. Sentences of the library stay as the library says them.
 */

import { setNumberWords } from "../format.js";
import { englishProblems, type Problems } from "./english-problems.js";
import type { Language } from "./languages.js";

export type { Problems } from "./english-problems.js";

const others: { readonly [Other in Exclude<Language, "en">]: () => Promise<Problems> } = {
  de: () => import("./german-problems.js").then(({ germanProblems }) => germanProblems),
};

export let problems: Problems = englishProblems;

/** @throws if the server does not give the words; they are as they were then */
export async function speakOfProblems(language: Language): Promise<void> {
  problems = language === "en" ? englishProblems : await others[language]();
  setNumberWords(problems.numbers);
}
