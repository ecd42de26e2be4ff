/**
 * A few cases of a kernel that have everything all of them have: each null, each flag, each small size, each remainder
 * of a large one, empty arrays and such that are shared out among threads, numbers that are not finite.
 */

import type { KernelName } from "../../src/kernels/contract.js";
import type { Argument, Case } from "./arguments.js";

/** Sizes up to here are told apart, larger ones by what remains of the most that a loop takes at once: two vectors of 16. */
const SMALL = 8;
const WIDEST = 32;
/** Elements of an array that a kernel cuts into several chunks. */
const SEVERAL_CHUNKS = 1 << 14;

function traitsOfNumber(value: number): string[] {
  if (!Number.isFinite(value)) return [String(value)];
  if (!Number.isInteger(value) || value < 0) return [value < 0 ? "negative" : "fraction"];
  return [value <= SMALL ? `${value}` : `${value % WIDEST} of ${WIDEST}`];
}

function specialNumbersIn(data: Float32Array | Int32Array): string[] {
  let [nan, infinite] = [false, false];
  for (const value of data) {
    if (value !== value) nan = true;
    else if (value === Infinity || value === -Infinity) infinite = true;
  }
  return [...(nan ? ["NaN"] : []), ...(infinite ? ["infinite"] : [])];
}

function traitsOf(argument: Argument): string[] {
  if (argument === null || typeof argument === "boolean") return [String(argument)];
  if (typeof argument === "number") return traitsOfNumber(argument);
  const { data, role } = argument;
  const traits = [role, data.length < 2 ? `length ${data.length}` : `length ${data.length % 4} of 4`];
  if (data.length >= SEVERAL_CHUNKS) traits.push("several chunks");
  if (role !== "output") traits.push(...specialNumbersIn(data));
  return traits;
}

/** What a case has that others may lack, each argument for itself. */
export function traitsOfCase({ args }: { readonly args: readonly Argument[] }): string[] {
  return args.flatMap((argument, i) => traitsOf(argument).map((trait) => `${i}: ${trait}`));
}

function sizeOf({ args }: { readonly args: readonly Argument[] }): number {
  return args.reduce<number>(
    (total, argument) =>
      argument !== null && typeof argument === "object" ? total + argument.data.length : total,
    0,
  );
}

/** The sample, in the order of the cases: again and again the case with the most new traits, the smallest of these. */
export function sampleOf<Name extends KernelName>(cases: readonly Case<Name>[]): Case<Name>[] {
  const rest = cases
    .map((test, i) => ({ i, test, size: sizeOf(test), missing: new Set(traitsOfCase(test)) }))
    .sort((a, b) => a.size - b.size || a.i - b.i);
  const chosen: { readonly i: number; readonly test: Case<Name> }[] = [];
  for (;;) {
    const best = rest.reduce((a, b) => (b.missing.size > a.missing.size ? b : a), rest[0]);
    if (best === undefined || best.missing.size === 0) break;
    chosen.push(best);
    const found = [...best.missing];
    for (const { missing } of rest) for (const trait of found) missing.delete(trait);
  }
  return chosen.sort((a, b) => a.i - b.i).map(({ test }) => test);
}
