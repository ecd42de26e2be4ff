/** kernels/deflate.mjs, which packs the kernels: zlib reads what it writes, and it is no larger than zlib's own. */

import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";

const packer = new URL("../../kernels/deflate.mjs", import.meta.url);
const { deflateBest } = (await import(packer.href)) as { deflateBest(bytes: Uint8Array): Uint8Array };

const text = readFileSync(new URL("../../kernels/c/conv2d.c", import.meta.url));
const repeat = (length: number, byte: (i: number) => number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => byte(i));

/** Nothing in it comes again, so that it is passed quickly. */
const noise = (length: number): Uint8Array => randomBytes(length);

describe("deflateBest", () => {
  it.each<[string, Uint8Array]>([
    ["a byte", Uint8Array.of(7)],
    ["two bytes", Uint8Array.of(7, 7)],
    ["all byte values", repeat(256, (i) => i)],
    ["a run longer than the longest match", repeat(700, () => 0)],
    ["a run of 258, the longest match", repeat(259, () => 255)],
    ["one distance", repeat(5000, (i) => i % 4)],
    ["matches from as far as the window reaches", Uint8Array.of(...text.subarray(0, 300), ...noise(32768 - 300), ...text.subarray(0, 300))],
    ["a match just out of the window", Uint8Array.of(...text.subarray(0, 300), ...noise(32769 - 300), ...text.subarray(0, 300))],
    ["what cannot be packed", randomBytes(3000)],
    ["text", text],
    ["text, then what cannot be packed, then text", Buffer.concat([text, randomBytes(5000), text])],
  ])("%s comes back", (_, bytes) => {
    expect(Buffer.compare(inflateRawSync(deflateBest(bytes)), bytes)).toBe(0);
  }); // prettier-ignore

  it("finds a way that is shorter than zlib's", () => {
    expect(deflateBest(text).length).toBeLessThan(deflateRawSync(text, { level: 9 }).length * 0.98);
  });
});
