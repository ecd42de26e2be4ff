/** The random generator: the published algorithm, reproducible, uniform. */

import { describe, expect, it } from "vitest";
import { defaultGenerator, Generator, manualSeed, type GeneratorState } from "../../src/random/generator.js";

/** xoshiro128** with big integers, from the paper. */
function reference(state: readonly number[], draws: number): number[] {
  const MASK = 0xffffffffn;
  const rotate = (x: bigint, k: bigint): bigint => ((x << k) | (x >> (32n - k))) & MASK;
  let [a, b, c, d] = state.map(BigInt);
  return Array.from({ length: draws }, () => {
    const result = (rotate((b * 5n) & MASK, 7n) * 9n) & MASK;
    const t = (b << 9n) & MASK;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotate(d, 11n);
    return Number(result);
  });
}

const draws = (random: Generator, n: number): number[] => Array.from({ length: n }, () => random.uint32());

describe("Generator", () => {
  it("is xoshiro128**", () => {
    const random = new Generator(0);
    random.state = [1, 2, 3, 4];
    const first = draws(random, 1000);
    // worked out by hand: rotl(2 * 5, 7) * 9, then rotl(0, 7) * 9
    expect(first.slice(0, 2)).toEqual([11520, 0]);
    expect(first).toEqual(reference([1, 2, 3, 4], 1000));
    const seeded = new Generator(123456789);
    const state = seeded.state;
    expect(draws(seeded, 1000)).toEqual(reference(state, 1000));
  });

  it("gives the same for the same seed and other numbers for another, 53 bits counting", () => {
    expect(draws(new Generator(42), 8)).toEqual(draws(new Generator(42), 8));
    const seeds = [0, 1, 2, 3, 2 ** 32, 2 ** 32 + 1, 2 ** 33, 2 ** 52, Number.MAX_SAFE_INTEGER];
    expect(new Set(seeds.map((seed) => draws(new Generator(seed), 4).join())).size).toBe(seeds.length);
  });

  it("seed 0 is as good as any", () => {
    expect(new Generator(0).state.some((word) => word !== 0)).toBe(true);
    expect(new Set(draws(new Generator(0), 100)).size).toBe(100);
  });

  it("goes on from a saved state, whatever was drawn", () => {
    const random = new Generator(5);
    random.normal();
    random.integer(10);
    random.shuffle([1, 2, 3]);
    const saved = random.state;
    const next = [random.normal(), random.uniform(), random.integer(1000), random.uint32()];
    random.state = saved;
    expect([random.normal(), random.uniform(), random.integer(1000), random.uint32()]).toEqual(next);
    // the state is a copy
    expect(saved).toEqual([...saved]);
  });

  it("uniform: 24 bits, from low to below high, evenly", () => {
    const random = new Generator(6);
    const buckets = new Array<number>(20).fill(0);
    for (let i = 0; i < 40_000; i++) {
      const u = random.uniform();
      expect(u >= 0 && u < 1 && Number.isInteger(u * 2 ** 24) ? 0 : u).toBe(0);
      buckets[Math.floor(u * 20)]++;
    }
    // chi-squared with 19 degrees of freedom: above 43.8 once in 1000 seeds
    expect(buckets.reduce((sum, n) => sum + (n - 2000) ** 2 / 2000, 0)).toBeLessThan(43.8);
    for (let i = 0; i < 1000; i++) {
      const u = random.uniform(-3, 5);
      expect(u >= -3 && u < 5).toBe(true);
    }
  });

  it("integer: every value, equally often, up to 2^32", () => {
    const random = new Generator(7);
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 35_000; i++) counts[random.integer(7)]++;
    expect(counts.reduce((sum, n) => sum + (n - 5000) ** 2 / 5000, 0)).toBeLessThan(22.5);
    expect(random.integer(1)).toBe(0);
    // without rejection the lowest third would come up half of the time
    const low = Array.from({ length: 3000 }, () => random.integer(3 * 2 ** 30)).filter((n) => n < 2 ** 30);
    expect(Math.abs(low.length / 3000 - 1 / 3)).toBeLessThan(0.04);
    const large = Array.from({ length: 200 }, () => random.integer(2 ** 32));
    expect(Math.max(...large)).toBeGreaterThan(2 ** 31);
    expect(large.every((n) => Number.isInteger(n) && n >= 0 && n < 2 ** 32)).toBe(true);
  });

  it("normal: mean 0, deviation 1, symmetric tails", () => {
    const random = new Generator(8);
    const n = 40_000;
    const values = Array.from({ length: n }, () => random.normal());
    const mean = values.reduce((a, b) => a + b) / n;
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(variance - 1)).toBeLessThan(0.03);
    const beyond = (bound: number): number =>
      values.filter((v) => (bound > 0 ? v > bound : v < bound)).length / n;
    expect(Math.abs(beyond(1.96) - 0.025)).toBeLessThan(0.003);
    expect(Math.abs(beyond(-1.96) - 0.025)).toBeLessThan(0.003);
    expect(values.every(Number.isFinite)).toBe(true);
  });

  it("shuffle: in place, every order, equally often", () => {
    const random = new Generator(9);
    const counts = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const order = random.shuffle([0, 1, 2, 3]).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    // chi-squared with 23 degrees of freedom: above 49.7 once in 1000 seeds
    expect([...counts.values()].reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0)).toBeLessThan(49.7);
    const array = Int32Array.of(1, 2, 3);
    expect(random.shuffle(array)).toBe(array);
    expect(random.shuffle([])).toEqual([]);
  });

  it("manualSeed fixes the default generator", () => {
    manualSeed(3);
    const first = draws(defaultGenerator(), 5);
    manualSeed(3);
    expect(draws(defaultGenerator(), 5)).toEqual(first);
    expect(first).toEqual(draws(new Generator(3), 5));
  });

  it.each<[string, () => unknown, string]>([
    ["a seed below 0", () => new Generator(-1), "Generator: seed is -1; expected a whole number of at least 0."],
    ["half a seed", () => new Generator(0.5), "Generator: seed is 0.5; expected a whole number of at least 0."],
    ["a seed NaN", () => manualSeed(NaN), "Generator: seed is NaN; expected a finite number."],
    ["a seed as text", () => new Generator("1" as unknown as number), 'Generator: seed is "1"; expected a number.'],
    ["integer(0)", () => new Generator(1).integer(0), "Generator.integer: below is 0; expected a whole number of at least 1."],
    ["integer above 2^32", () => new Generator(1).integer(2 ** 32 + 1), "Generator.integer: below is 4294967297; expected at most 2^32, as a draw has 32 bits."],
    ["a state of zeros", () => setState([0, 0, 0, 0]), "Generator: state is [0,0,0,0]; expected four 32-bit words, not all 0."],
    ["a state of three words", () => setState([1, 2, 3]), "Generator: state is [1,2,3]; expected four 32-bit words, not all 0."],
    ["no state", () => setState(null), "Generator: state is null; expected four 32-bit words, not all 0."],
    ["a word of 33 bits", () => setState([1, 2, 3, 2 ** 32]), "Generator: a word of the state is 4294967296; expected at most 4294967295."],
    ["half a word", () => setState([1, 2, 3, 0.5]), "Generator: a word of the state is 0.5; expected a whole number of at least 0."],
  ])("refuses %s", (_, use, message) => {
    expect(use).toThrow(message);
  }); // prettier-ignore

  it("a state that is refused changes nothing", () => {
    const random = new Generator(4);
    const before = random.state;
    expect(() => (random.state = [1, 2, 3, -1])).toThrow();
    expect(random.state).toEqual(before);
  });
});

function setState(state: unknown): void {
  new Generator(1).state = state as GeneratorState;
}
