/** What lists, Sets, Maps and plain objects hold: of an object with a class of its own, nothing, since what it is for is not known. */

/** @param ofMap, ofObject what is meant by the content of those that have names for it */
export function contentOf(
  value: object,
  ofMap: (map: ReadonlyMap<unknown, unknown>) => Iterable<unknown>,
  ofObject: (plain: object) => unknown[],
): Iterable<unknown> {
  if (Array.isArray(value) || value instanceof Set) return value as Iterable<unknown>;
  if (value instanceof Map) return ofMap(value);
  const prototype = Object.getPrototypeOf(value) as unknown;
  return prototype === Object.prototype || prototype === null ? ofObject(value) : [];
}
