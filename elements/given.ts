/** What pages give to elements: properties, or attributes, which are texts. Wrong ones are refused in a sentence. */

/** @returns null where it is taken away @throws TypeError, RangeError */
export function givenNumber(where: string, value: unknown, least: number): number | null {
  if (value === null || value === undefined || value === "") return null;
  const number = typeof value === "string" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number))
    throw new TypeError(`${where} is ${shown(value)}; expected a finite number.`);
  if (number < least) throw new RangeError(`${where} is ${number}; expected at least ${least}.`);
  return number;
}

/** @throws TypeError, RangeError */
export function givenPositive(where: string, value: unknown): number | null {
  const number = givenNumber(where, value, -Infinity);
  if (number === null || number > 0) return number;
  throw new RangeError(`${where} is ${number}; expected a number above 0.`);
}

/** @throws TypeError, RangeError */
export function givenCount(where: string, value: unknown): number | null {
  const number = givenNumber(where, value, 1);
  if (number === null || Number.isInteger(number)) return number;
  throw new RangeError(`${where} is ${number}; expected a whole number.`);
}

/** @throws TypeError unless it is a list of numbers, of that length where one is given */
export function givenList(where: string, value: unknown, length?: number): ArrayLike<number> {
  const isList = Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
  if (!isList) throw new TypeError(`${where} is ${shown(value)}; expected a list of numbers.`);
  const list = value as ArrayLike<number>;
  if (length !== undefined && list.length !== length)
    throw new RangeError(`${where} has ${list.length} numbers; expected ${length}.`);
  return list;
}

export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "a list" : "an object";
  return String(value);
}
