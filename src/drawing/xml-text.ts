/** Text and numbers as they stand in SVG. */

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** For the content of an element and for the value of an attribute; also without the characters that XML does not know. */
export function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, "\u{fffd}")
    .replace(/[&<>"']/g, (character) => entities[character]);
}

/** A length or a place, to a hundredth: what nobody sees is not written. */
export const rounded = (length: number): string => String(Math.round(100 * length) / 100);
