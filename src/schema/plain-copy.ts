/** Options as plain data, so that a model file can hold them. */

/** @throws TypeError naming the option that is not plain data (a surrogate function, say); RangeError for NaN and infinity */
export function plainCopy(where: string, options: object): Record<string, unknown> {
  const text = JSON.stringify(options, (key, value: unknown) => {
    if (typeof value === "function") {
      throw new TypeError(
        `${where}: the option ${key} is a function; a model with it cannot be stored. Build it in code and use stateDict().`,
      );
    }
    if (typeof value === "number" && !Number.isFinite(value)) {
      throw new RangeError(
        `${where}: the option ${key} is ${value}; expected a finite number, since plain data has no other.`,
      );
    }
    return value;
  });
  return JSON.parse(text) as Record<string, unknown>;
}

/** Whether two values hold the same data, whatever the order of keys. */
export function sameData(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return Object.is(a, b);
  const [keys, others] = [a, b].map((each) =>
    Object.keys(each).filter((key) => entry(each, key) !== undefined),
  );
  return (
    Array.isArray(a) === Array.isArray(b) &&
    keys.length === others.length &&
    keys.every((key) => Object.hasOwn(b, key) && sameData(entry(a, key), entry(b, key)))
  );
}

function entry(of: object, key: string): unknown {
  return (of as Record<string, unknown>)[key];
}
