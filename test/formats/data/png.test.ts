/** PNG, decoded as sharp decodes it, which other people have written. */

import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { crc32 } from "../../../src/datasets/crc32.js";
import { decodePicture, fitPicture } from "../../../src/formats/data/picture.js";
import { decodePng } from "../../../src/formats/data/png.js";
import { Generator } from "../../../src/random/generator.js";

const [width, height] = [13, 9];

/** Noise, with runs that filters and deflate find. */
function pixels(channels: number): Uint8Array {
  const generator = new Generator(channels);
  const bytes = new Uint8Array(width * height * channels);
  return bytes.map((_, i) => (i % 7 < 3 ? 40 * channels : Math.floor(256 * generator.uniform())));
}

async function rgbaOf(png: Uint8Array): Promise<number[]> {
  return [...(await sharp(png).toColourspace("srgb").ensureAlpha().raw().toBuffer())];
}

/** A PNG of parts that are given, its checksums right. */
function pngOf(chunks: readonly (readonly [name: string, data: Uint8Array])[]): Uint8Array {
  const parts = chunks.map(([name, data]) => {
    const bytes = new Uint8Array(12 + data.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, data.length);
    bytes.set(new TextEncoder().encode(name), 4);
    bytes.set(data, 8);
    view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
    return [...bytes];
  });
  return Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...parts.flat()]);
}

/** zlib data that are stored and not packed. */
function stored(raw: readonly number[]): Uint8Array {
  let [a, b] = [1, 0];
  for (const byte of raw) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  const size = [raw.length & 255, raw.length >> 8];
  return Uint8Array.from([
    0x78,
    1,
    1,
    ...size,
    ...size.map((each) => each ^ 255),
    ...raw,
    b >> 8,
    b & 255,
    a >> 8,
    a & 255,
  ]);
}

function header(w: number, h: number, depth: number, type: number, interlace = 0): Uint8Array {
  const data = new Uint8Array(13);
  const view = new DataView(data.buffer);
  view.setUint32(0, w);
  view.setUint32(4, h);
  data.set([depth, type, 0, 0, interlace], 8);
  return data;
}

const END = ["IEND", new Uint8Array(0)] as const;

describe("PNG", () => {
  it.each([
    ["gray", 1, {}],
    ["gray with alpha", 2, {}],
    ["colour", 3, {}],
    ["colour with alpha", 4, {}],
    ["colour, adaptive filters", 3, { adaptiveFiltering: true }],
    ["colour, interlaced", 3, { progressive: true }],
    ["alpha, interlaced, filters", 4, { progressive: true, adaptiveFiltering: true }],
    ["a palette", 3, { palette: true, colours: 16 }],
    ["a palette with transparency", 4, { palette: true, colours: 200 }],
  ] as const)("of %s", async (_, channels, options) => {
    const raw = { width, height, channels };
    const png = await sharp(pixels(channels), { raw }).png(options).toBuffer();
    const picture = decodePng(png, "a.png");
    expect([picture.width, picture.height]).toEqual([width, height]);
    expect([...picture.rgba]).toEqual(await rgbaOf(png));
  });

  it("of 16 bits", async () => {
    const png = await sharp(pixels(3), { raw: { width, height, channels: 3 } })
      .toColourspace("rgb16")
      .png()
      .toBuffer();
    expect(png[24]).toBe(16);
    expect([...decodePng(png, "a.png").rgba]).toEqual(await rgbaOf(png));
  });

  it("of few bits, one of which is transparent", async () => {
    // 3 x 2, two bits each: 0 1 2 / 3 1 0
    const png = pngOf([
      ["IHDR", header(3, 2, 2, 0)],
      ["tRNS", Uint8Array.of(0, 1)],
      ["IDAT", stored([0, 0b00011000, 0, 0b11010000])],
      END,
    ]);
    const gray = (value: number, alpha = 255): number[] => [value, value, value, alpha];
    expect([...decodePng(png, "a.png").rgba]).toEqual(
      [gray(0), gray(85, 0), gray(170), gray(255), gray(85, 0), gray(0)].flat(),
    );
    expect([...decodePng(png, "a.png").rgba]).toEqual(await rgbaOf(png));
  });

  it("refuses every cut, and every flipped bit in what its checksums cover", async () => {
    const png = await sharp(pixels(3), { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer();
    for (let length = 0; length < png.length; length += 7) {
      expect(() => decodePng(png.subarray(0, length), "a.png")).toThrow(/^a\.png is damaged, or no PNG: /);
    }
    for (let at = 8; at < png.length - 12; at += 5) {
      const other = Uint8Array.from(png);
      other[at] ^= 0x10;
      expect(() => decodePng(other, "a.png")).toThrow(/^a\.png is damaged, or no PNG: /);
    }
  });

  it.each([
    [
      "more pixels than any",
      [["IHDR", header(2 ** 20, 2 ** 20, 8, 2)], ["IDAT", stored([0])], END],
      "more than 67108864",
    ],
    [
      "many pixels of few bytes",
      [["IHDR", header(8000, 8000, 8, 6)], ["IDAT", stored([0])], END],
      "cannot unpack to the 256008000",
    ],
    ["no pixels", [["IHDR", header(0, 3, 8, 2)], END], "it has no pixels"],
    ["no header", [["IDAT", stored([0])], END], "it has no header"],
    ["a depth that there is not", [["IHDR", header(1, 1, 4, 2)], END], "the colour type 2 with 4 bits"],
    ["no palette", [["IHDR", header(1, 1, 8, 3)], ["IDAT", stored([0, 0])], END], "it has no palette"],
    [
      "a colour beyond the palette",
      [["IHDR", header(1, 1, 8, 3)], ["PLTE", Uint8Array.of(1, 2, 3)], ["IDAT", stored([0, 1])], END],
      "the colour 1, which the palette has not",
    ],
    [
      "too much",
      [["IHDR", header(1, 1, 8, 0)], ["IDAT", stored([0, 7, 7])], END],
      "unpacks to more than 2 bytes",
    ],
    [
      "too little",
      [["IHDR", header(2, 1, 8, 0)], ["IDAT", stored([0, 7])], END],
      "unpacks to 2 bytes in place of 3",
    ],
    [
      "a filter that there is not",
      [["IHDR", header(1, 1, 8, 0)], ["IDAT", stored([5, 7])], END],
      "has the filter 5",
    ],
  ] as const)("refuses %s", (_, chunks, sentence) => {
    expect(() => decodePng(pngOf(chunks), "a.png")).toThrow(sentence);
  });
});

describe("pictures", () => {
  it("are told by what they hold, JPEG too", async () => {
    const flat = {
      create: { width: 6, height: 5, channels: 3, background: { r: 200, g: 100, b: 50 } },
    } as const;
    const jpeg = await decodePicture(await sharp(flat).jpeg({ quality: 100 }).toBuffer(), "a.png");
    expect([jpeg.width, jpeg.height, jpeg.rgba.length]).toEqual([6, 5, 120]);
    for (const [c, value] of [200, 100, 50].entries()) expect(Math.abs(jpeg.rgba[c] - value)).toBeLessThan(4);
    await expect(decodePicture(Uint8Array.of(71, 73, 70, 56), "a.gif")).rejects.toThrow(
      "a.gif is neither PNG nor JPEG",
    );
    const cut = (await sharp(flat).jpeg().toBuffer()).subarray(0, 200);
    await expect(decodePicture(cut, "a.jpg")).rejects.toThrow("a.jpg cannot be decoded as JPEG");
  });

  it("are scaled by the mean, laid on white, and gray by how bright they are", () => {
    // 4 x 2: red, green, blue, nothing; and white below.
    const row = [255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 9, 9, 9, 0];
    const rgba = Uint8Array.from([...row, ...new Array<number>(16).fill(255)]);
    const picture = { width: 4, height: 2, rgba };
    const gray = new Uint8Array(9).fill(1);
    fitPicture(picture, { height: 2, width: 4, channels: 1 }, gray, 1);
    expect([...gray]).toEqual([1, 76, 150, 29, 255, 255, 255, 255, 255]);
    const colour = new Uint8Array(3);
    fitPicture(
      { ...picture, rgba: Uint8Array.from([...row, ...row]) },
      { height: 1, width: 1, channels: 3 },
      colour,
    );
    // A triangle of twice the width, as PyTorch and Pillow have it: 5, 7, 7 and 5 of 24 of red, green, blue and white.
    expect([...colour]).toEqual(
      [(5 + 5) / 24, (7 + 5) / 24, (7 + 5) / 24].map((share) => Math.round(255 * share)),
    );
  });
});
