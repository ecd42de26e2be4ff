/** Types of single values: what is allowed, what an error says was expected, how a value is written to a file. */

import { fitsFloat32, FLOAT32_EXPECTED } from "../checks.js";
import { didYouMean } from "../nearest.js";
import { refuse, type Place } from "./place.js";

export interface ValueType<V> {
  /** Completes "expected …". */
  readonly expects: string;
  /** @returns the value in the form that code works with. @throws the place's error */
  read(value: unknown, place: Place): V;
  /** As a file spells it. */
  write(value: V): unknown;
  /** Of options within an option, for the reference: names, types and what they mean. */
  readonly parts?: object;
}

interface Bounds {
  /** value >= from */
  readonly from?: number;
  /** value > above */
  readonly above?: number;
  /** value <= to */
  readonly to?: number;
  /** value < below */
  readonly below?: number;
}

/** Longer lists are not what any option means. */
const MAX_ENTRIES = 1024;
const MAX_TEXT = 4096;

function keep(value: unknown): unknown {
  return value;
}

function finite(value: unknown, place: Place, expects: string): number {
  if (typeof value !== "number") return place.mistype(value, "a number", expects);
  if (Number.isFinite(value)) return value;
  return place.notFinite(value, expects);
}

/**
 * A whole number; the upper limit is there so that a slip is refused before memory is spent.
 *
 * @param low -Infinity: any
 */
/* @__NO_SIDE_EFFECTS__ */
export function whole(low: number, high = Number.MAX_SAFE_INTEGER): ValueType<number> {
  const expects = low === -Infinity ? "a whole number" : `a whole number of at least ${low}`;
  return {
    expects,
    read(value, place) {
      const number = finite(value, place, expects);
      if (!Number.isSafeInteger(number) || number < low) return refuse(place, number, expects);
      return number <= high ? number : refuse(place, number, `a whole number from ${low} to ${high}`);
    },
    write: keep,
  };
}

/** A finite number within bounds. */
/* @__NO_SIDE_EFFECTS__ */
export function real(bounds: Bounds = {}): ValueType<number> {
  const { from = -Infinity, above = -Infinity, to = Infinity, below = Infinity } = bounds;
  const expects = expectedReal(bounds);
  return {
    expects,
    read(value, place) {
      const number = finite(value, place, expects);
      if (number < from || number <= above || number > to || number >= below)
        return refuse(place, number, expects);
      return number;
    },
    write: keep,
  };
}

function expectedReal({ from, above, to, below }: Bounds): string {
  if (from !== undefined && to !== undefined) return `a number from ${from} to ${to}`;
  const low = from !== undefined ? `of at least ${from}` : above !== undefined ? `above ${above}` : "";
  const high = to !== undefined ? `at most ${to}` : below !== undefined ? `below ${below}` : "";
  const range = [low, high].filter((part) => part !== "").join(" and ");
  return range === "" ? "a finite number" : `a number ${range}`;
}

/** As real(), of numbers that float32 can hold: neither too large for it nor rounded to 0. The value is not rounded. */
/* @__NO_SIDE_EFFECTS__ */
export function float32(bounds: Bounds = {}): ValueType<number> {
  const type = real(bounds);
  return {
    ...type,
    read(value, place) {
      const number = type.read(value, place);
      if (fitsFloat32(number)) return number;
      return place.fail(`is ${place.show(number)}; ${FLOAT32_EXPECTED}`);
    },
  };
}

export const flag: ValueType<boolean> = {
  expects: "true or false",
  read(value, place) {
    return typeof value === "boolean" ? value : refuse(place, value, this.expects, "type");
  },
  write: keep,
};

/** Text that is not blank. */
/* @__NO_SIDE_EFFECTS__ */
export function text(expects: string): ValueType<string> {
  return {
    expects,
    read(value, place) {
      if (typeof value !== "string") return place.mistype(value, "text", expects);
      if (value.trim() === "") return refuse(place, value, expects);
      if (value.length > MAX_TEXT)
        place.fail(`has ${value.length} characters; expected at most ${MAX_TEXT}.`);
      if (value.includes("\0")) place.fail("contains a NUL character; expected readable text.");
      return value;
    },
    write: keep,
  };
}

/* @__NO_SIDE_EFFECTS__ */
export function oneOf<const T extends string | number>(choices: readonly T[]): ValueType<T> {
  return {
    expects: `one of ${choices.map((choice) => JSON.stringify(choice)).join(", ")}`,
    read(value, place) {
      const choice = choices.find((candidate) => candidate === value);
      if (choice !== undefined) return choice;
      const words = choices.filter((candidate) => typeof candidate === "string");
      const hint = typeof value === "string" ? didYouMean(value, words) : "";
      return place.fail(`is ${place.show(value)}; expected ${place.oneOf(choices)}.${hint}`);
    },
    write: keep,
  };
}

/** "1 entry", "2 entries" */
export function entryCount(count: number): string {
  return count === 1 ? "1 entry" : `${count} entries`;
}

/** A list whose entries are all of one type; holes are entries that are missing. */
/* @__NO_SIDE_EFFECTS__ */
export function listOf<V>(entry: ValueType<V>, least = 0, most = MAX_ENTRIES): ValueType<readonly V[]> {
  const size = least === most ? entryCount(least) : `at least ${entryCount(least)}`;
  const expects = `a list${least > 0 ? ` with ${size}` : ""}, each ${entry.expects}`;
  return {
    expects,
    read(value, place) {
      if (!Array.isArray(value)) return place.mistype(value, "an array", expects);
      if (value.length > most || value.length < least) {
        const wanted = value.length > most && least !== most ? `at most ${entryCount(most)}` : size;
        return place.fail(`has ${entryCount(value.length)}; expected ${wanted}.`);
      }
      return Array.from(value, (item: unknown, i) => entry.read(item, place.at(i)));
    },
    write: (values) => values.map((value) => entry.write(value)),
  };
}

/** One value, or a list of them. */
/* @__NO_SIDE_EFFECTS__ */
export function oneOrList<V>(
  entry: ValueType<V>,
  list: ValueType<readonly V[]>,
): ValueType<V | readonly V[]> {
  return {
    expects: `${entry.expects}, or ${list.expects}`,
    read: (value, place) => (Array.isArray(value) ? list.read(value, place) : entry.read(value, place)),
    write: (value) => (isListOf(value) ? list.write(value) : entry.write(value)),
  };
}

function isListOf<V>(value: V | readonly V[]): value is readonly V[] {
  return Array.isArray(value);
}

/** A list of exactly two. */
/* @__NO_SIDE_EFFECTS__ */
export function pairOf<V>(entry: ValueType<V>): ValueType<readonly [V, V]> {
  const list = listOf(entry, 2, 2);
  return {
    expects: list.expects,
    read(value, place) {
      const [first, second] = list.read(value, place);
      return [first, second];
    },
    write: (value) => list.write(value),
  };
}

/** A list, or its one entry. */
/* @__NO_SIDE_EFFECTS__ */
export function listOrOne<V>(entry: ValueType<V>, most = MAX_ENTRIES): ValueType<readonly V[]> {
  const list = listOf(entry, 1, most);
  return {
    expects: `${entry.expects}, or ${list.expects}`,
    read: (value, place) => (Array.isArray(value) ? list.read(value, place) : [entry.read(value, place)]),
    write: (values) => list.write(values),
  };
}

/** A value, or none of it: null in code, false in a file. */
/* @__NO_SIDE_EFFECTS__ */
export function orNone<V>(type: ValueType<V>): ValueType<V | null> {
  return {
    expects: `${type.expects}, or none`,
    read(value, place) {
      if (value === place.none) return null;
      if (typeof value === "boolean") {
        return refuse(place, value, `${type.expects}, or ${place.show(place.none)}`, "type");
      }
      return type.read(value, place);
    },
    write: (value) => (value === null ? false : type.write(value)),
  };
}

/** A function, which a file cannot hold. */
/* @__NO_SIDE_EFFECTS__ */
export function functionOf<F>(example: string): ValueType<F> {
  const expects = `a function, such as ${example}`;
  return {
    expects,
    read: (value, place) =>
      typeof value === "function" ? (value as F) : refuse(place, value, expects, "type"),
    write: () => undefined,
  };
}
