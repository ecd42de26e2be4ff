/** Types of single values: how one is read from TOML, what an error says was expected, how it is written back. */

import { describe, isList, isTable } from "./config-tree.js";
import type { ConfigValue } from "./config-tree.js";
import { quotedList, suggestion } from "./report.js";
import type { Place } from "./report.js";

export interface ValueType<V> {
  /** Completes "expected …". */
  readonly expects: string;
  /** @throws ConfigError naming the place */
  read(value: ConfigValue, place: Place): V;
  write(value: V): ConfigValue;
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

/** Longer lists are not what any key of an experiment means. */
const MAX_ENTRIES = 1024;
const MAX_TEXT = 4096;

function keep<V extends ConfigValue>(value: V): ConfigValue {
  return value;
}

/** A whole number; the upper limit is there so that a slip is refused before memory is spent. */
export function whole(low: number, high = Number.MAX_SAFE_INTEGER): ValueType<number> {
  const expects = `a whole number of at least ${low}`;
  return {
    expects,
    read(value, place) {
      if (typeof value !== "number" || !Number.isInteger(value) || value < low)
        return place.refuse(value, expects);
      return value <= high ? value : place.refuse(value, `a whole number from ${low} to ${high}`);
    },
    write: keep,
  };
}

/** A finite number within bounds. */
export function real(bounds: Bounds = {}): ValueType<number> {
  const { from = -Infinity, above = -Infinity, to = Infinity, below = Infinity } = bounds;
  const expects = expectedReal(bounds);
  return {
    expects,
    read(value, place) {
      if (typeof value !== "number") return place.refuse(value, expects);
      if (!Number.isFinite(value))
        return place.refuse(value, expects.replace(/^a number/, "a finite number"));
      if (value < from || value <= above || value > to || value >= below) return place.refuse(value, expects);
      return value;
    },
    write: keep,
  };
}

function expectedReal({ from, above, to, below }: Bounds): string {
  const low = from !== undefined ? `of at least ${from}` : above !== undefined ? `above ${above}` : "";
  const high = to !== undefined ? `at most ${to}` : below !== undefined ? `below ${below}` : "";
  const range = [low, high].filter((part) => part !== "").join(" and ");
  return range === "" ? "a finite number" : `a number ${range}`;
}

export const flag: ValueType<boolean> = {
  expects: "true or false",
  read(value, place) {
    return typeof value === "boolean" ? value : place.refuse(value, this.expects);
  },
  write: keep,
};

/** Text that is not blank. */
export function text(expects: string): ValueType<string> {
  return {
    expects,
    read(value, place) {
      if (typeof value !== "string" || value.trim() === "") return place.refuse(value, expects);
      if (value.length > MAX_TEXT)
        place.fail(`has ${value.length} characters; expected at most ${MAX_TEXT}.`);
      if (value.includes("\0")) place.fail("contains a NUL character; expected readable text.");
      return value;
    },
    write: keep,
  };
}

/** A name that folders are called by, so nothing that would lead elsewhere. */
export const name: ValueType<string> = {
  expects: "a name in quotes without slashes or control characters, of at most 128 characters",
  read(value, place) {
    const isName =
      typeof value === "string" &&
      value.length <= 128 &&
      /^[^\\/\p{Cc}]+$/u.test(value) &&
      /[^.\s]/.test(value);
    return isName ? value : place.refuse(value, this.expects);
  },
  write: keep,
};

export function oneOf<const T extends string | number>(choices: readonly T[]): ValueType<T> {
  const listed = choices.map(describe).join(choices.length === 2 ? " or " : ", ");
  const expects = choices.length > 2 ? `one of ${listed}` : listed;
  return {
    expects,
    read(value, place) {
      const choice = choices.find((candidate) => candidate === value);
      if (choice !== undefined) return choice;
      const words = choices.filter((candidate) => typeof candidate === "string");
      const hint = typeof value === "string" ? suggestion(value, words) : "";
      return place.fail(`is ${describe(value)}; expected ${expects}.${hint}`);
    },
    write: keep,
  };
}

/** "1 entry", "2 entries" */
export function entryCount(count: number): string {
  return count === 1 ? "1 entry" : `${count} entries`;
}

/** A list whose entries are all of one type. */
export function listOf<V>(entry: ValueType<V>, least = 0, most = MAX_ENTRIES): ValueType<readonly V[]> {
  const size = least === most ? entryCount(least) : `at least ${entryCount(least)}`;
  const expects = `a list${least > 0 ? ` with ${size}` : ""}, each ${entry.expects}`;
  return {
    expects,
    read(value, place) {
      if (!isList(value)) return place.refuse(value, expects);
      if (value.length > most || value.length < least) {
        const wanted = value.length > most && least !== most ? `at most ${entryCount(most)}` : size;
        return place.fail(`has ${entryCount(value.length)}; expected ${wanted}.`);
      }
      return value.map((item, i) => entry.read(item, place.at(i)));
    },
    write: (values) => values.map((value) => entry.write(value)),
  };
}

/** One value, or a list of them. */
export function oneOrList<V>(
  entry: ValueType<V>,
  list: ValueType<readonly V[]>,
): ValueType<V | readonly V[]> {
  const expects = `${entry.expects}, or ${list.expects}`;
  return {
    expects,
    read(value, place) {
      if (isList(value)) return list.read(value, place);
      return isTable(value) ? place.refuse(value, expects) : entry.read(value, place);
    },
    write: (value) => (isListOf(value) ? list.write(value) : entry.write(value)),
  };
}

function isListOf<V>(value: V | readonly V[]): value is readonly V[] {
  return Array.isArray(value);
}

/** A list of exactly two. */
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

/** A value that may be given once for all: the list is what the program sees. */
export function listFrom<V>(
  list: ValueType<readonly V[]>,
  expand: (value: ConfigValue) => ConfigValue,
): ValueType<readonly V[]> {
  return {
    expects: list.expects,
    read: (value, place) => list.read(isList(value) ? value : expand(value), place),
    write: (value) => list.write(value),
  };
}

/** null in the program, false in the file. */
export function orFalse<V>(type: ValueType<V>): ValueType<V | null> {
  const expects = `${type.expects}, or false`;
  return {
    expects,
    read(value, place) {
      if (value === false) return null;
      return typeof value === "boolean" ? place.refuse(value, expects) : type.read(value, place);
    },
    write: (value) => (value === null ? false : type.write(value)),
  };
}

/** As oneOf, for names the reference knows and this version does not. */
export function oneOfKnown<const T extends string>(
  choices: readonly T[],
  elsewhere: readonly string[],
): ValueType<T> {
  const known = oneOf(choices);
  return {
    ...known,
    read(value, place) {
      if (typeof value === "string" && elsewhere.includes(value)) {
        place.fail(
          `is ${describe(value)}, which is not supported by this version; expected one of ${quotedList(choices)}.`,
        );
      }
      return known.read(value, place);
    },
  };
}
