/** Keys and values of Qualia that change nothing here: which pass, what is said about the others, and why. */

import type { ConfigValue } from "./config-tree.js";

export interface IgnoredKey {
  /** Values that mean what this library does anyway; "any": whatever stands there. */
  readonly passes: readonly ConfigValue[] | "any";
  /** What else there is to know of it, for the reference. */
  readonly note?: string;
  /** As `passes`, where a list of values does not say it. */
  readonly accepts?: (value: ConfigValue) => boolean;
  /** About any other value; follows "is 0; ". */
  readonly problem: string;
  /** refuse: an error when strict, a warning when lenient; warn: a warning in both. */
  readonly otherwise: "refuse" | "warn";
}

export type IgnoredKeys = Readonly<Record<string, IgnoredKey>>;

export function ignoredAlways(note: string): IgnoredKey {
  return { passes: "any", note, problem: "", otherwise: "warn" };
}

export function ignoredIf(
  passes: readonly ConfigValue[],
  problem: string,
  otherwise: IgnoredKey["otherwise"] = "refuse",
): IgnoredKey {
  return { passes, problem, otherwise };
}

export function passes({ passes, accepts }: IgnoredKey, value: ConfigValue): boolean {
  return passes === "any" || accepts?.(value) === true || passes.includes(value);
}

/** Values of a key that is known, with which it counts as left out. */
export interface PassedOver {
  readonly values: readonly ConfigValue[];
  /** Follows 'is "torch"; '. */
  readonly instead: string;
}
