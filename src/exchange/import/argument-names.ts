/** Names of arguments in the spellings of Python and of this library. */

/** inFeatures is in_features; T stays. */
export function snakeCased(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, (_, low: string, high: string) => `${low}_${high.toLowerCase()}`);
}

/** in_features is inFeatures. */
export function camelCased(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
