/** Values of options that are shapes and windows: read strictly, refused with a sentence. */

import type { Pair } from "../windows.js";
import { UsageError } from "./exit-codes.js";

/** A reader of "28,28,1". */
export function shapeOf(option: string): (text: string) => number[] {
  return (text) => {
    const lengths = text.split(",").map((part) => part.trim());
    if (lengths.every((part) => /^[1-9]\d{0,8}$/.test(part))) return lengths.map(Number);
    throw new UsageError(
      `${option} is ${JSON.stringify(text)}; expected lengths with commas between them, channels last, as in ${option} 28,28,1.`,
    );
  };
}

/** A reader of "1,2,2x1": a window for each stage. */
export function windowsOf(option: string): (text: string) => Pair[] {
  return (text) => text.split(",").map((part) => windowIn(option, text, part.trim()));
}

/** A reader of "2" or "2x1". */
export function windowOf(option: string): (text: string) => Pair {
  return (text) => windowIn(option, text, text.trim());
}

function windowIn(option: string, text: string, part: string): Pair {
  const [, high, wide] = /^(\d{1,5})(?:x(\d{1,5}))?$/.exec(part) ?? [];
  if (high === undefined) {
    throw new UsageError(
      `${option} is ${JSON.stringify(text)}; expected whole numbers, or height x width, as in ${option} 1,2,2x1.`,
    );
  }
  return wide === undefined ? Number(high) : [Number(high), Number(wide)];
}

/** A reader of what becomes of the last map: a word, or a window. */
export function postpoolOf(text: string): Pair | "max" | "avg" | "none" | "sum" {
  const word = (["max", "avg", "none", "sum"] as const).find((each) => each === text);
  return word ?? windowOf("--postpool")(text);
}
