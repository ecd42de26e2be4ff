/** Fields that stay as they are, in JavaScript as in TypeScript: an assignment throws. */

/** Ends the setting of fields that a constructor has set. Lists of numbers, such as shapes, stay as they are inside, too. */
export function close<T extends object>(object: T, ...names: readonly (keyof T & string)[]): void {
  for (const name of names) {
    if (Array.isArray(object[name])) Object.freeze(object[name]);
    Object.defineProperty(object, name, { writable: false, configurable: false });
  }
}

/** Declare the fields with `declare readonly name: …`, so that the class itself makes none. */
export function fix<T extends object>(object: T, values: Partial<T>): void {
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(object, name, { value, enumerable: true, writable: false, configurable: false });
  }
}
