/** Checks that parsed JSON from a file is what it should be. A check returns the value, or throws a sentence that starts with where it stands. */

import { FormatError, messageOf } from "../errors.js";
import { quote } from "../show.js";
import { isTooDeep, MOST_LEVELS } from "./json-depth.js";

/** @throws FormatError */
export type Check<T> = (where: string, value: unknown) => T;

/** @param what names the text in messages: `m.safetensors: the architecture` */
export function parseJson<T>(what: string, text: string, check: Check<T>): T {
  if (isTooDeep(text)) {
    throw new FormatError(
      `${what} is nested more than ${MOST_LEVELS} levels deep; expected fewer, as atif writes. Do not use this file.`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new FormatError(
      `${what} is no JSON (${messageOf(error)}); expected what atif writes. Save the file again.`,
      {
        cause: error,
      },
    );
  }
  return check(what, value);
}

export const isText: Check<string> = (where, value) => {
  if (typeof value === "string") return value;
  throw refusal(where, value, "text");
};

export const isBoolean: Check<boolean> = (where, value) => {
  if (typeof value === "boolean") return value;
  throw refusal(where, value, "true or false");
};

export const isNumber: Check<number> = (where, value) => {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw refusal(where, value, "a finite number");
};

export const isCount: Check<number> = (where, value) => {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw refusal(where, value, "a whole number of at least 0");
};

export function nullOr<T>(check: Check<T>): Check<T | null> {
  return (where, value) => (value === null ? null : check(where, value));
}

/** What may be missing. */
export function optional<T>(check: Check<T>): Check<T | undefined> {
  return (where, value) => (value === undefined ? undefined : check(where, value));
}

export function listOf<T>(check: Check<T>): Check<T[]> {
  return (where, value) => {
    if (!Array.isArray(value)) throw refusal(where, value, "a list");
    return value.map((element, i) => check(`${where}[${i}]`, element));
  };
}

/** Any names, each with a value of one kind. */
export function recordOf<T>(check: Check<T>): Check<Record<string, T>> {
  return (where, value) => {
    const entries = Object.entries(objectAt(where, value));
    return Object.fromEntries(entries.map(([name, each]) => [name, check(`${where}.${quote(name)}`, each)]));
  };
}

/** These names; others are left out. */
export function objectOf<T extends object>(fields: { readonly [K in keyof T]-?: Check<T[K]> }): Check<T> {
  return (where, value) => {
    const object = objectAt(where, value);
    const names = Object.keys(fields) as (keyof T & string)[];
    const found = names.map((name) => [
      name,
      fields[name](`${where}.${name}`, Object.hasOwn(object, name) ? object[name] : undefined),
    ]);
    return Object.fromEntries(found) as T;
  };
}

export const anyObject: Check<Record<string, unknown>> = objectAt;

function objectAt(where: string, value: unknown): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw refusal(where, value, "an object");
}

function refusal(where: string, value: unknown, expected: string): FormatError {
  const shown = value === undefined ? "missing" : quote(JSON.stringify(value)).slice(1, -1);
  return new FormatError(
    `${where} is ${shown}; expected ${expected}. The file is damaged, or another program wrote it.`,
  );
}
