/**
 * Where each key of a TOML text stands. The TOML parser keeps no positions, so the text is scanned a second
 * time; it has been parsed by then, so the scan may rely on it being well formed.
 */

import { parse } from "smol-toml";
import { MAX_DEPTH } from "./config-tree.js";
import type { Path } from "./config-tree.js";

/** Both counted from 1; the column in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export class Positions {
  readonly #offsets: ReadonlyMap<string, number>;
  readonly #lineStarts: readonly number[];

  /** @param text a valid TOML document without byte order mark */
  constructor(text: string) {
    this.#offsets = new Scanner(text).scan();
    const lineStarts = [0];
    for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) lineStarts.push(i + 1);
    this.#lineStarts = lineStarts;
  }

  /** Of the key, list entry or table header that path leads to; undefined if the text does not spell it. */
  find(path: Path): Position | undefined {
    const offset = this.#offsets.get(pathId(path));
    if (offset === undefined) return undefined;
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#lineStarts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - this.#lineStarts[low] + 1 };
  }
}

function pathId(path: Path): string {
  return JSON.stringify(path);
}

/** Characters of path names kept at most; keys after that are placed by what holds them. */
const MAX_NAME_CHARACTERS = 2 ** 23;

const BLANK = new Set([" ", "\t", "\r", "\n"]);
const ENDS_BARE_VALUE = new Set([",", "]", "}", "#", "\n", ""]);

class Scanner {
  readonly #text: string;
  readonly #offsets = new Map<string, number>();
  /** How many [[tables]] each array of tables has so far. */
  readonly #tableCounts = new Map<string, number>();
  #at = 0;
  #nameCharacters = 0;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): ReadonlyMap<string, number> {
    let table: Path = [];
    for (this.#skipVoid(); this.#at < this.#text.length; this.#skipVoid()) {
      if (this.#peek() === "[") table = this.#header();
      else this.#keyAndValue(table);
    }
    return this.#offsets;
  }

  #peek(): string {
    return this.#text.charAt(this.#at);
  }

  /** [a.b] or [[a.b]]; an array of tables on the way stands for its last table so far. */
  #header(): Path {
    const start = this.#at;
    const isArray = this.#text.startsWith("[[", start);
    this.#at += isArray ? 2 : 1;
    const keys = this.#key().slice(0, MAX_DEPTH);
    this.#at += isArray ? 2 : 1;
    const path: (string | number)[] = [];
    keys.forEach((key, i) => {
      path.push(key);
      this.#record(path, start);
      const id = pathId(path);
      const count = this.#tableCounts.get(id);
      if (isArray && i === keys.length - 1) {
        this.#tableCounts.set(id, (count ?? 0) + 1);
        path.push(count ?? 0);
      } else if (count !== undefined) {
        path.push(count - 1);
      }
    });
    this.#record(path, start);
    return path;
  }

  #keyAndValue(table: Path): void {
    const start = this.#at;
    const keys = this.#key();
    this.#at++;
    this.#skipVoid();
    let path = table;
    for (const key of keys.slice(0, MAX_DEPTH)) {
      path = [...path, key];
      this.#record(path, start);
    }
    this.#value(path);
  }

  #value(path: Path): void {
    const first = this.#peek();
    if (first === "[") {
      this.#at++;
      for (let i = 0; this.#nextItem("]"); i++) {
        this.#record([...path, i], this.#at);
        this.#value([...path, i]);
      }
    } else if (first === "{") {
      this.#at++;
      while (this.#nextItem("}")) this.#keyAndValue(path);
    } else if (first === '"' || first === "'") {
      this.#skipString(first);
    } else {
      while (!ENDS_BARE_VALUE.has(this.#peek())) this.#at++;
    }
  }

  /** Moves to the next item of a list or inline table, or behind its end. */
  #nextItem(end: string): boolean {
    this.#skipVoid();
    if (this.#peek() === ",") {
      this.#at++;
      this.#skipVoid();
    }
    if (this.#peek() !== end && this.#at < this.#text.length) return true;
    this.#at++;
    return false;
  }

  /** A dotted key; ends before "=" or "]". */
  #key(): string[] {
    const keys: string[] = [];
    for (;;) {
      this.#skipVoid();
      const start = this.#at;
      const first = this.#peek();
      if (first === '"' || first === "'") {
        this.#skipString(first);
        keys.push(unquote(this.#text.slice(start, this.#at)));
      } else {
        while (/[\w-]/.test(this.#peek())) this.#at++;
        keys.push(this.#text.slice(start, this.#at));
      }
      this.#skipVoid();
      if (this.#peek() !== ".") return keys;
      this.#at++;
    }
  }

  #skipString(quote: string): void {
    const isLong = this.#text.startsWith(quote.repeat(3), this.#at);
    const closing = isLong ? quote.repeat(3) : quote;
    this.#at += closing.length;
    while (this.#at < this.#text.length && !this.#text.startsWith(closing, this.#at)) {
      this.#at += quote === '"' && this.#peek() === "\\" ? 2 : 1;
    }
    this.#at += closing.length;
    // A long string may end in one or two quotes of its own.
    if (isLong) while (this.#peek() === quote) this.#at++;
  }

  /** Blanks, line ends and comments. */
  #skipVoid(): void {
    for (;;) {
      while (BLANK.has(this.#peek())) this.#at++;
      if (this.#peek() !== "#") return;
      const end = this.#text.indexOf("\n", this.#at);
      this.#at = end < 0 ? this.#text.length : end;
    }
  }

  #record(path: Path, offset: number): void {
    if (path.length > MAX_DEPTH || this.#nameCharacters > MAX_NAME_CHARACTERS) return;
    const id = pathId(path);
    this.#nameCharacters += id.length;
    if (!this.#offsets.has(id)) this.#offsets.set(id, offset);
  }
}

function unquote(quoted: string): string {
  const { key } = parse(`key = ${quoted}`);
  return typeof key === "string" ? key : quoted;
}
