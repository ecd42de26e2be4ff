/**
 * Writes protobuf messages: fields one after the other, each a key (number and wire type) and a value. What is written here is
 * what ONNX and TensorBoard need: whole numbers, float32, float64, texts, bytes, messages within messages.
 *
 * @source protobuf.dev/programming-guides/encoding
 */

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

const text = new TextEncoder();

export class Message {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  /** In bytes. */
  get length(): number {
    return this.#length;
  }

  /** int32, int64 and enums: two's complement of 64 bits, 7 at a time, the lowest first. */
  integer(field: number, value: number): this {
    return this.#key(field, VARINT).#push(varint(value));
  }

  /** float32, little-endian. */
  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#key(field, FIXED32).#push(bytes);
  }

  /** float64, little-endian. */
  double(field: number, value: number): this {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, true);
    return this.#key(field, FIXED64).#push(bytes);
  }

  string(field: number, value: string): this {
    return this.bytes(field, text.encode(value));
  }

  /** They are not copied before the end. */
  bytes(field: number, value: Uint8Array): this {
    return this.#key(field, LENGTH).#push(varint(value.length)).#push(value);
  }

  message(field: number, value: Message): this {
    this.#key(field, LENGTH).#push(varint(value.length));
    for (const part of value.#parts) this.#push(part);
    return this;
  }

  /** Several of one field, each with its key, as readers take them packed or not. */
  integers(field: number, values: readonly number[]): this {
    for (const value of values) this.integer(field, value);
    return this;
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  #key(field: number, wire: number): this {
    return this.#push(varint(field * 8 + wire));
  }

  #push(part: Uint8Array): this {
    this.#parts.push(part);
    this.#length += part.length;
    return this;
  }
}

/** Known of small ones, which most are. */
const SMALL = Array.from({ length: 128 }, (_, value) => Uint8Array.of(value));

function varint(value: number): Uint8Array {
  if (value >= 0 && value < SMALL.length) return SMALL[value];
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, BigInt(value));
  while (left >= 128n) {
    bytes.push(Number(left & 127n) | 128);
    left >>= 7n;
  }
  return Uint8Array.of(...bytes, Number(left));
}
