/** What the reader types and drops, as importModel is told it. */

import type { ImportModelOptions } from "atif";

/** Typed as they are. */
const TEXTS: ReadonlySet<string> = new Set(["name", "key", "prefix"]);
const LISTS: ReadonlySet<string> = new Set(["inputShape"]);

/**
 * @param values by the option; empty ones are not given
 * @param text an experiment file (TOML) or an architecture (JSON); empty: there is none
 */
export function optionsOf(values: Readonly<Record<string, string>>, text: string): ImportModelOptions {
  const given = Object.entries(values).flatMap(([option, typed]): [string, unknown][] => {
    const value = typed.trim();
    if (value === "") return [];
    const meant = TEXTS.has(option) ? value : valueOf(value);
    return [[option, LISTS.has(option) && typeof meant === "number" ? [meant] : meant]];
  });
  return { ...Object.fromEntries(given), ...describedBy(text) };
}

function describedBy(text: string): ImportModelOptions {
  if (text.trim() === "") return {};
  // A text of one line is no path.
  return isJson(text) ? { architecture: text } : { config: `${text}\n` };
}

/** A table of TOML begins with a bracket, too: what is no JSON, and could be TOML, is. */
function isJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  return jsonOf(text) !== undefined || !/^\s*\[{1,2}\s*[\w"'-]+(\s*\.\s*[\w"'-]+)*\s*\]/.test(text);
}

/** "8, 8, 2" and "8 x 8 x 2" are lists, { kind: "LIFNode" } needs no quotes around its keys, and words are words. */
function valueOf(typed: string): unknown {
  const plain = jsonOf(typed) ?? jsonOf(typed.replace(/([{,]\s*)([A-Za-z_]\w*)(\s*:)/g, '$1"$2"$3'));
  if (plain !== undefined) return plain;
  if (/^\d+(\s*[x×]\s*\d+)+$/.test(typed)) return typed.split(/[x×]/).map(Number);
  return (/,/.test(typed) ? jsonOf(`[${typed}]`) : undefined) ?? typed;
}

/** undefined: it is none */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
