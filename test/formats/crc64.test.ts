import { describe, expect, it } from "vitest";
import { Crc64 } from "../../src/formats/crc64.js";
import { Generator } from "../../src/random/generator.js";

const crc = (bytes: Uint8Array): string => new Crc64().update(bytes).digest();

/** One bit at a time, in whole 64-bit numbers, as the definition goes. */
function byDefinition(bytes: Uint8Array): string {
  let register = (1n << 64n) - 1n;
  for (const byte of bytes) {
    register ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) {
      register = (register >> 1n) ^ (register & 1n ? 0xc96c5795d7870f42n : 0n);
    }
  }
  return (register ^ ((1n << 64n) - 1n)).toString(16).padStart(16, "0");
}

function randomBytes(length: number, seed: number): Uint8Array {
  const random = new Generator(seed);
  return Uint8Array.from({ length }, () => random.integer(256));
}

describe("CRC-64/XZ", () => {
  it("has the published check value", () => {
    expect(crc(new TextEncoder().encode("123456789"))).toBe("995dc9bbdf1939fa");
    expect(crc(new Uint8Array(0))).toBe("0000000000000000");
  });

  it("equals the definition at every length and alignment", () => {
    const bytes = randomBytes(64, 1);
    for (let from = 0; from < 9; from++) {
      for (let to = from; to <= 64; to += 1 + (to & 1)) {
        expect(crc(bytes.subarray(from, to))).toBe(byDefinition(bytes.subarray(from, to)));
      }
    }
  });

  it("does not depend on how the bytes are cut", () => {
    const bytes = randomBytes(1000, 2);
    for (const cut of [0, 1, 7, 8, 9, 500, 999, 1000]) {
      const pieces = new Crc64().update(bytes.subarray(0, cut)).update(bytes.subarray(cut));
      expect(pieces.digest()).toBe(crc(bytes));
    }
  });

  it("notices every single flipped bit of 256 bytes", () => {
    const bytes = randomBytes(256, 3);
    const seen = new Set([crc(bytes)]);
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      bytes[bit >> 3] ^= 1 << (bit & 7);
      seen.add(crc(bytes));
      bytes[bit >> 3] ^= 1 << (bit & 7);
    }
    expect(seen.size).toBe(1 + 8 * 256);
  });
});
