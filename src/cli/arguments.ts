/** Values of options: read strictly, refused with a sentence. */

import { nearest } from "../nearest.js";
import type { BackendName } from "../kernels/backend.js";
import { UsageError } from "./exit-codes.js";

/** A reader of whole numbers for the option of that name. */
export function wholeNumber(
  option: string,
  example: number,
  low: number,
  high: number,
): (text: string) => number {
  return (text) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
    if (value >= low && value <= high) return value;
    throw new UsageError(
      `${option} is ${JSON.stringify(text)}; expected a whole number from ${low} to ${high}, as in ${option} ${example}.`,
    );
  };
}

/** A reader of whole numbers of either sign for the option of that name. */
export function signedNumber(option: string, most: number): (text: string) => number {
  return (text) => {
    const value = /^-?\d{1,16}$/.test(text) ? Number(text) : NaN;
    if (Math.abs(value) <= most) return value;
    throw new UsageError(
      `${option} is ${JSON.stringify(text)}; expected a whole number from -${most} to ${most}, as in ${option} 4.`,
    );
  };
}

/** A reader of numbers above 0 for the option of that name. */
export function positiveNumber(option: string, example: number): (text: string) => number {
  return (text) => {
    const value = /^[\d.]+(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
    if (value > 0 && Number.isFinite(value)) return value;
    throw new UsageError(
      `${option} is ${JSON.stringify(text)}; expected a number above 0, as in ${option} ${example}.`,
    );
  };
}

const BACKENDS: readonly BackendName[] = ["wasm", "reference"];

export function backendName(text: string): BackendName {
  const known = BACKENDS.find((name) => name === text);
  if (known !== undefined) return known;
  throw new UsageError(
    `--backend is ${JSON.stringify(text)}; expected one of ${BACKENDS.join(", ")}.${didYouMean(text, BACKENDS)}`,
  );
}

/** A path of the file system. */
export function pathOf(option: string): (text: string) => string {
  return (text) => {
    if (text !== "" && !text.includes("\0")) return text;
    throw new UsageError(`${option} is ${JSON.stringify(text)}; expected the path of a folder.`);
  };
}

/** Collects an option that may be given several times. */
export function collect(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

/** " Did you mean x?", or nothing if nothing is near. @param before stands before what was meant, and is not compared */
export function didYouMean(word: string, candidates: Iterable<string>, before = ""): string {
  const near = word.length > 64 ? undefined : nearest(word, candidates);
  return near === undefined ? "" : ` Did you mean ${before}${near}?`;
}

/**
 * Settings of the configuration may be given as options of their own, as Qualia has them:
 * --model.0.epochs=3 becomes --set model.0.epochs=3.
 */
export function spellOutSettings(argv: readonly string[]): string[] {
  const end = argv.indexOf("--");
  return argv.flatMap((word, i) =>
    (end < 0 || i < end) && /^--[A-Za-z_]\w*(\.\w+)+(=|$)/.test(word) ? ["--set", word.slice(2)] : [word],
  );
}
