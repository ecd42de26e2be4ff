/** Argument checks shared by every public entry point. `where` names the function and argument. */

import { didYouMean } from "./nearest.js";
import { show } from "./show.js";

/** @throws TypeError unless value is a finite number */
export function checkFinite(where: string, value: unknown): number {
  if (typeof value !== "number")
    throw new TypeError(`${where} is ${show(value)}; expected a number.${numberAdvice(value)}`);
  if (!Number.isFinite(value)) {
    throw new RangeError(
      `${where} is ${show(value)}; expected a finite number. Look at the computation that gave it.`,
    );
  }
  return value;
}

/** What to try with something that is no number. */
export function numberAdvice(value: unknown): string {
  if (value === undefined) return " Give one: it has no default.";
  if (value === null) return " Give one, or leave it out if it has a default.";
  if (typeof value === "bigint") return " Write it without the n.";
  if (typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value)))
    return " Write it without quotes.";
  return "";
}

/** @throws RangeError unless value is a finite number > 0 */
export function checkPositive(where: string, value: unknown): number {
  const number = checkFinite(where, value);
  if (number <= 0) throw new RangeError(`${where} is ${show(value)}; expected a number above 0.`);
  return number;
}

/** Whether float32 holds it, rounded: it neither overflows nor vanishes without being 0. */
export function fitsFloat32(number: number): boolean {
  const rounded = Math.fround(number);
  return Number.isFinite(rounded) && (rounded !== 0 || number === 0);
}

/** Of one that does not fit: the end of a sentence. */
export const FLOAT32_EXPECTED =
  "expected a number that float32 can hold, 1.4e-45 to 3.4e38 in size. Use other units.";

/** The number rounded to float32. @throws RangeError if it overflows, or vanishes without being 0 */
export function checkFloat32(where: string, value: unknown): number {
  const number = checkFinite(where, value);
  if (!fitsFloat32(number)) throw new RangeError(`${where} is ${show(value)}; ${FLOAT32_EXPECTED}`);
  return Math.fround(number);
}

/** @throws RangeError unless value is a finite number >= 0 */
export function checkNonNegative(where: string, value: unknown): number {
  const number = checkFinite(where, value);
  if (number < 0) throw new RangeError(`${where} is ${show(value)}; expected a number of at least 0.`);
  return number;
}

/** @throws RangeError unless low <= value <= high */
export function checkBetween(where: string, value: unknown, low: number, high: number): number {
  const number = checkFinite(where, value);
  if (number < low || number > high) {
    throw new RangeError(`${where} is ${show(value)}; expected a number from ${low} to ${high}.`);
  }
  return number;
}

/** @throws RangeError unless value is an integer >= low */
export function checkInteger(where: string, value: unknown, low = 0): number {
  const number = checkFinite(where, value);
  if (!Number.isSafeInteger(number) || number < low) {
    throw new RangeError(`${where} is ${show(value)}; expected a whole number of at least ${low}.`);
  }
  return number;
}

/** @throws RangeError that lists the choices unless value is one of them */
export function checkOneOf<const T extends string>(where: string, value: unknown, choices: readonly T[]): T {
  if (typeof value !== "string" || !(choices as readonly string[]).includes(value)) {
    const hint = typeof value === "string" ? didYouMean(value, choices) : "";
    throw new RangeError(
      `${where} is ${show(value)}; expected one of ${choices.map(show).join(", ")}.${hint}`,
    );
  }
  return value as T;
}

/** @throws TypeError unless value is true or false */
export function checkBoolean(where: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw new TypeError(`${where} is ${show(value)}; expected true or false.`);
  return value;
}

/** @throws TypeError unless value is a function; `example` says of what */
export function checkFunction(where: string, value: unknown, example: string): void {
  if (typeof value !== "function") {
    throw new TypeError(`${where} is ${show(value)}; expected a function, such as ${example}.`);
  }
}

/**
 * The options object of a constructor; where it may not be left out, give `options ?? null`: null counts as none.
 *
 * @throws TypeError naming the first key that is not known
 */
export function checkOptions(where: string, options: unknown, known: readonly string[]): void {
  if (options === undefined) return;
  if (options === null) {
    throw new TypeError(`${where}: no options were given; expected an object like { ${known[0] ?? ""}: … }.`);
  }
  if (typeof options !== "object" || Array.isArray(options)) {
    throw new TypeError(
      `${where}: options are ${show(options)}; expected an object like { ${known[0] ?? ""}: … }.`,
    );
  }
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) {
      const expected = known.length === 0 ? "it takes none" : `known options are ${known.join(", ")}`;
      throw new TypeError(`${where}: unknown option ${show(key)}; ${expected}.${didYouMean(key, known)}`);
    }
  }
}

/** Array.isArray, without forgetting the element type of a read-only array. */
export function isList(value: unknown): boolean {
  return Array.isArray(value);
}
