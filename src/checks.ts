/** Argument checks shared by every public entry point. `where` names the function and argument. */

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  if (typeof value === "function") return "a function";
  // String() of an object without a prototype throws.
  if (typeof value === "object" && value !== null) return "an object";
  return String(value);
}

/** @throws TypeError unless value is a finite number */
export function checkFinite(where: string, value: unknown): number {
  if (typeof value !== "number") throw new TypeError(`${where} is ${show(value)}; expected a number.`);
  if (!Number.isFinite(value)) throw new RangeError(`${where} is ${show(value)}; expected a finite number.`);
  return value;
}

/** @throws RangeError unless value is a finite number > 0 */
export function checkPositive(where: string, value: unknown): number {
  const number = checkFinite(where, value);
  if (number <= 0) throw new RangeError(`${where} is ${show(value)}; expected a number above 0.`);
  return number;
}

/** The number rounded to float32. @throws RangeError if it overflows, or vanishes without being 0 */
export function checkFloat32(where: string, value: unknown): number {
  const number = checkFinite(where, value);
  const rounded = Math.fround(number);
  if (!Number.isFinite(rounded) || (rounded === 0 && number !== 0)) {
    throw new RangeError(
      `${where} is ${show(value)}; expected a number that float32 can hold, 1.4e-45 to 3.4e38 in size.`,
    );
  }
  return rounded;
}

/** @throws RangeError unless low <= value <= high */
export function checkBetween(where: string, value: unknown, low: number, high: number): number {
  const number = checkFinite(where, value);
  if (number < low || number > high) {
    throw new RangeError(`${where} is ${show(value)}; expected a number from ${low} to ${high}.`);
  }
  return number;
}

/** @throws RangeError unless value is an integer >= low */
export function checkInteger(where: string, value: unknown, low = 0): number {
  const number = checkFinite(where, value);
  if (!Number.isSafeInteger(number) || number < low) {
    throw new RangeError(`${where} is ${show(value)}; expected a whole number of at least ${low}.`);
  }
  return number;
}

/** @throws RangeError that lists the choices unless value is one of them */
export function checkOneOf<const T extends string>(where: string, value: unknown, choices: readonly T[]): T {
  if (typeof value !== "string" || !(choices as readonly string[]).includes(value)) {
    throw new RangeError(`${where} is ${show(value)}; expected one of ${choices.map(show).join(", ")}.`);
  }
  return value as T;
}

/** The options object of a constructor. @throws TypeError naming the first key that is not known. */
export function checkOptions(where: string, options: unknown, known: readonly string[]): void {
  if (options === undefined) return;
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new TypeError(
      `${where}: options are ${show(options)}; expected an object like { ${known[0] ?? ""}: … }.`,
    );
  }
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) {
      const near = nearest(key, known);
      const hint = near === undefined ? "" : ` Did you mean "${near}"?`;
      throw new TypeError(`${where}: unknown option "${key}"; ${known.length === 0 ? "it takes none" : `known options are ${known.join(", ")}`}.${hint}`);
    }
  }
}

/** The candidate with the smallest edit distance to word, if one is close enough to be a slip. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 2)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(previous[j] + 1, row[j - 1] + 1, substitute));
    }
    previous = row;
  }
  return previous[b.length];
}

/** Array.isArray, without forgetting the element type of a read-only array. */
export function isList(value: unknown): boolean {
  return Array.isArray(value);
}
