import { describe, expect, it } from "vitest";
import { decodeBF16, decodeF16, encodeBF16, encodeF16 } from "../../src/formats/half-precision.js";
import { thrownBy } from "./safetensors-bytes.js";

const ALL = Uint16Array.from({ length: 65536 }, (_, i) => i);
const bits = (value: number): number => new Uint32Array(new Float32Array([value]).buffer)[0];
const fromBits = (pattern: number): Float32Array => new Float32Array(new Uint32Array([pattern]).buffer);

/** The value of a pattern with the given numbers of bits, as IEEE 754 defines it. */
function valueOf(pattern: number, exponentBits: number, fractionBits: number): number {
  const bias = 2 ** (exponentBits - 1) - 1;
  const sign = pattern >>> 15 ? -1 : 1;
  const exponent = (pattern & 0x7fff) >>> fractionBits;
  const fraction = (pattern & (2 ** fractionBits - 1)) / 2 ** fractionBits;
  if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** (1 - bias) : sign * (1 + fraction) * 2 ** (exponent - bias);
}

describe.each([
  { name: "F16", decode: decodeF16, encode: encodeF16, exponent: 5, fraction: 10 },
  { name: "BF16", decode: decodeBF16, encode: encodeBF16, exponent: 8, fraction: 7 },
])("$name", ({ decode, encode, exponent, fraction }) => {
  it("decodes all 65,536 patterns to the value that IEEE 754 gives them", () => {
    const values = decode(ALL);
    const wrong = ALL.filter((pattern) => !Object.is(values[pattern], valueOf(pattern, exponent, fraction)));
    expect([...wrong]).toEqual([]);
  });

  it("encodes what it decoded to the same 65,536 patterns, NaN payloads included", () => {
    expect(encode("x", decode(ALL))).toEqual(ALL);
  });

  it("rounds to the nearest, ties to even, between all finite neighbours", () => {
    const largest = ((2 ** exponent - 1) << fraction) - 1;
    const wrong: number[] = [];
    for (let pattern = 0; pattern < largest; pattern++) {
      const [low, high] = [valueOf(pattern, exponent, fraction), valueOf(pattern + 1, exponent, fraction)];
      const middle = low + (high - low) / 2; // exact: a float32 has bits to spare
      const even = (pattern & 1) === 0 ? pattern : pattern + 1;
      if (Math.fround(middle) !== middle) continue; // below the float32 subnormals
      const below = fromBits(bits(middle) - 1)[0];
      const above = fromBits(bits(middle) + 1)[0];
      const got = encode("x", new Float32Array([below, middle, above, -middle]));
      const expected = [pattern, even, pattern + 1, even | 0x8000];
      if (got.some((half, i) => half !== expected[i])) wrong.push(pattern);
    }
    expect(wrong).toEqual([]);
  });
});

describe("what does not fit", () => {
  it.each([
    [encodeF16, 65519.99609375, 0x7bff],
    [encodeF16, -65519.99609375, 0xfbff],
    [encodeBF16, fromBits(0x7f7f7fff)[0], 0x7f7f],
  ])("keeps the last number that rounds down: %o of %d", (encode, value, pattern) => {
    expect([...encode("x", new Float32Array([value]))]).toEqual([pattern]);
  });

  it("is refused instead of becoming infinite", () => {
    expect(thrownBy(() => encodeF16("x", new Float32Array([1, -65520]))).message).toBe(
      "x: element 1 is -65520, which F16 cannot hold (at most 65504); store it as F32.",
    );
    expect(thrownBy(() => encodeBF16("x", fromBits(0x7f7f8000))).message).toBe(
      "x: element 0 is 3.39617752923046e+38, which BF16 cannot hold (at most 3.39e38); store it as F32.",
    );
  });

  it("keeps infinity, and keeps a NaN whose payload lies in the bits that go a NaN", () => {
    expect([...encodeF16("x", new Float32Array([Infinity, -Infinity]))]).toEqual([0x7c00, 0xfc00]);
    expect([...encodeF16("x", fromBits(0x7f800001))]).toEqual([0x7e00]);
    expect([...encodeBF16("x", fromBits(0xff800001))]).toEqual([0xffc0]);
  });
});
