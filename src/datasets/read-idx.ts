/**
 * IDX files from a stream: a fetched response, a file the user picked, a file on disk. Gzip data are recognised by
 * their first bytes and decompressed on the way.
 */

import { show } from "../show.js";
import { FormatError, messageOf, OutOfMemoryError } from "../errors.js";
import { gunzip } from "./gunzip.js";
import { idxArray, idxHeaderBytes, parseIdxHeader, trailing, truncated } from "./idx.js";
import type { IdxArray } from "./idx.js";

const FIRST_ALLOCATION = 1 << 20;

/**
 * Reads an IDX file, gzipped or not. Memory grows with what has arrived and never past what the header promises, and
 * decompression stops there: a small file cannot fill the memory, whatever it claims or unpacks to.
 *
 * @param stream for instance `file.stream()` or `response.body`
 * @param source the file's name, for messages
 * @throws FormatError on what parseIdx refuses, and on damaged gzip data
 */
export async function readIdx(stream: ReadableStream<Uint8Array>, source: string): Promise<IdxArray> {
  if (!(stream instanceof ReadableStream)) {
    throw new TypeError(
      `readIdx: the stream of ${source} is ${show(stream)}; expected a ReadableStream, such as file.stream().`,
    );
  }
  const bytes = new ByteReader(stream.getReader());
  if (!isGzip(await bytes.atLeast(2))) return readPlain(bytes, source);
  const unpacked = new ByteReader(gunzip(bytes.rest()).getReader());
  try {
    if (isGzip(await unpacked.atLeast(2))) {
      await unpacked.cancel();
      throw new FormatError(
        `${source} is gzipped twice; expected an IDX file that is gzipped once, or not at all. Decompress it once.`,
      );
    }
    return await readPlain(unpacked, source);
  } catch (error) {
    if (bytes.failure !== undefined) throw bytes.failure;
    if (unpacked.failure === undefined) throw error;
    throw new FormatError(
      `${source} is damaged gzip data (${messageOf(unpacked.failure)}); expected a whole file. Download it again.`,
    );
  }
}

function isGzip([first, second]: Uint8Array): boolean {
  return first === 0x1f && second === 0x8b;
}

async function readPlain(bytes: ByteReader, source: string): Promise<IdxArray> {
  try {
    const start = await bytes.atLeast(4);
    const begun = start.length < 4 ? start : await bytes.atLeast(idxHeaderBytes(start));
    const header = parseIdxHeader(begun, source);
    bytes.drop(header.headerBytes);
    let body = allocate(Math.min(FIRST_ALLOCATION, header.bodyBytes), source);
    let filled = 0;
    for (let chunk = await bytes.next(); chunk !== undefined; chunk = await bytes.next()) {
      const needed = filled + chunk.length;
      if (needed > header.bodyBytes) throw trailing(source, header);
      if (needed > body.length) {
        const larger = allocate(Math.min(header.bodyBytes, Math.max(needed, 2 * body.length)), source);
        larger.set(body.subarray(0, filled));
        body = larger;
      }
      body.set(chunk, filled);
      filled = needed;
    }
    if (filled < header.bodyBytes) throw truncated(source, header, filled);
    return idxArray(header, body);
  } finally {
    await bytes.cancel();
  }
}

function allocate(bytes: number, source: string): Uint8Array {
  try {
    return new Uint8Array(bytes);
  } catch (error) {
    throw new OutOfMemoryError(
      `${source}: there is no memory for ${bytes} bytes of samples (${messageOf(error)}).`,
    );
  }
}

/** A stream's chunks, with a look at the first bytes. */
class ByteReader {
  /** What reading the stream failed with. */
  failure: Error | undefined;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #held = new Uint8Array(0);

  constructor(reader: ReadableStreamDefaultReader<Uint8Array>) {
    this.#reader = reader;
  }

  /** The bytes from here on, at least `count` of them unless the stream ends. They stay to be read. */
  async atLeast(count: number): Promise<Uint8Array> {
    while (this.#held.length < count) {
      const chunk = await this.#read();
      if (chunk === undefined) break;
      const joined = new Uint8Array(this.#held.length + chunk.length);
      joined.set(this.#held);
      joined.set(chunk, this.#held.length);
      this.#held = joined;
    }
    return this.#held;
  }

  drop(count: number): void {
    this.#held = this.#held.subarray(count);
  }

  /** The next bytes; undefined at the end. */
  async next(): Promise<Uint8Array | undefined> {
    if (this.#held.length === 0) return this.#read();
    const held = this.#held;
    this.#held = new Uint8Array(0);
    return held;
  }

  /** What is left, as a stream. */
  rest(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        const chunk = await this.next();
        if (chunk === undefined) controller.close();
        else controller.enqueue(chunk);
      },
      cancel: () => this.cancel(),
    });
  }

  async cancel(): Promise<void> {
    // A stream that has failed refuses to be cancelled; its failure was reported by the read.
    await this.#reader.cancel().catch(() => undefined);
  }

  async #read(): Promise<Uint8Array | undefined> {
    try {
      const { done, value } = await this.#reader.read();
      return done ? undefined : value;
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error));
      throw error;
    }
  }
}
