import { describe, expect, it } from "vitest";
import { crc32 } from "../../src/datasets/crc32.js";

/** The definition, bit by bit. */
function byDefinition(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

describe("crc32", () => {
  const bytes = Uint8Array.from({ length: 60 }, (_, i) => (i * 151 + (i >> 2) * 7) & 0xff);

  it("is the check value of its definition", () => {
    expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array(0))).toBe(0);
  });

  it("is what its definition gives, for every length and start in memory", () => {
    for (let begin = 0; begin < 9; begin++)
      for (let end = begin; end <= bytes.length; end++) {
        const part = bytes.subarray(begin, end);
        expect(crc32(part)).toBe(byDefinition(part));
      }
  });

  it("goes on from the checksum of what came before, wherever it was cut", () => {
    const whole = byDefinition(bytes);
    for (let cut = 0; cut <= bytes.length; cut++)
      expect(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut)))).toBe(whole);
  });
});
