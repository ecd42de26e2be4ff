/** What a configuration file is made of once parsed: plain values, and the paths that lead to them. */

import { ConfigError } from "../../errors.js";
import { quote } from "../../show.js";

export type ConfigValue = string | number | boolean | Date | readonly ConfigValue[] | ConfigTable;

/** A table without a prototype, so that no key of a file can reach one. */
export interface ConfigTable {
  readonly [key: string]: ConfigValue;
}

/** Keys and list indices from the root of a file to a value. */
export type Path = readonly (string | number)[];

/** Deeper nesting than any experiment needs is refused. */
export const MAX_DEPTH = 32;

/** More keys than any table of an experiment has. */
const MAX_KEYS = 1024;

/** Keys and texts are cut: a path holds several. */
const SHOWN_CHARACTERS = 61;

const FORBIDDEN_KEYS: readonly string[] = ["__proto__", "constructor", "prototype"];

export function isTable(value: unknown): value is ConfigTable {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

export function isList(value: unknown): value is readonly ConfigValue[] {
  return Array.isArray(value);
}

export function emptyTable(): Record<string, ConfigValue> {
  return Object.create(null) as Record<string, ConfigValue>;
}

/** model[0].params.filters[1] */
export function formatPath(path: Path): string {
  let text = "";
  for (const segment of path) {
    if (typeof segment === "number") text += `[${segment}]`;
    else
      text +=
        (text === "" ? "" : ".") +
        (/^[\w-]{1,60}$/.test(segment) ? segment : quote(segment, SHOWN_CHARACTERS));
  }
  return text === "" ? "the file" : text;
}

/** A value as an error message shows it: in TOML's spelling, short. */
export function describe(value: unknown): string {
  if (typeof value === "string") return quote(value, SHOWN_CHARACTERS);
  if (typeof value === "number") {
    if (Number.isNaN(value)) return "nan";
    return Number.isFinite(value) ? String(value) : value > 0 ? "inf" : "-inf";
  }
  if (Array.isArray(value)) {
    const shown = value.slice(0, 6).map(describe);
    return `[${[...shown, ...(value.length > 6 ? [`… ${value.length} entries`] : [])].join(", ")}]`;
  }
  if (value instanceof Date) return `the date ${value.toISOString()}`;
  if (isTable(value)) return "a table";
  return String(value);
}

/**
 * A deep copy whose tables have no prototype.
 * @param fail called with the path and the sentence when the value cannot be part of a configuration
 * @throws ConfigError on keys that could reach a prototype, on nesting deeper than MAX_DEPTH, on tables
 *   with more than MAX_KEYS keys, on values TOML lacks
 */
export function copyValue(
  value: unknown,
  path: Path = [],
  fail: (path: Path, problem: string) => never = refuse,
): ConfigValue {
  if (path.length > MAX_DEPTH) {
    fail(path.slice(0, 3), `is nested more than ${MAX_DEPTH} levels deep; expected a flat experiment file.`);
  }
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (value instanceof Date) return value;
  if (Array.isArray(value)) return value.map((item, i) => copyValue(item, [...path, i], fail));
  if (!isTable(value))
    fail(path, `is ${describe(value)}; expected text, a number, true, false, a list or a table.`);
  const copy = emptyTable();
  const keys = Object.keys(value);
  if (keys.length > MAX_KEYS) fail(path, `has ${keys.length} keys; expected at most ${MAX_KEYS} in a table.`);
  for (const key of keys) {
    if (FORBIDDEN_KEYS.includes(key)) fail([...path, key], "is not allowed as a key; remove it.");
    copy[key] = copyValue(value[key], [...path, key], fail);
  }
  return copy;
}

function refuse(path: Path, problem: string): never {
  throw new ConfigError(`${formatPath(path)} ${problem}`);
}
