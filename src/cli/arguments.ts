/** Values of options: read strictly, refused with a sentence. */

import { operationEstimations, type OpEstimations } from "../energy/estimations.js";
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

/** A reader of numbers between 0 and 1, without both. */
export function partBelowOne(option: string, example: number): (text: string) => number {
  return (text) => {
    const value = /^[\d.]+(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
    if (value > 0 && value < 1) return value;
    throw new UsageError(
      `${option} is ${JSON.stringify(text)}; expected a number between 0 and 1, as in ${option} ${example}.`,
    );
  };
}

const BACKENDS: readonly BackendName[] = ["wasm", "native", "reference"];

export function backendName(text: string): BackendName {
  const known = BACKENDS.find((name) => name === text);
  if (known !== undefined) return known;
  throw new UsageError(
    `--backend is ${JSON.stringify(text)}; expected one of ${BACKENDS.join(", ")}.${didYouMean(text, BACKENDS)}`,
  );
}

/** A path of the file system. */
export function pathOf(option: string, what = "a folder"): (text: string) => string {
  return (text) => {
    if (text !== "" && !text.includes("\0")) return text;
    throw new UsageError(`${option} is ${JSON.stringify(text)}; expected the path of ${what}.`);
  };
}

/** A reader of one of a few words. */
export function oneOf<const T extends string>(option: string, words: readonly T[]): (text: string) => T {
  return (text) => {
    const known = words.find((word) => word === text);
    if (known !== undefined) return known;
    throw new UsageError(
      `${option} is ${JSON.stringify(text)}; expected one of ${words.join(", ")}.${didYouMean(text, words)}`,
    );
  };
}

/** Some of the words, as in "csv,tensorboard". */
export function severalOf<const T extends string>(
  option: string,
  words: readonly T[],
): (text: string) => T[] {
  const word = oneOf(option, words);
  return (text) => [...new Set(text.split(",").map((each) => word(each.trim())))];
}

/** "linear" for both, or "add=linear,mul=quadratic". */
export function opEstimations(text: string): OpEstimations {
  const option = "--op-estimation";
  const way = oneOf(option, operationEstimations);
  if (!text.includes("=")) return { add: way(text), mul: way(text) };
  const both =
    /^add=(?<add>\w+),mul=(?<mul>\w+)$/.exec(text) ?? /^mul=(?<mul>\w+),add=(?<add>\w+)$/.exec(text);
  const { add = "", mul = "" } = both?.groups ?? {};
  if (both !== null) return { add: way(add), mul: way(mul) };
  throw new UsageError(
    `${option} is ${JSON.stringify(text)}; expected a way for both operations, as in ${option} add=linear,mul=quadratic, ` +
      `or one word for both.`,
  );
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
