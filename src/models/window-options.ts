/** Windows of convolutions and poolings as options of a network: one per stage, for signals or for images. */

import { pair } from "../schema/pair.js";
import { refuse, type Place } from "../schema/place.js";
import { entryCount, whole, type ValueType } from "../schema/value-types.js";
import type { Shape } from "../shapes.js";
import { PAIR_EXPECTED, type Pair } from "../windows.js";

/** Longer windows are not what anybody means. */
const MAX_SIDE = 65_536;

/** A number, or [height, width]. */
export function window(low: number): ValueType<Pair> {
  const side = whole(low, MAX_SIDE);
  return {
    expects: pair(low).expects,
    read(value, place) {
      if (typeof value === "number") return side.read(value, place);
      if (!Array.isArray(value) || value.length < 1 || value.length > 2)
        return refuse(place, value, PAIR_EXPECTED);
      const [first, second = first] = value.map((each: unknown, i) => side.read(each, place.at(i)));
      return value.length === 1 ? first : [first, second];
    },
    write: (value) => (typeof value === "number" ? value : [...value]),
  };
}

export const anyWindow = window(0);

/** Of a pair, 0 (no pooling) stands for both or none. */
export const poolWindow: ValueType<Pair> = {
  ...anyWindow,
  read(value, place) {
    const read = anyWindow.read(value, place);
    if (typeof read !== "number" && (read[0] === 0) !== (read[1] === 0))
      refuse(place, read, "two sizes of at least 1, or 0 for none");
    return read;
  },
};

export const kernel = window(1);
export const dims: ValueType<1 | 2> = {
  expects: "1 or 2",
  read: (value, place) => (value === 1 || value === 2 ? value : refuse(place, value, "1 or 2")),
  write: (value) => value,
};

/** @throws unless the list has so many entries; `meaning` says what they are */
export function checkLength(
  place: Place,
  name: string,
  list: readonly unknown[],
  expected: number,
  meaning: string,
): void {
  if (list.length !== expected)
    place.at(name).fail(`has ${entryCount(list.length)}; expected ${expected}: ${meaning}.`);
}

/** With one dimension, a window is a number. @throws */
export function checkSignal(entry: Pair, at: Place, place: Place): void {
  if (typeof entry !== "number")
    at.fail(`is ${place.show(entry)}; expected a number: ${place.name("dims")} is 1.`, "type");
}

export function dimsOf(inputShape: Shape): 1 | 2 {
  return inputShape.length === 3 ? 2 : 1;
}
