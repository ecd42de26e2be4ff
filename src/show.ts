/** Values and texts as messages show them. What comes from a stranger reaches an eye through `printable` alone. */

/** Longer strings and lists are cut: a message is read by people. */
const SHOWN_CHARACTERS = 80;
const SHOWN_ELEMENTS = 8;

/**
 * What steers a terminal or an editor, or is not seen: control and format characters (escapes, directions, zero widths,
 * byte order marks, tags), line and paragraph separators, halves of surrogate pairs.
 *
 * @source Unicode Standard, table 4-4 (general categories)
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const SHORT_ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** The text with an escape, as JSON has it, for every character that steers or hides. Twice is as good as once. */
export function printable(text: string): string {
  return text.replace(UNSEEN, (character) => SHORT_ESCAPES[character] ?? escapes(character));
}

/** One for each UTF-16 unit: \u001b */
function escapes(character: string): string {
  return character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}

/** JSON that reads back as it would without: what steers can stand within its texts only, and is escaped there. */
export function printableJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(/[^\n]+/g, printable);
}

/** Text in quotes, printable, shortened to so many characters. */
export function quote(text: string, most = SHOWN_CHARACTERS): string {
  const shown = text.length > most ? `${text.slice(0, most - 1)}…` : text;
  return printable(JSON.stringify(shown));
}

/** A value as messages name it. Unlike String(), it tells "2", 2n and [2] from 2, and names the class of an object. */
export function show(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return printable(String(value));
  if (Array.isArray(value)) return showList(value as unknown[]);
  return showObject(value);
}

function showList(list: readonly unknown[]): string {
  const shown = Array.from(list.slice(0, SHOWN_ELEMENTS), (each) =>
    Array.isArray(each) && each.length > SHOWN_ELEMENTS ? "[…]" : show(each),
  );
  return `[${shown.join(", ")}${list.length > SHOWN_ELEMENTS ? `, … ${list.length} in all` : ""}]`;
}

/** "a Map", "an Int32Array of 4", "an object". */
function showObject(value: object): string {
  const prototype = Object.getPrototypeOf(value) as { constructor?: { name?: unknown } } | null;
  const name = prototype === Object.prototype ? undefined : prototype?.constructor?.name;
  if (typeof name !== "string" || name === "") return "an object";
  const length = ArrayBuffer.isView(value) && "length" in value ? ` of ${String(value.length)}` : "";
  // As it is spoken: "an Array", "an SGD", but "a Uint8Array".
  return `${/^([AEIO]|U(?!int|RL)|[FHLMNRSX][A-Z])/.test(name) ? "an" : "a"} ${printable(name)}${length}`;
}
