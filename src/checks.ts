/** Argument checks shared by every public entry point. `where` names the function and argument. */

/** Longer strings and lists are cut: a message is read by people. */
const SHOWN_CHARACTERS = 80;
const SHOWN_ELEMENTS = 8;

/** A value as messages name it. Unlike String(), it tells "2", 2n and [2] from 2, and names the class of an object. */
export function show(value: unknown): string {
  if (typeof value === "string") {
    return value.length > SHOWN_CHARACTERS
      ? `${JSON.stringify(value.slice(0, SHOWN_CHARACTERS))}…`
      : JSON.stringify(value);
  }
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return showList(value as unknown[]);
  return showObject(value);
}

function showList(list: readonly unknown[]): string {
  const shown = Array.from(list.slice(0, SHOWN_ELEMENTS), (each) =>
    Array.isArray(each) && each.length > SHOWN_ELEMENTS ? "[…]" : show(each),
  );
  return `[${shown.join(", ")}${list.length > SHOWN_ELEMENTS ? `, … ${list.length} in all` : ""}]`;
}

/** "a Map", "an Int32Array of 4", "an object". */
function showObject(value: object): string {
  const prototype = Object.getPrototypeOf(value) as { constructor?: { name?: unknown } } | null;
  const name = prototype === Object.prototype ? undefined : prototype?.constructor?.name;
  if (typeof name !== "string" || name === "") return "an object";
  const length = ArrayBuffer.isView(value) && "length" in value ? ` of ${String(value.length)}` : "";
  // As it is spoken: "an Array", "an SGD", but "a Uint8Array".
  return `${/^([AEIO]|U(?!int|RL)|[FHLMNRSX][A-Z])/.test(name) ? "an" : "a"} ${name}${length}`;
}

/** @throws TypeError unless value is a finite number */
export function checkFinite(where: string, value: unknown): number {
  if (typeof value !== "number")
    throw new TypeError(`${where} is ${show(value)}; expected a number.${numberAdvice(value)}`);
  if (!Number.isFinite(value)) {
    throw new RangeError(
      `${where} is ${show(value)}; expected a finite number. Look at the computation that gave it.`,
    );
  }
  return value;
}

/** What to try with something that is no number. */
function numberAdvice(value: unknown): string {
  if (value === undefined) return " Give one: it has no default.";
  if (value === null) return " Give one, or leave it out if it has a default.";
  if (typeof value === "bigint") return " Write it without the n.";
  if (typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value)))
    return " Write it without quotes.";
  return "";
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
      `${where} is ${show(value)}; expected a number that float32 can hold, 1.4e-45 to 3.4e38 in size. Use other units.`,
    );
  }
  return rounded;
}

/** @throws RangeError unless value is a finite number >= 0 */
export function checkNonNegative(where: string, value: unknown): number {
  const number = checkFinite(where, value);
  if (number < 0) throw new RangeError(`${where} is ${show(value)}; expected a number of at least 0.`);
  return number;
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
    const hint = typeof value === "string" ? didYouMean(value, choices) : "";
    throw new RangeError(
      `${where} is ${show(value)}; expected one of ${choices.map(show).join(", ")}.${hint}`,
    );
  }
  return value as T;
}

/** @throws TypeError unless value is true or false */
export function checkBoolean(where: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw new TypeError(`${where} is ${show(value)}; expected true or false.`);
  return value;
}

/** @throws TypeError unless value is a function; `example` says of what */
export function checkFunction(where: string, value: unknown, example: string): void {
  if (typeof value !== "function") {
    throw new TypeError(`${where} is ${show(value)}; expected a function, such as ${example}.`);
  }
}

/**
 * The options object of a constructor; where it may not be left out, give `options ?? null`.
 *
 * @throws TypeError naming the first key that is not known
 */
export function checkOptions(where: string, options: unknown, known: readonly string[]): void {
  if (options === undefined) return;
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new TypeError(
      `${where}: options are ${show(options)}; expected an object like { ${known[0] ?? ""}: … }.`,
    );
  }
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) {
      const expected = known.length === 0 ? "it takes none" : `known options are ${known.join(", ")}`;
      throw new TypeError(`${where}: unknown option ${show(key)}; ${expected}.${didYouMean(key, known)}`);
    }
  }
}

function didYouMean(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates);
  return near === undefined ? "" : ` Did you mean "${near}"?`;
}

/**
 * The candidate that was probably meant: the same but for upper and lower case, or else the only one that begins with
 * word, or else the only one with the smallest edit distance to it, if that is close enough to be a slip.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  // A slip is short, and a distance takes time in proportion to the length.
  if (word.length > SHOWN_CHARACTERS) return undefined;
  const wanted = word.toLowerCase();
  const all = [...candidates];
  const begun = word.length > 1 ? all.filter((each) => each.toLowerCase().startsWith(wanted)) : [];
  const same = begun.find((each) => each.length === word.length);
  if (begun.length > 0) return same ?? (begun.length === 1 ? begun[0] : undefined);
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 2)) + 1;
  for (const candidate of all) {
    // Of two equally far away the one with the longer common beginning is nearer; if that is equal too, neither.
    const distance = editDistance(wanted, candidate.toLowerCase()) - commonStart(wanted, candidate) / 1000;
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
    else if (distance === bestDistance) best = undefined;
  }
  return best;
}

function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]?.toLowerCase()) length++;
  return length;
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
