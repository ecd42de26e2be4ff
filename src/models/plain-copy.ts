/** Options as plain data, so that a model file can hold them. */

/** @throws TypeError naming the option that is not plain data (a surrogate function, say) */
export function plainCopy(where: string, options: object): Record<string, unknown> {
  const text = JSON.stringify(options, (key, value: unknown) => {
    if (typeof value === "function") {
      throw new TypeError(
        `${where}: the option ${key} is a function; a model with it cannot be stored. Build it in code and use stateDict().`,
      );
    }
    return value;
  });
  return JSON.parse(text) as Record<string, unknown>;
}
