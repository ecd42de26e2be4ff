import { constants, deflateRawSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { ByteReader } from "../../src/datasets/byte-reader.js";
import { crc32 } from "../../src/datasets/crc32.js";
import { gunzip } from "../../src/datasets/gunzip.js";
import { readIdx } from "../../src/datasets/read-idx.js";
import { FormatError } from "../../src/errors.js";
import { Generator } from "../../src/random/generator.js";

function stream(bytes: Uint8Array, chunk: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) controller.close();
      else controller.enqueue(bytes.subarray(at, (at += chunk)));
    },
  });
}

async function unpacked(bytes: Uint8Array, chunk = 1 << 16): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of gunzip(new ByteReader(stream(bytes, chunk).getReader()))) pieces.push(piece);
  return Buffer.concat(pieces);
}

const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const empty = gzipSync("");

/** A member with the optional fields of its header, as RFC 1952 lays them out. */
function withHeader(content: Uint8Array, flags: number, fields: Uint8Array): Buffer {
  const header = Buffer.concat([Uint8Array.of(0x1f, 0x8b, 8, flags, 1, 2, 3, 4, 0, 3), fields]);
  const check = Buffer.alloc(2);
  check.writeUInt16LE(crc32(header) & 0xffff);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(content), 0);
  trailer.writeUInt32LE(content.length, 4);
  return Buffer.concat([header, ...((flags & 2) === 0 ? [] : [check]), deflateRawSync(content), trailer]);
}

describe("crc32", () => {
  it("gives the check value of the catalogue, in one piece and in two", () => {
    expect(crc32(text("123456789"))).toBe(0xcbf43926);
    expect(crc32(text("6789"), crc32(text("12345")))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array(0))).toBe(0);
  });
});

describe("gunzip", () => {
  const random = new Generator(5);
  const noise = Uint8Array.from({ length: 200_000 }, () => random.uint32() & 0xff);
  const skewed = Uint8Array.from({ length: 300_000 }, () => Math.floor(40 * random.uniform() ** 6));
  const contents: [string, Uint8Array][] = [
    ["nothing", new Uint8Array(0)],
    ["one byte", Uint8Array.of(7)],
    ["zeros", new Uint8Array(1_000_000)],
    ["noise", noise],
    ["skewed noise", skewed],
    [
      "text that comes again just within reach",
      Buffer.concat([noise.subarray(0, 32768), noise.subarray(0, 32768)]),
    ],
    [
      "text that comes again out of reach",
      Buffer.concat([noise.subarray(0, 32769), noise.subarray(0, 32769)]),
    ],
  ];
  const settings = [
    { level: 0 },
    { level: 1 },
    { level: 9 },
    { strategy: constants.Z_FIXED },
    { strategy: constants.Z_HUFFMAN_ONLY },
    { strategy: constants.Z_RLE },
    { level: 9, memLevel: 1 },
  ];
  it.each(contents)("gives back %s, whatever blocks it was packed into", async (_, content) => {
    for (const setting of settings) {
      expect(Buffer.compare(await unpacked(gzipSync(content, setting)), content)).toBe(0);
    }
  });

  it.each([1, 7, 511, 512, 513])("does so from pieces of %i bytes", async (chunk) => {
    const content = skewed.subarray(0, 20_000);
    const packed = Buffer.concat([gzipSync(content), empty, gzipSync(content, { level: 0 })]);
    expect(Buffer.compare(await unpacked(packed, chunk), Buffer.concat([content, content]))).toBe(0);
  });

  const [head, tail] = [text("head "), text("and tail")];
  const members: [string, Uint8Array][] = [
    ["two members", Buffer.concat([gzipSync(head), gzipSync(tail)])],
    [
      "empty members before, between and after",
      Buffer.concat([empty, gzipSync(head), empty, empty, gzipSync(tail), empty]),
    ],
    ["zeros behind the end", Buffer.concat([gzipSync(head), gzipSync(tail), new Uint8Array(1000)])],
    ["a member for each byte", Buffer.concat(Array.from("head and tail", (letter) => gzipSync(letter)))],
    [
      "names, comments, extra fields and header checksums",
      Buffer.concat([
        withHeader(
          head,
          2 | 4 | 8 | 16,
          Buffer.concat([Uint8Array.of(3, 0, 9, 9, 9), text("n\0a comment\0")]),
        ),
        withHeader(tail, 8, text(`${"long".repeat(300)}\0`)),
      ]),
    ],
    [
      "the extra field of bgzip, and its empty member",
      Buffer.concat([
        withHeader(head, 4, Uint8Array.of(6, 0, 66, 67, 2, 0, 40, 0)),
        withHeader(tail, 4, Uint8Array.of(6, 0, 66, 67, 2, 0, 40, 0)),
        withHeader(new Uint8Array(0), 4, Uint8Array.of(6, 0, 66, 67, 2, 0, 27, 0)),
      ]),
    ],
  ];
  it.each(members)("reads %s", async (_, packed) => {
    for (const chunk of [1, 13, 1 << 16]) {
      expect((await unpacked(packed, chunk)).toString()).toBe("head and tail");
    }
  });

  const two = Buffer.concat([gzipSync(head), gzipSync(tail)]);
  const changed = (bytes: Uint8Array, at: number): Buffer => {
    const copy = Buffer.from(bytes);
    copy[at < 0 ? copy.length + at : at] ^= 1;
    return copy;
  };
  const raw = (...bits: number[]): Buffer =>
    Buffer.concat([empty.subarray(0, 10), Uint8Array.from(bits), new Uint8Array(600)]);
  const damages: [string, Uint8Array, string][] = [
    ["a wrong checksum of the first member", changed(two, gzipSync(head).length - 8), "incorrect data check"],
    ["a wrong length of the first member", changed(two, gzipSync(head).length - 4), "incorrect length check"],
    ["a wrong checksum of the last member", changed(two, -8), "incorrect data check"],
    [
      "a second member cut in its header",
      two.subarray(0, gzipSync(head).length + 5),
      "unexpected end of file",
    ],
    ["a second member cut in its data", two.subarray(0, -9), "unexpected end of file"],
    ["a second member cut in its trailer", two.subarray(0, -1), "unexpected end of file"],
    [
      "a second member of another method",
      changed(two, gzipSync(head).length + 2),
      "unknown compression method",
    ],
    ["something behind the end", Buffer.concat([two, text("x")]), "incorrect header check"],
    ["something behind zeros", Buffer.concat([two, new Uint8Array(9), text("x")]), "incorrect header check"],
    ["a member behind zeros", Buffer.concat([two, new Uint8Array(9), two]), "incorrect header check"],
    ["a flag that nobody knows", withHeader(head, 0x20, new Uint8Array(0)), "unknown header flags set"],
    ["a wrong header checksum", changed(withHeader(head, 2, new Uint8Array(0)), 4), "header crc mismatch"],
    [
      "a name without an end",
      withHeader(new Uint8Array(0), 8, text("name")).subarray(0, 14),
      "unexpected end of file",
    ],
    ["a block of the type 3", raw(0b111), "invalid block type"],
    ["a stored block whose lengths differ", raw(0b001, 1, 0, 0, 0), "invalid stored block lengths"],
    ["287 length symbols", raw(0b11110101), "too many length or distance symbols"],
    // Fixed codes: 0000001 is the length 3, then 00000 the distance 1, before anything was unpacked.
    ["a match before the start", raw(0b00000011, 0b00000010), "invalid distance too far back"],
  ];
  it.each(damages)("refuses %s", async (_, packed, message) => {
    for (const chunk of [1, 1 << 16]) {
      await expect(unpacked(packed, chunk)).rejects.toEqual(new FormatError(message));
    }
  });

  it("refuses data that are cut anywhere", async () => {
    const whole = gzipSync(skewed.subarray(0, 3000));
    for (let length = 0; length < whole.length; length++) {
      await expect(unpacked(whole.subarray(0, length))).rejects.toEqual(
        new FormatError("unexpected end of file"),
      );
    }
  });
});

describe("readIdx of gzip data", () => {
  const idx = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6);
  const expected = { shape: [2, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 6) };

  it.each<[string, Uint8Array]>([
    ["two members", Buffer.concat([gzipSync(idx.subarray(0, 14)), gzipSync(idx.subarray(14))])],
    [
      "a header in a member of its own",
      Buffer.concat([gzipSync(idx.subarray(0, 12)), gzipSync(idx.subarray(12))]),
    ],
    [
      "a header cut between members",
      Buffer.concat([gzipSync(idx.subarray(0, 3)), gzipSync(idx.subarray(3))]),
    ],
    ["empty members first and last", Buffer.concat([empty, empty, gzipSync(idx), empty])],
    ["zeros at the end", Buffer.concat([gzipSync(idx), new Uint8Array(512)])],
  ])("reads %s", async (_, packed) => {
    for (const chunk of [1, 1 << 16]) expect(await readIdx(stream(packed, chunk), "f")).toEqual(expected);
  });

  it("says what a gzip inside a gzip is", async () => {
    await expect(readIdx(stream(gzipSync(gzipSync(idx)), 1 << 16), "f")).rejects.toEqual(
      new FormatError(
        "f is a gzip inside a gzip; expected an IDX file, gzipped once or not at all. Decompress it once.",
      ),
    );
  });

  it("notices a damaged member behind the last value", async () => {
    const packed = Buffer.concat([gzipSync(idx), empty.subarray(0, -1)]);
    await expect(readIdx(stream(packed, 1 << 16), "f")).rejects.toThrow(
      "f is damaged gzip data (unexpected end of file); expected a whole file. Download it again.",
    );
  });
});
