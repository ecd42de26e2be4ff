/**
 * The random generator: xoshiro128** with splitmix32 seeding. Everything random in this library is drawn from
 * one of these, so that a seed fixes every bit of a run, and its state can be saved and set again.
 *
 * @source D. Blackman, S. Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47 (2021)
 */

import { checkInteger } from "../checks.js";
import { show } from "../show.js";

/** Four 32-bit words. */
export type GeneratorState = readonly [number, number, number, number];

export class Generator {
  #state = new Uint32Array(4);

  /** @param seed a whole number of at least 0; 53 bits of it count */
  constructor(seed: number) {
    checkInteger("Generator: seed", seed);
    let a = seed >>> 0;
    const high = Math.floor(seed / 2 ** 32);
    for (let i = 0; i < 4; i++) {
      a = (a + 0x9e3779b9) >>> 0;
      let z = (a ^ Math.imul(high, 0x85ebca6b)) >>> 0;
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      this.#state[i] = z ^ (z >>> 15);
    }
    if (this.#state.every((word) => word === 0)) this.#state[0] = 1;
  }

  get state(): GeneratorState {
    return [...this.#state] as unknown as GeneratorState;
  }

  set state(state: GeneratorState) {
    if (!Array.isArray(state) || state.length !== 4 || state.every((word: unknown) => word === 0)) {
      throw new RangeError(
        `Generator: state is ${JSON.stringify(state)}; expected four 32-bit words, not all 0.`,
      );
    }
    for (const word of state as readonly unknown[]) {
      const bits = checkInteger("Generator: a word of the state", word);
      if (bits > 0xffffffff) {
        throw new RangeError(`Generator: a word of the state is ${bits}; expected at most 4294967295.`);
      }
    }
    this.#state.set(state);
  }

  /** 32 random bits, as a whole number from 0 to 2^32 - 1. */
  uint32(): number {
    const s = this.#state;
    const scrambled = Math.imul(s[1], 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = (s[3] << 11) | (s[3] >>> 21);
    return result;
  }

  /** Uniform in [low, high), 24 random bits: low + u (high - low) */
  uniform(low = 0, high = 1): number {
    return low + ((this.uint32() >>> 8) / 2 ** 24) * (high - low);
  }

  /** A whole number from 0 to below - 1, each equally likely (rejection). @throws RangeError beyond 32 bits */
  integer(below: number): number {
    checkInteger("Generator.integer: below", below, 1);
    if (below > 2 ** 32) {
      throw new RangeError(
        `Generator.integer: below is ${below}; expected at most 2^32, as a draw has 32 bits.`,
      );
    }
    const limit = 2 ** 32 - (2 ** 32 % below);
    let bits = this.uint32();
    while (bits >= limit) bits = this.uint32();
    return bits % below;
  }

  /** Normal with mean 0 and deviation 1 (Box and Muller 1958; one of the pair, so that no state is hidden). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Shuffles in place (Fisher and Yates). @throws TypeError unless it is an array */
  shuffle<A extends { length: number; [index: number]: number }>(array: A): A {
    if (typeof array !== "object" || array === null)
      throw new TypeError(`Generator.shuffle: got ${show(array)}; expected an array of numbers.`);
    for (let i = array.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const kept = array[i];
      array[i] = array[j];
      array[j] = kept;
    }
    return array;
  }
}

let shared = new Generator(0);

/** The generator that initialisations draw from when none is given. */
export function defaultGenerator(): Generator {
  return shared;
}

/** Seeds the default generator: the same seed gives the same initial weights and thresholds. */
export function manualSeed(seed: number): void {
  shared = new Generator(seed);
}
