/** Types of values that only files have. */

import type { Place } from "../../schema/place.js";
import { refuse } from "../../schema/place.js";
import { oneOf, type ValueType } from "../../schema/value-types.js";

/** A name that folders are called by, so nothing that would lead elsewhere. */
export const folderName: ValueType<string> = {
  expects: "a name in quotes without slashes or control characters, of at most 128 characters",
  read(value, place) {
    const isName =
      typeof value === "string" &&
      value.length <= 128 &&
      /^[^\\/\p{Cc}]+$/u.test(value) &&
      /[^.\s]/.test(value);
    return isName ? value : refuse(place, value, this.expects);
  },
  write: (value) => value,
};

/** As oneOf, for names the reference knows and this version does not. */
export function oneOfKnown<const T extends string>(
  choices: readonly T[],
  elsewhere: readonly string[],
): ValueType<T> {
  const known = oneOf(choices);
  return {
    ...known,
    read(value: unknown, place: Place) {
      if (typeof value === "string" && elsewhere.includes(value)) {
        place.fail(
          `is ${place.show(value)}, which is not supported by this version; expected ${place.oneOf(choices)}.`,
        );
      }
      return known.read(value, place);
    },
  };
}
