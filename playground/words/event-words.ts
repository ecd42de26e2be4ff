/** What is said of sequences, in the language of the page: loaded with what draws them. */

import { englishEvents, type EventWords } from "./english-events.js";
import type { Language } from "./languages.js";

const others: { readonly [Other in Exclude<Language, "en">]: () => Promise<EventWords> } = {
  de: () => import("./german-events.js").then(({ germanEvents }) => germanEvents),
};

export let eventWords: EventWords = englishEvents;

/** English if the server does not give the other one. @param language as the page's `lang` has it */
export async function speakOfEvents(language: string): Promise<void> {
  const other = language in others ? others[language as keyof typeof others] : null;
  eventWords = other === null ? englishEvents : await other().catch(() => englishEvents);
}
