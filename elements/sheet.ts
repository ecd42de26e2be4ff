/** The style sheet of all elements, made once: a policy of a page against inline styles does not forbid it. */

import text from "./style.css?inline";

let made: CSSStyleSheet | null = null;

export function sheet(): CSSStyleSheet {
  if (made === null) {
    made = new CSSStyleSheet();
    made.replaceSync(text);
  }
  return made;
}
