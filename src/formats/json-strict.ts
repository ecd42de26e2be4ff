/**
 * A JSON reader for files from strangers. JSON.parse keeps the last of two equal keys, and reads 1e3, -0 and
 * 12345678901234567890 as if nothing had happened; this reader refuses them. It works on bytes, so that a message can
 * name the byte, and it builds nothing that the caller did not ask for, so that a hostile file costs no more than its size.
 *
 * @source RFC 8259
 */

import { quote } from "../show.js";
import { FormatError } from "../errors.js";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MAX_DEPTH = 64;

/** What each letter after a backslash stands for; u is handled apart. */
const ESCAPES = new Map([
  [0x22, 0x22],
  [0x5c, 0x5c],
  [0x2f, 0x2f],
  [0x62, 0x08],
  [0x66, 0x0c],
  [0x6e, 0x0a],
  [0x72, 0x0d],
  [0x74, 0x09],
]);

export class JsonScanner {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #source: string;
  readonly #advice: string;
  #at: number;

  /**
   * Reads bytes [start, end). Every method moves past what it read, or throws.
   * @param source what messages call the file; @param advice the sentence that ends every message
   */
  constructor(bytes: Uint8Array, start: number, end: number, source: string, advice: string) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#source = source;
    this.#advice = advice;
  }

  /**
   * An object. `onEntry` is called after each colon and must read the value. `what` names its keys in messages.
   * @throws FormatError on equal keys, on more than maxKeys keys, and on keys above maxKeyLength characters
   */
  object(
    what: string,
    maxKeys: number,
    maxKeyLength: number,
    onEntry: (key: string, at: number) => void,
  ): void {
    this.#expect(0x7b, '"{"');
    const seen = new Set<string>();
    if (this.#accept(0x7d)) return;
    do {
      const at = this.#next();
      const key = this.string(`a ${what}`, maxKeyLength);
      if (seen.has(key)) this.fail(at, `the ${what} ${quote(key)} a second time`, "each one once");
      seen.add(key);
      if (seen.size > maxKeys) this.fail(at, `more than ${maxKeys} entries`, `at most ${maxKeys}`);
      this.#expect(0x3a, '":"');
      onEntry(key, at);
    } while (this.#accept(0x2c));
    this.#expect(0x7d, '"," or "}"');
  }

  /** An array of at most maxLength items; `onItem` must read each. */
  array(maxLength: number, onItem: (index: number) => void): void {
    this.#expect(0x5b, '"["');
    if (this.#accept(0x5d)) return;
    let length = 0;
    do {
      if (length === maxLength) {
        this.fail(this.#next(), `an array of more than ${maxLength}`, `at most ${maxLength} entries`);
      }
      onItem(length++);
    } while (this.#accept(0x2c));
    this.#expect(0x5d, '"," or "]"');
  }

  /** A whole number from 0 to 2^53 - 1, written in plain digits. */
  integer(what: string): number {
    const at = this.#next();
    let end = at;
    while (end < this.#end && isNumberByte(this.#bytes[end])) end++;
    const text = String.fromCharCode(...this.#bytes.subarray(at, Math.min(end, at + 40)));
    if (text === "") this.#unexpected(at, `${what}, a whole number`);
    const value = Number(text);
    if (!/^(0|[1-9][0-9]*)$/.test(text) || !Number.isSafeInteger(value)) {
      this.fail(at, `the number ${text}`, `${what}, a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`);
    }
    this.#at = end;
    return value;
  }

  /** A string of at most maxLength UTF-16 units. */
  string(what: string, maxLength = Infinity): string {
    const at = this.#next();
    if (this.#bytes[at] !== QUOTE || at >= this.#end) this.#unexpected(at, `${what} in double quotes`);
    let end = at + 1;
    let escaped = false;
    for (; end < this.#end && this.#bytes[end] !== QUOTE; end++) {
      if (this.#bytes[end] < 0x20) this.#unexpected(end, `${what} without control characters`);
      if (this.#bytes[end] === BACKSLASH) {
        escaped = true;
        end++;
      }
    }
    if (end >= this.#end) this.#unexpected(this.#end, `the quote that ends ${what}`);
    const raw = this.#bytes.subarray(at + 1, end);
    let text: string;
    try {
      text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
        escaped ? this.#unescape(raw, at + 1) : raw,
      );
    } catch (error) {
      if (error instanceof FormatError) throw error;
      return this.fail(at, `text that is not UTF-8`, `${what} in UTF-8`);
    }
    if (text.length > maxLength) {
      this.fail(at, `${what} of ${text.length} characters`, `at most ${maxLength}`);
    }
    this.#at = end + 1;
    return text;
  }

  /** Any value; checked for grammar and equal keys, and dropped. */
  skip(depth = 0): void {
    const at = this.#next();
    if (depth > MAX_DEPTH) this.fail(at, `values nested over ${MAX_DEPTH} deep`, `at most ${MAX_DEPTH}`);
    const byte = at < this.#end ? this.#bytes[at] : -1;
    if (byte === 0x7b) this.object("key", Infinity, Infinity, () => this.skip(depth + 1));
    else if (byte === 0x5b) this.array(Infinity, () => this.skip(depth + 1));
    else if (byte === QUOTE) this.string("a string");
    else {
      let end = at;
      while (end < this.#end && isWordByte(this.#bytes[end])) end++;
      const text = String.fromCharCode(...this.#bytes.subarray(at, Math.min(end, at + 400)));
      if (
        end - at > 400 ||
        !/^(true|false|null|-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?)$/.test(text)
      ) {
        this.#unexpected(at, "a JSON value");
      }
      this.#at = end;
    }
  }

  /** Only white space may be left. */
  end(): void {
    const at = this.#next();
    if (at < this.#end) this.#unexpected(at, "nothing but spaces after the JSON");
  }

  /** @throws FormatError always: what was found at which byte, and what was expected */
  fail(at: number, found: string, expected: string): never {
    throw new FormatError(`${this.#source}: ${found} at byte ${at}; expected ${expected}. ${this.#advice}`);
  }

  #unexpected(at: number, expected: string): never {
    return this.fail(at, at < this.#end ? showByte(this.#bytes[at]) : "the header ends", expected);
  }

  /** The position of the next byte that is not white space. */
  #next(): number {
    for (; this.#at < this.#end; this.#at++) {
      const byte = this.#bytes[this.#at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
    }
    return this.#at;
  }

  #accept(byte: number): boolean {
    const at = this.#next();
    if (at >= this.#end || this.#bytes[at] !== byte) return false;
    this.#at++;
    return true;
  }

  #expect(byte: number, expected: string): void {
    if (!this.#accept(byte)) this.#unexpected(this.#at, expected);
  }

  /** UTF-8 of a string body with escapes: never longer than the body, so one buffer and one decoding suffice. */
  #unescape(raw: Uint8Array, offset: number): Uint8Array {
    const out = new Uint8Array(raw.length);
    let length = 0;
    for (let i = 0; i < raw.length; i++) {
      if (raw[i] !== BACKSLASH) {
        out[length++] = raw[i];
        continue;
      }
      const letter = raw[++i];
      if (letter === 0x75) {
        const start = offset + i - 1;
        let code = this.#hex4(raw, i + 1, start);
        i += 4;
        if (code >= 0xd800 && code < 0xdc00 && raw[i + 1] === BACKSLASH && raw[i + 2] === 0x75) {
          const second = this.#hex4(raw, i + 3, start);
          if (second >= 0xdc00 && second < 0xe000) {
            code = 0x10000 + ((code - 0xd800) << 10) + (second - 0xdc00);
            i += 6;
          }
        }
        if (code >= 0xd800 && code < 0xe000)
          this.fail(start, "half of a surrogate pair", "a whole character");
        length += writeUtf8(out, length, code);
        continue;
      }
      const plain = ESCAPES.get(letter);
      if (plain === undefined)
        this.fail(offset + i - 1, `a backslash before ${showByte(letter)}`, "a JSON escape");
      out[length++] = plain;
    }
    return out.subarray(0, length);
  }

  #hex4(raw: Uint8Array, from: number, at: number): number {
    // By arithmetic alone: a header may be 100 MB of nothing but escapes.
    let code = 0;
    for (let i = from; i < from + 4; i++) {
      const digit = i < raw.length ? hexDigit(raw[i]) : -1;
      if (digit < 0) this.fail(at, "an unfinished \\u", "four hexadecimal digits");
      code = 16 * code + digit;
    }
    return code;
  }
}

/** -1 if it is none */
function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function isNumberByte(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || [0x2b, 0x2d, 0x2e, 0x45, 0x65].includes(byte); // digits + - . E e
}

function isWordByte(byte: number): boolean {
  return isNumberByte(byte) || (byte >= 0x61 && byte <= 0x7a);
}

function showByte(byte: number): string {
  if (byte > 0x20 && byte < 0x7f) return byte === QUOTE ? "'\"'" : `"${String.fromCharCode(byte)}"`;
  return `byte 0x${byte.toString(16).padStart(2, "0")}`;
}

/** Writes one code point, returns the number of bytes. */
function writeUtf8(out: Uint8Array, at: number, code: number): number {
  if (code < 0x80) {
    out[at] = code;
    return 1;
  }
  const length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  for (let i = length - 1; i > 0; i--) {
    out[at + i] = 0x80 | (code & 0x3f);
    code >>>= 6;
  }
  out[at] = ((0xf00 >> length) & 0xff) | code;
  return length;
}
