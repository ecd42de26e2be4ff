/** Levels of lists and objects that files may have. What works on JSON may recur, and a stack is soon full. */
export const MOST_LEVELS = 64;

/** Whether JSON text goes deeper than MOST_LEVELS. Of text that is no JSON it may say either. */
export function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '"') i = endOfText(text, i);
    else if (character === "[" || character === "{") {
      if (++depth > MOST_LEVELS) return true;
    } else if (character === "]" || character === "}") depth--;
  }
  return false;
}

/** The position of the quote that closes the one at `start`, or the end. */
function endOfText(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === '"') return i;
  }
  return text.length;
}
