import { setImmediate } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { parseIdx } from "../../src/datasets/idx.js";
import { idxDataset } from "../../src/datasets/idx-dataset.js";
import { readIdx } from "../../src/datasets/read-idx.js";
import { FormatError } from "../../src/errors.js";

/** An IDX file: magic, axes, body. */
function idx(typeCode: number, shape: readonly number[], body: Iterable<number>): Uint8Array {
  const head = new Uint8Array(4 + 4 * shape.length);
  head.set([0, 0, typeCode, shape.length]);
  shape.forEach((dimension, axis) => new DataView(head.buffer).setUint32(4 + 4 * axis, dimension));
  return Uint8Array.of(...head, ...body);
}

function stream(bytes: Uint8Array, chunk = 7): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.subarray(at, (at += chunk)));
    },
  });
}

const formatError = (message: string): unknown =>
  expect.objectContaining({ name: "FormatError", message, constructor: FormatError });

describe("parseIdx", () => {
  it.each<[string, number, number[], object]>([
    ["ubyte", 0x08, [0, 127, 128, 255], Uint8Array.of(0, 127, 128, 255)],
    ["byte", 0x09, [0, 127, 128, 255], Int8Array.of(0, 127, -128, -1)],
    ["short", 0x0b, [1, 2, 0xff, 0xfe], Int16Array.of(258, -2)],
    ["int", 0x0c, [1, 2, 3, 4, 0xff, 0xff, 0xff, 0xfe], Int32Array.of(16909060, -2)],
    ["float", 0x0d, [0x3f, 0xc0, 0, 0, 0xc0, 0x20, 0, 0], Float32Array.of(1.5, -2.5)],
    ["double", 0x0e, [0x3f, 0xf8, 0, 0, 0, 0, 0, 0], Float64Array.of(1.5)],
  ])("reads %s, big endian", (_, typeCode, body, data) => {
    const file = idx(typeCode, [(data as { length: number }).length], body);
    expect(parseIdx(file, "f")).toEqual({ shape: [(data as { length: number }).length], data });
    // the same from the middle of a larger buffer, at an odd place
    const larger = new Uint8Array(file.length + 6).fill(9);
    larger.set(file, 3);
    expect(parseIdx(larger.subarray(3, 3 + file.length), "f").data).toEqual(data);
  });

  it("reads any number of axes", () => {
    expect(parseIdx(idx(8, [2, 1, 3, 1], [1, 2, 3, 4, 5, 6]), "f")).toEqual({
      shape: [2, 1, 3, 1],
      data: Uint8Array.of(1, 2, 3, 4, 5, 6),
    });
    const ones = new Array<number>(255).fill(1);
    expect(parseIdx(idx(8, ones, [7]), "f").shape).toEqual(ones);
    expect(parseIdx(idx(8, [0, 28, 28], []), "f")).toEqual({ shape: [0, 28, 28], data: new Uint8Array(0) });
  });

  const huge = 4294967295;
  it.each<[string, Uint8Array, string]>([
    ["nothing", Uint8Array.of(), "f ends after 0 bytes, inside the IDX header; expected at least 4."],
    [
      "half a magic number",
      Uint8Array.of(0, 0, 8),
      "f ends after 3 bytes, inside the IDX header; expected at least 4.",
    ],
    [
      "a web page",
      new TextEncoder().encode("<html>"),
      "f begins with 3c 68 74 6d; expected an IDX file, which begins with 00 00. Check that this is the right file and that its download is not an error page.",
    ],
    [
      "an unknown type",
      idx(0x0a, [1], [0]),
      "f has the IDX type code 0a; expected one of 08 (ubyte), 09 (byte), 0b (short), 0c (int), 0d (float), 0e (double).",
    ],
    ["no axes", idx(8, [], [0]), "f has no axes in its IDX header; expected at least one."],
    [
      "half a header",
      idx(8, [1, 2, 3], []).subarray(0, 15),
      "f ends after 15 bytes, inside the IDX header; expected 16 bytes for 3 axes.",
    ],
    [
      "too few values",
      idx(8, [2, 3], [1, 2, 3, 4, 5]),
      "f is truncated: its header promises [2, 3], 6 bytes, but 5 follow. Download it again.",
    ],
    [
      "a cut value",
      idx(0x0c, [1], [1, 2, 3]),
      "f is truncated: its header promises [1], 4 bytes, but 3 follow. Download it again.",
    ],
    [
      "too many values",
      idx(8, [2], [1, 2, 3]),
      "f holds more than the 2 bytes its header promises for [2]; expected nothing after them. The file is damaged or not an IDX file.",
    ],
    [
      "more than memory",
      idx(0x0e, [huge, huge, huge], []),
      `f promises [${huge}, ${huge}, ${huge}] values of type double, more than 2147483647 bytes; expected less. The header may be damaged.`,
    ],
    [
      "gzip data",
      gzipSync(idx(8, [1], [1])),
      "f is gzip data; expected an IDX file. Decompress it first: readIdx does.",
    ],
  ])("refuses %s", async (_, bytes, message) => {
    expect(() => parseIdx(bytes, "f")).toThrow(formatError(message));
    if (bytes[0] !== 0x1f) {
      await expect(readIdx(stream(bytes), "f")).rejects.toEqual(formatError(message));
      await expect(readIdx(stream(gzipSync(bytes)), "f")).rejects.toEqual(formatError(message));
    }
  });

  it("takes an empty product for what it is, however large its factors", () => {
    expect(parseIdx(idx(8, [huge, huge, 0], []), "f").data).toEqual(new Uint8Array(0));
  });

  it("refuses what are not bytes", () => {
    expect(() => parseIdx(new ArrayBuffer(8) as never, "f")).toThrow(
      new TypeError("f: the bytes are [object ArrayBuffer]; expected a Uint8Array."),
    );
  });
});

describe("readIdx", () => {
  const body = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 31) % 251);
  const file = new Uint8Array(16 + body.length);
  file.set(idx(8, [3000, 10, 100], []));
  file.set(body, 16);

  it.each([1, 5, 17, 1 << 30])("reads a file in pieces of %i bytes, gzipped or not", async (chunk) => {
    const small = idx(0x0b, [2, 2], [0, 1, 0, 2, 0, 3, 0, 4]);
    const expected = { shape: [2, 2], data: Int16Array.of(1, 2, 3, 4) };
    expect(await readIdx(stream(small, chunk), "f")).toEqual(expected);
    expect(await readIdx(stream(gzipSync(small), chunk), "f")).toEqual(expected);
  });

  it("reads a file larger than the first allocation", async () => {
    for (const bytes of [file, gzipSync(file)]) {
      const { shape, data } = await readIdx(stream(bytes, 65536), "f");
      expect(shape).toEqual([3000, 10, 100]);
      expect(Buffer.compare(data as Uint8Array, body)).toBe(0);
      expect(data.buffer.byteLength).toBe(body.length);
    }
  });

  const damaged = (why: string): string =>
    `f is damaged gzip data (${why}); expected a whole file. Download it again.`;
  const packed = gzipSync(file);
  const flipped = (at: number): Uint8Array => packed.map((byte, i) => (i === at ? byte ^ 1 : byte));
  it.each<[string, Uint8Array, string]>([
    ["cut in the middle", packed.subarray(0, packed.length / 2), damaged("unexpected end of file")],
    ["cut in the checksum", packed.subarray(0, packed.length - 6), damaged("unexpected end of file")],
    ["only a magic number", packed.subarray(0, 2), damaged("unexpected end of file")],
    ["a wrong checksum", flipped(packed.length - 8), damaged("incorrect data check")],
    ["a wrong length", flipped(packed.length - 3), damaged("incorrect length check")],
    ["an unknown method", flipped(2), damaged("unknown compression method")],
    [
      "bytes after the end",
      Uint8Array.of(...gzipSync(idx(8, [1], [1])), 104, 105, 106),
      damaged("incorrect header check"),
    ],
  ])("refuses gzip data with %s", async (_, bytes, message) => {
    await expect(readIdx(stream(bytes, 65536), "f")).rejects.toEqual(formatError(message));
  });

  it("gives the exact values or a sentence, whichever bit of gzip data is flipped", async () => {
    const small = idx(8, [40], body.subarray(0, 40));
    const whole = gzipSync(small);
    let exact = 0;
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const bytes = whole.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      try {
        expect(await readIdx(stream(bytes, 1 << 16), "f")).toEqual({ shape: [40], data: small.subarray(8) });
        exact++;
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }
    expect(exact).toBeLessThan(70); // the time and the system in the gzip header
    expect(exact).toBeGreaterThan(40);
  });

  it("stops unpacking where the header's promise ends", async () => {
    const zeros = gzipSync(new Uint8Array(16 << 20));
    const bomb = Buffer.concat([gzipSync(idx(8, [1000], [])), ...new Array<Buffer>(64).fill(zeros)]); // of 1 GiB
    let given = 0;
    const counted = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await setImmediate(); // as a disk would, so that the decompressor gets its turn
        if (given >= bomb.length) return controller.close();
        controller.enqueue(bomb.subarray(given, (given += 1024)));
      },
    });
    await expect(readIdx(counted, "f")).rejects.toEqual(
      formatError(
        "f holds more than the 1000 bytes its header promises for [1000]; expected nothing after them. The file is damaged or not an IDX file.",
      ),
    );
    expect(given).toBeLessThan(bomb.length / 4);
  });

  it("takes no memory for a promise that is not kept", async () => {
    const before = process.memoryUsage().arrayBuffers;
    const liar = idx(8, [2_000_000_000], [1, 2, 3]);
    for (const bytes of [liar, gzipSync(liar)]) {
      await expect(readIdx(stream(bytes), "f")).rejects.toEqual(
        formatError(
          "f is truncated: its header promises [2000000000], 2000000000 bytes, but 3 follow. Download it again.",
        ),
      );
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100e6);
  });

  it("passes on what the stream fails with", async () => {
    for (const start of [
      [0, 0],
      [0x1f, 0x8b, 8],
    ]) {
      const failing = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(Uint8Array.from(start)),
        pull: () => Promise.reject(new Error("the line went dead")),
      });
      await expect(readIdx(failing, "f")).rejects.toThrow(/^the line went dead$/);
    }
    await expect(readIdx(null as never, "f")).rejects.toThrow(
      new TypeError("readIdx: the stream of f is null; expected a ReadableStream, such as file.stream()."),
    );
  });
});

describe("idxDataset", () => {
  const images = { source: "images", array: parseIdx(idx(8, [2, 1, 2], [0, 51, 102, 255]), "images") };
  const labels = (...numbers: number[]): { source: string; array: ReturnType<typeof parseIdx> } => ({
    source: "labels",
    array: parseIdx(idx(8, [numbers.length], numbers), "labels"),
  });

  it("joins images and labels; pixels are divided by 255, or cast with the divisor 1", () => {
    const set = idxDataset("pair", images, labels(3, 9));
    expect([set.name, set.length, set.sampleShape, set.classes, [...set.labels]]).toEqual([
      "pair",
      2,
      [1, 2, 1],
      10,
      [3, 9],
    ]);
    expect(set.batch([1])).toEqual({
      x: Float32Array.of(102 / 255, 1),
      shape: [1, 1, 2, 1],
      labels: Int32Array.of(9),
    });
    expect(idxDataset("pair", images, labels(3, 9), { divisor: 1 }).batch([1])).toMatchObject({
      x: Float32Array.of(102, 255),
      integerMax: 255,
    });
  });

  it("keeps the channels of four axes", () => {
    const colour = { source: "c", array: parseIdx(idx(8, [1, 1, 2, 3], [1, 2, 3, 4, 5, 6]), "c") };
    expect(idxDataset("c", colour, labels(0), { classes: 2 }).sampleShape).toEqual([1, 2, 3]);
  });

  const file = (
    source: string,
    bytes: Uint8Array,
  ): { source: string; array: ReturnType<typeof parseIdx> } => ({
    source,
    array: parseIdx(bytes, source),
  });
  it.each<[string, () => unknown, string]>([
    [
      "labels as images",
      () => idxDataset("p", labels(1), labels(1)),
      "labels holds [1] as Uint8Array; expected images, unsigned bytes [N, H, W] or [N, H, W, C].",
    ],
    [
      "images of floats",
      () => idxDataset("p", file("images", idx(13, [1, 1, 1], [0, 0, 0, 0])), labels(1)),
      "images holds [1, 1, 1] as Float32Array; expected images, unsigned bytes [N, H, W] or [N, H, W, C].",
    ],
    [
      "images as labels",
      () => idxDataset("p", images, images),
      "images holds [2, 1, 2] as Uint8Array; expected labels, unsigned bytes [N].",
    ],
    [
      "signed labels",
      () => idxDataset("p", images, file("labels", idx(9, [2], [0, 255]))),
      "labels holds [2] as Int8Array; expected labels, unsigned bytes [N].",
    ],
    [
      "no images",
      () => idxDataset("p", file("images", idx(8, [0, 28, 28], [])), labels()),
      "images is empty, [0, 28, 28]; expected at least one image.",
    ],
    [
      "images of no pixels",
      () => idxDataset("p", file("images", idx(8, [2, 0, 28], [])), labels(0, 0)),
      "images is empty, [2, 0, 28]; expected at least one image.",
    ],
    [
      "a count mismatch",
      () => idxDataset("p", images, labels(1)),
      "labels holds 1 labels but images holds 2 images; expected one label per image. One of the files may belong to another set.",
    ],
    [
      "a label out of range",
      () => idxDataset("p", images, labels(0, 10)),
      "labels: label 1 is 10; expected 0 to 9. If the set has more classes, say how many (classes).",
    ],
    [
      "a label out of the given range",
      () => idxDataset("p", images, labels(2, 0), { classes: 2 }),
      "labels: label 0 is 2; expected 0 to 1. If the set has more classes, say how many (classes).",
    ],
  ])("refuses %s", (_, action, message) => {
    expect(action).toThrow(formatError(message));
  });
});
