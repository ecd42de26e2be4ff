/** What the lesson on learned thresholds says, in the language of the page: loaded with it. */

import { englishComparison, type ComparisonWords } from "./english-comparison.js";
import type { Language } from "./languages.js";

export type { Came } from "./english-comparison.js";

const others: { readonly [Other in Exclude<Language, "en">]: () => Promise<ComparisonWords> } = {
  de: () => import("./german-comparison.js").then(({ germanComparison }) => germanComparison),
};

export let comparisonWords: ComparisonWords = englishComparison;

/** English if the server does not give the other one. @param language as the page's `lang` has it */
export async function speakOfComparing(language: string): Promise<void> {
  const other = language in others ? others[language as keyof typeof others] : null;
  comparisonWords = other === null ? englishComparison : await other().catch(() => englishComparison);
}
