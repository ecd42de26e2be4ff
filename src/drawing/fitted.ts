/** Text of a length that nobody knows before, for a place of a width that is known. */

/** Wide enough for the letters of common fonts at 13 pixels: who draws does not know which one shows the picture. */
const LETTER = { plain: 6.6, bold: 8.3 } as const;

/**
 * The text, or its end behind an ellipsis: what tells layers apart stands at the end of their names.
 *
 * @param width in pixels. @param behind what comes after it in the same place
 */
export function fitted(
  text: string,
  width: number,
  weight: keyof typeof LETTER = "plain",
  behind = "",
): string {
  const most = Math.max(2, Math.floor(width / LETTER[weight]) - behind.length);
  const letters = [...text];
  const own = letters.length <= most ? text : `…${letters.slice(letters.length - most + 1).join("")}`;
  return own + behind;
}
