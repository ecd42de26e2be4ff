/** The bytes of a recording, wherever they come from, a piece at a time. */

import { FormatError, messageOf, OutOfMemoryError } from "../../errors.js";
import { show } from "../../show.js";

/** What recordings are read from: bytes, a File that a user picked, response.body, or whatever gives pieces one by one. */
export type EventSource = Uint8Array | Blob | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** A file that is read in pieces knows its size. */
export interface SizedPieces extends AsyncIterable<Uint8Array> {
  readonly size: number;
}

/** Pieces of a Uint8Array, so that none is copied whole. */
const PIECE = 2 ** 16;

/** A place in the bytes that moves on. At most one piece, and what was asked for at once, is in memory. */
export class EventBytes {
  /** For messages. */
  readonly name: string;
  /** Of everything; null where it is not known before the end. */
  readonly size: number | null;
  /** Where the next byte stands. */
  at = 0;
  readonly #pieces: AsyncIterator<Uint8Array, unknown>;
  #held: Uint8Array = new Uint8Array(0);
  #ended = false;

  /** @throws TypeError for what is no source of bytes */
  constructor(source: EventSource, name: string) {
    this.name = name;
    this.size = sizeOf(source);
    this.#pieces = piecesOf(source, name)[Symbol.asyncIterator]();
  }

  /** How many bytes are left; null where it is not known. */
  get left(): number | null {
    return this.size === null ? null : this.size - this.at;
  }

  /** Up to `count` of the next bytes, which stay to be read. */
  async peek(count: number): Promise<Uint8Array> {
    while (this.#held.length < count && !this.#ended) {
      const piece = await this.#next();
      if (piece !== null) this.#held = this.#held.length === 0 ? piece : joined([this.#held, piece]);
    }
    return this.#held.subarray(0, count);
  }

  /**
   * Exactly `count` bytes.
   * @param what they are: "a packet of 10 events"
   * @throws FormatError if there are not as many, before memory is spent where the size is known
   */
  async take(count: number, what: string): Promise<Uint8Array> {
    const { left } = this;
    if (left !== null && left < count) throw this.#truncated(count, left, what);
    if (this.#held.length < count) {
      const parts = [this.#held];
      let length = this.#held.length;
      while (length < count) {
        const piece = await this.#next();
        if (piece === null) throw this.#truncated(count, length, what);
        parts.push(piece);
        length += piece.length;
      }
      this.#held = joined(parts, this.name);
    }
    return this.#advance(count);
  }

  /** Up to `count` bytes that are there without waiting for more than one piece; none at the end. */
  async some(count: number): Promise<Uint8Array> {
    const held = await this.peek(1);
    return held.length === 0 ? held : this.#advance(Math.min(count, this.#held.length));
  }

  /** @throws FormatError if there are not as many */
  async skip(count: number, what: string): Promise<void> {
    const { left } = this;
    if (left !== null && left < count) throw this.#truncated(count, left, what);
    for (let done = 0; done < count;) {
      const piece = await this.some(count - done);
      if (piece.length === 0) throw this.#truncated(count, done, what);
      done += piece.length;
    }
  }

  async ended(): Promise<boolean> {
    return (await this.peek(1)).length === 0;
  }

  /** Closes what the bytes come from. */
  async close(): Promise<void> {
    this.#ended = true;
    await this.#pieces.return?.();
  }

  #advance(count: number): Uint8Array {
    const taken = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(count);
    this.at += count;
    return taken;
  }

  async #next(): Promise<Uint8Array | null> {
    if (this.#ended) return null;
    const { done, value } = await this.#pieces.next();
    if (done === true) {
      this.#ended = true;
      return null;
    }
    if (!(value instanceof Uint8Array))
      throw new TypeError(`${this.name}: a piece of it is ${show(value)}; expected a Uint8Array.`);
    return value;
  }

  #truncated(count: number, left: number, what: string): FormatError {
    return new FormatError(
      `${this.name} ends at byte ${this.at + left}, within ${what}; expected ${count} bytes from byte ${this.at} on. ` +
        "It is truncated or damaged: copy it again.",
    );
  }
}

function sizeOf(source: EventSource): number | null {
  if (source instanceof Uint8Array) return source.length;
  if (source instanceof Blob) return source.size;
  const { size } = source as Partial<SizedPieces>;
  return typeof size === "number" ? size : null;
}

function piecesOf(source: EventSource, name: string): AsyncIterable<Uint8Array> {
  if (source instanceof Uint8Array) return cut(source);
  if (source instanceof Blob) return ofStream(source.stream());
  if (source instanceof ReadableStream) return ofStream(source);
  const given = source as unknown;
  if (typeof given === "object" && given !== null && Symbol.asyncIterator in given) return source;
  throw new TypeError(
    `${name}: the bytes are ${show(given)}; expected a Uint8Array, a Blob, a ReadableStream or an AsyncIterable of Uint8Array.`,
  );
}

async function* cut(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += PIECE)
    yield await Promise.resolve(bytes.subarray(at, at + PIECE));
}

/** Streams of some browsers cannot be iterated. */
async function* ofStream(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function joined(parts: readonly Uint8Array[], name = "the recording"): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  let all: Uint8Array;
  try {
    all = new Uint8Array(length);
  } catch (error) {
    throw new OutOfMemoryError(
      `${name}: there is no memory for ${length} bytes of it (${messageOf(error)}).`,
    );
  }
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
