/** Values and meanings of keys, as the reference of experiment files and the starter file write them. */

/** A value on one line, as a file has it. */
export function toml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toml).join(", ")}]`;
  // TOML's escapes are JSON's, and one character more has to be escaped.
  if (typeof value === "string") return JSON.stringify(value).replaceAll("\u007f", "\\u007f");
  if (typeof value !== "object" || value === null) return String(value);
  const entries = Object.entries(value).map(([key, each]) => `${key} = ${toml(each)}`);
  return `{ ${entries.join(", ")} }`;
}

export function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
