/** Values as messages show them. */

/** Longer strings and lists are cut: a message is read by people. */
const SHOWN_CHARACTERS = 80;
const SHOWN_ELEMENTS = 8;

/** A value as messages name it. Unlike String(), it tells "2", 2n and [2] from 2, and names the class of an object. */
export function show(value: unknown): string {
  if (typeof value === "string") {
    return value.length > SHOWN_CHARACTERS
      ? `${JSON.stringify(value.slice(0, SHOWN_CHARACTERS))}…`
      : JSON.stringify(value);
  }
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
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
  return `${/^([AEIO]|U(?!int|RL)|[FHLMNRSX][A-Z])/.test(name) ? "an" : "a"} ${name}${length}`;
}

/** Text of a stranger, in quotes, shortened, without characters that could steer a terminal. */
export function quote(text: string): string {
  const shown = text.length > 80 ? `${text.slice(0, 79)}…` : text;
  return JSON.stringify(shown).replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
