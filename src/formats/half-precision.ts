/**
 * 16-bit floats: IEEE binary16 (F16) and bfloat16 (BF16), to and from float32. Decoding is exact and keeps NaN
 * payloads; encoding rounds to nearest, ties to even, and gives back the bits of every value that was decoded.
 *
 * @source IEEE 754-2019, 3.6 (binary16) and 4.3.1 (roundTiesToEven); bfloat16 is the upper half of a float32
 */

const EXPONENT = 0x7f800000;

/** @returns float32 values of binary16 bit patterns */
export function decodeF16(halves: Uint16Array): Float32Array {
  const values = new Float32Array(halves.length);
  const bits = new Uint32Array(values.buffer);
  for (let i = 0; i < halves.length; i++) {
    const half = halves[i];
    const sign = (half & 0x8000) << 16;
    const exponent = (half >>> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) {
      values[i] = fraction * 2 ** -24; // zero or subnormal, exact in float32
      bits[i] |= sign;
    } else if (exponent === 31) {
      bits[i] = sign | EXPONENT | (fraction << 13);
    } else {
      bits[i] = sign | ((exponent + 112) << 23) | (fraction << 13);
    }
  }
  return values;
}

/** @returns float32 values of bfloat16 bit patterns */
export function decodeBF16(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i] << 16;
  return new Float32Array(bits.buffer);
}

/** @returns binary16 bit patterns @throws RangeError if a finite value would become infinite */
export function encodeF16(where: string, values: Float32Array): Uint16Array {
  return encode(where, "F16", values, f16FromBits, 0x7c00, "65504");
}

/** @returns bfloat16 bit patterns @throws RangeError if a finite value would become infinite */
export function encodeBF16(where: string, values: Float32Array): Uint16Array {
  return encode(where, "BF16", values, bf16FromBits, 0x7f80, "3.39e38");
}

function encode(
  where: string,
  dtype: string,
  values: Float32Array,
  round: (bits: number) => number,
  infinity: number,
  largest: string,
): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) {
    const half = round(bits[i]);
    if ((half & 0x7fff) === infinity && (bits[i] & EXPONENT) !== EXPONENT) {
      throw new RangeError(
        `${where}: element ${i} is ${values[i]}, which ${dtype} cannot hold (at most ${largest}); store it as F32.`,
      );
    }
    halves[i] = half;
  }
  return halves;
}

function f16FromBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const fraction = bits & 0x7fffff;
  if ((bits & EXPONENT) === EXPONENT) {
    return sign | 0x7c00 | (fraction === 0 ? 0 : fraction >>> 13 || 0x200); // a NaN stays a NaN
  }
  const exponent = ((bits >>> 23) & 0xff) - 112;
  if (exponent >= 31) return sign | 0x7c00;
  if (exponent < -10) return sign;
  if (exponent <= 0) return sign | roundedShift(fraction | 0x800000, 14 - exponent);
  return sign | roundedShift((exponent << 23) | fraction, 13); // a carry runs on into the exponent, as it should
}

function bf16FromBits(bits: number): number {
  if ((bits & EXPONENT) === EXPONENT && (bits & 0x7fffff) !== 0) {
    return (bits >>> 16) | ((bits & 0x7f0000) === 0 ? 0x40 : 0); // a NaN stays a NaN
  }
  return roundedShift(bits, 16);
}

/** bits / 2^shift, rounded to nearest, ties to even; bits is below 2^32 */
function roundedShift(bits: number, shift: number): number {
  const quotient = bits >>> shift;
  const rest = (bits & ((1 << shift) - 1)) >>> 0;
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && (quotient & 1) === 1) ? quotient + 1 : quotient;
}
