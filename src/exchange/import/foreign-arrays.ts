/** The arrays that a file of another tool holds, by name: what a network is made from, whatever the file is. */

import { FormatError } from "../../errors.js";
import { quote } from "../../show.js";
import type { FidelityNote } from "../fidelity-report.js";

/** One array, row-major, in PyTorch's layout. */
export interface ForeignArray {
  /** As the file calls it: "F32", "float16". */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** As numbers. @throws FormatError for what are none here */
  readonly data: ArrayLike<number>;
}

export type ForeignArrays = ReadonlyMap<string, ForeignArray>;

/** What was read of a file, and what is to be said about it. */
export interface ReadArrays {
  readonly arrays: ForeignArrays;
  readonly notes: readonly FidelityNote[];
}

const WRAPPERS = ["module.", "model."];

/**
 * Names as the network itself has them. What wraps a network puts its own name in front of all of them: nn.DataParallel
 * "module.", a LightningModule "model.".
 *
 * @param source what messages call the file
 * @param asked a prefix to take away; arrays without it are left out, which is said
 * @throws FormatError if no name begins with what was asked for
 */
export function withoutPrefix({ arrays, notes }: ReadArrays, source: string, asked?: string): ReadArrays {
  if (asked !== undefined) return withoutAsked({ arrays, notes }, source, asked);
  const names = [...arrays.keys()];
  const taken: string[] = [];
  const rest = (name: string): string => name.slice(taken.join("").length);
  for (;;) {
    const found = WRAPPERS.find(
      (prefix) => names.length > 0 && names.every((name) => rest(name).startsWith(prefix)),
    );
    if (found === undefined) break;
    taken.push(found);
  }
  if (taken.length === 0) return { arrays, notes };
  const prefix = taken.join("");
  const note: FidelityNote = {
    layer: null,
    what: `${quote(prefix)} taken from the beginning of all names`,
    why: "it names what the network was wrapped in, and no layer.",
    verdict: "exact",
  };
  return { arrays: new Map([...arrays].map(([name, each]) => [rest(name), each])), notes: [...notes, note] };
}

function withoutAsked({ arrays, notes }: ReadArrays, source: string, prefix: string): ReadArrays {
  const kept = [...arrays].filter(([name]) => name.startsWith(prefix) && name !== prefix);
  if (kept.length === 0) {
    const [first = "none"] = arrays.keys();
    throw new FormatError(
      `${source}: no name begins with the prefix ${quote(prefix)}; expected one such as that of ${quote(first)}. ` +
        "Leave the prefix out, or name another.",
    );
  }
  const left = [...arrays.keys()].filter((name) => !name.startsWith(prefix));
  const stripped = new Map(kept.map(([name, each]) => [name.slice(prefix.length), each]));
  if (left.length === 0) return { arrays: stripped, notes };
  const note: FidelityNote = {
    layer: null,
    what: `${listed(left)} left out`,
    why: `the network was asked for as what begins with ${quote(prefix)}.`,
    verdict: "exact",
  };
  return { arrays: stripped, notes: [...notes, note] };
}

const MOST_LISTED = 5;

/** Names of arrays in a sentence; of many, the first. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_LISTED).join(", ");
  return names.length > MOST_LISTED ? `${shown} and ${names.length - MOST_LISTED} more` : shown;
}

/** What is said of types that are not float32. */
export function dtypeNotes(arrays: ForeignArrays): FidelityNote[] {
  const count = (dtypes: readonly string[]): number =>
    [...arrays.values()].filter(({ dtype }) => dtypes.includes(dtype)).length;
  const note = (what: string, why: string): FidelityNote => ({ layer: null, what, why, verdict: "exact" });
  const [halves, brains, doubles] = [
    ["F16", "float16"],
    ["BF16", "bfloat16"],
    ["F64", "float64"],
  ].map(count);
  return [
    ...(halves === 0 ? [] : [note("float16 widened to float32", "float32 holds each of its numbers.")]),
    ...(brains === 0 ? [] : [note("bfloat16 widened to float32", "float32 holds each of its numbers.")]),
    ...(doubles === 0 ? [] : [roundingOf(arrays)]),
  ];
}

/** float64 that float32 holds is as good as float32. */
function roundingOf(arrays: ForeignArrays): FidelityNote {
  const rounded = [...arrays]
    .filter(([, { dtype, data }]) => ["F64", "float64"].includes(dtype) && !isFloat32(data))
    .map(([name]) => name);
  if (rounded.length === 0)
    return {
      layer: null,
      what: "float64 read as float32",
      why: "float32 holds each of its numbers.",
      verdict: "exact",
    };
  return {
    layer: null,
    what: `float64 rounded to float32 in ${listed(rounded)}`,
    why: "networks here compute with float32; a spike at the very edge of a threshold may come another time.",
    verdict: "approximate",
  };
}

function isFloat32(data: ArrayLike<number>): boolean {
  for (let i = 0; i < data.length; i++) if (!Object.is(Math.fround(data[i]), data[i])) return false;
  return true;
}
