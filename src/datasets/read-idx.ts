/**
 * IDX files from a stream: a fetched response, a file the user picked, a file on disk. Gzip data are recognised by
 * their first bytes and decompressed on the way.
 */

import { show } from "../show.js";
import { FormatError, messageOf, OutOfMemoryError } from "../errors.js";
import { turnIfDue } from "../platform/event-loop.js";
import { ByteReader } from "./byte-reader.js";
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
  await turnIfDue();
  if (!isGzip(await bytes.atLeast(2))) return readPlain(bytes, source);
  const pieces = gunzip(bytes);
  const unpacked = new ByteReader({ read: () => pieces.next(), cancel: () => bytes.cancel() });
  try {
    if (isGzip(await unpacked.atLeast(2))) {
      throw new FormatError(
        `${source} is a gzip inside a gzip; expected an IDX file, gzipped once or not at all. Decompress it once.`,
      );
    }
    return await readPlain(unpacked, source);
  } catch (error) {
    if (bytes.failure !== undefined) throw bytes.failure;
    if (unpacked.failure === undefined) throw error;
    throw new FormatError(
      `${source} is damaged gzip data (${messageOf(unpacked.failure)}); expected a whole file. Download it again.`,
    );
  } finally {
    await bytes.cancel();
  }
}

function isGzip(start: Uint8Array): boolean {
  return start[0] === 0x1f && start[1] === 0x8b;
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
