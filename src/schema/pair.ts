/** One number for both axes of a map, or [height, width]. */

import { refuse } from "./place.js";
import { PAIR_EXPECTED } from "../windows.js";
import { whole, type ValueType } from "./value-types.js";

export function pair(low: number): ValueType<readonly [number, number]> {
  const side = whole(low);
  const expects = `a whole number of at least ${low}, or two, [height, width]`;
  return {
    expects,
    read(value, place) {
      if (typeof value === "number") {
        const both = side.read(value, place);
        return [both, both];
      }
      if (!Array.isArray(value) || value.length !== 2) return refuse(place, value, PAIR_EXPECTED);
      return [side.read(value[0], place), side.read(value[1], place)];
    },
    write: ([height, width]) => (height === width ? height : [height, width]),
  };
}
