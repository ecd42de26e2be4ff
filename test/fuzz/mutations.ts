/** Damage to bytes, drawn: bits, cuts, splices, repeated ranges, and numbers made extreme. */

import type { Generator } from "../../src/random/generator.js";

/** What is written over whole numbers of 1, 2, 4 and 8 bytes, little-endian. */
const EXTREMES = [
  0n,
  1n,
  0x7fn,
  0x80n,
  0xffn,
  0x7fffn,
  0xffffn,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  2n ** 53n,
  2n ** 64n - 1n,
];
const WIDTHS = [1, 2, 4, 8];

type Mutation = (bytes: Uint8Array, random: Generator) => Uint8Array;

const flipBits: Mutation = (bytes, random) => {
  const copy = bytes.slice();
  for (let i = random.integer(3); i >= 0; i--) copy[random.integer(copy.length)] ^= 1 << random.integer(8);
  return copy;
};

const cut: Mutation = (bytes, random) => bytes.slice(0, random.integer(bytes.length));

/** A range is taken out, or written elsewhere over what is there. */
const splice: Mutation = (bytes, random) => {
  const [begin, length] = rangeOf(bytes, random);
  if (random.integer(2) === 0) return joined(bytes.subarray(0, begin), bytes.subarray(begin + length));
  const copy = bytes.slice();
  copy.copyWithin(random.integer(bytes.length), begin, begin + length);
  return copy;
};

/** A range stands twice, one behind the other or somewhere else. */
const duplicate: Mutation = (bytes, random) => {
  const [begin, length] = rangeOf(bytes, random);
  const to = random.integer(2) === 0 ? begin + length : random.integer(bytes.length);
  return joined(bytes.subarray(0, to), bytes.subarray(begin, begin + length), bytes.subarray(to));
};

const makeExtreme: Mutation = (bytes, random) => {
  const copy = bytes.slice();
  const width = WIDTHS[random.integer(WIDTHS.length)];
  const value = EXTREMES[random.integer(EXTREMES.length)];
  const at = random.integer(copy.length);
  for (let i = 0; i < width && at + i < copy.length; i++)
    copy[at + i] = Number((value >> BigInt(8 * i)) & 0xffn);
  return copy;
};

const overwrite: Mutation = (bytes, random) => {
  const copy = bytes.slice();
  const [begin, length] = rangeOf(bytes, random);
  for (let i = begin; i < begin + length; i++) copy[i] = random.integer(256);
  return copy;
};

const MUTATIONS: readonly Mutation[] = [
  flipBits,
  flipBits,
  cut,
  splice,
  duplicate,
  makeExtreme,
  makeExtreme,
  overwrite,
];

/** The bytes with one kind of damage, or two. */
export function mutated(bytes: Uint8Array, random: Generator): Uint8Array {
  let damaged = bytes;
  for (let i = random.integer(4) === 0 ? 2 : 1; i > 0 && damaged.length > 0; i--)
    damaged = MUTATIONS[random.integer(MUTATIONS.length)](damaged, random);
  return damaged;
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Mostly short. */
function rangeOf(bytes: Uint8Array, random: Generator): [begin: number, length: number] {
  const begin = random.integer(bytes.length);
  const most = Math.min(bytes.length - begin, random.integer(4) === 0 ? bytes.length : 64);
  return [begin, 1 + random.integer(most)];
}
