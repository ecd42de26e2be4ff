/** What the page says, in the language that is spoken. Others than English are loaded when they are spoken. */

import { setDrawingWords } from "../../elements/words.js";
import { english, type Words } from "./english.js";
import type { Language } from "./languages.js";
import { speakOfProblems } from "./problems.js";

export type { Words } from "./english.js";

const others: { readonly [Other in Exclude<Language, "en">]: () => Promise<Words> } = {
  de: () => import("./german.js").then(({ german }) => german),
};

/** As a component reads it when it is drawn: constants of modules are made before a language is chosen. */
export let words: Words = english;

/** Before anything is drawn. @returns the language that is spoken: English if the server does not give the other one */
export async function speak(language: Language): Promise<Language> {
  try {
    const [table] = await Promise.all([
      language === "en" ? english : others[language](),
      speakOfProblems(language),
    ]);
    words = table;
    setDrawingWords(table.drawings);
  } catch {
    return language === "en" ? language : speak("en");
  }
  return language;
}
