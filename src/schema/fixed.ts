/** Fields that stay as they are, in JavaScript as in TypeScript: an assignment throws. */

/** Declare the fields with `declare readonly name: …`, so that the class itself makes none. */
export function fix<T extends object>(object: T, values: Partial<T>): void {
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(object, name, { value, enumerable: true, writable: false, configurable: false });
  }
}
