/** One number for both axes of a map, or [height, width]. */

import { refuse } from "./place.js";
import type { ValueType } from "./value-types.js";
import { whole } from "./value-types.js";

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
      if (!Array.isArray(value) || value.length !== 2)
        return refuse(place, value, "a number or two, [height, width]");
      return [side.read(value[0], place), side.read(value[1], place)];
    },
    write: ([height, width]) => (height === width ? height : [height, width]),
  };
}
