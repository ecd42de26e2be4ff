/** What a field of a module holds, also in lists, Maps, Sets and plain objects inside one another. */

import { contentOf } from "../tensor/content-of.js";

/** Deeper, or after as many objects, nobody looks. */
const MAX_DEPTH = 8;
const MAX_OBJECTS = 10_000;

/**
 * The first part that is held and not known.
 *
 * @param isPart whether something is a module or a parameter; those are not looked into
 */
export function unknownPart<P extends object>(
  held: unknown,
  isPart: (value: object) => value is P,
  isKnown: (part: P) => boolean,
): P | undefined {
  const seen = new Set<object>();
  const search = (value: unknown, depth: number): P | undefined => {
    if (typeof value !== "object" || value === null) return undefined;
    if (isPart(value)) return isKnown(value) ? undefined : value;
    if (depth > MAX_DEPTH || seen.has(value) || seen.size >= MAX_OBJECTS) return undefined;
    for (const inner of contentOf(value, entriesOf, ownValues)) {
      if (typeof inner !== "object" || inner === null) continue;
      seen.add(value);
      const found = search(inner, depth + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search(held, 0);
}

/** Keys of a Map too: they are as good a place for a part. */
const entriesOf = (map: ReadonlyMap<unknown, unknown>): unknown[] => [...map].flat();

/** Without calling a getter. */
function ownValues(object: object): unknown[] {
  return Reflect.ownKeys(object).map((key) => Object.getOwnPropertyDescriptor(object, key)?.value as unknown);
}
