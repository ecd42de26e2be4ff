import { describe, expect, it } from "vitest";
import { crc32c } from "../../src/formats/crc32c.js";
import { beginningOf, encodeEvents } from "../../src/formats/event-file.js";

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));

describe("crc32c", () => {
  it("has the values of RFC 3720, B.4", () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
    expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(0))).toBe(0);
  });
});

describe("encodeEvents", () => {
  it("frames each event as TFRecord does, with masked checksums", () => {
    const file = encodeEvents(1.5, []);
    const event = bytesOf("09 00 00 00 00 00 00 f8 3f  1a 0d 62 72 61 69 6e 2e 45 76 65 6e 74 3a 32");
    const view = new DataView(file.buffer);
    expect(view.getBigUint64(0, true)).toBe(BigInt(event.length));
    expect(file.subarray(12, 12 + event.length)).toEqual(event);
    expect(file.length).toBe(12 + event.length + 4);
    expect(view.getUint32(8, true)).toBe(masked(file.subarray(0, 8)));
    expect(view.getUint32(12 + event.length, true)).toBe(masked(event));
  });

  it("writes a step, and the scalars that there are", () => {
    const scalars = [
      ["a", 0.5],
      ["b", null],
      ["c", -2],
    ] as const;
    const whole = encodeEvents(0, [{ wallTime: 2, step: 300, scalars }]);
    const event = whole.subarray(encodeEvents(0, []).length);
    const payload = event.subarray(12, event.length - 4);
    expect(payload).toEqual(
      bytesOf(
        "09 00 00 00 00 00 00 00 40  10 ac 02  2a 14  " +
          "0a 08 0a 01 61 15 00 00 00 3f  0a 08 0a 01 63 15 00 00 00 c0",
      ),
    );
  });

  it("tells when a file begins, and of other bytes nothing", () => {
    expect(beginningOf(encodeEvents(1234.25, []))).toBe(1234.25);
    expect(beginningOf(new Uint8Array(0))).toBeNull();
    expect(beginningOf(new Uint8Array(64))).toBeNull();
  });
});

/** By the definition, over whole numbers of any size. */
function masked(bytes: Uint8Array): number {
  const crc = BigInt(crc32c(bytes));
  return Number(((((crc >> 15n) | (crc << 17n)) % 2n ** 32n) + 0xa282ead8n) % 2n ** 32n);
}
