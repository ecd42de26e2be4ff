/** The languages that the page speaks, and which of them a reader is spoken to in. */

/** As in `lang="de"`. The first one is spoken where none other is asked for. */
export const LANGUAGES = ["en", "de"] as const;

export type Language = (typeof LANGUAGES)[number];

/**
 * @param search of the page's address: `?lang=de` comes before what the browser says
 * @param preferred of the browser, the most wanted first: ["de-AT", "en"]
 */
export function chosenLanguage(search: string, preferred: readonly string[]): Language {
  const asked = new URLSearchParams(search).get("lang");
  const wanted = asked === null ? preferred : [asked, ...preferred];
  for (const tag of wanted) {
    const known = LANGUAGES.find((language) => language === tag.trim().toLowerCase().split(/[-_]/)[0]);
    if (known !== undefined) return known;
  }
  return LANGUAGES[0];
}
