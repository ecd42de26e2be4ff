/** Where an axis is marked. */

/**
 * Multiples of 1, 2 or 5 times a power of ten, from low to high, as many as fit without being more than `most`.
 *
 * @param low below high, both finite
 * @param most at least 2
 */
export function ticks(low: number, high: number, most: number): number[] {
  let power = 10 ** Math.floor(Math.log10((high - low) / most));
  for (;;) {
    for (const step of [1, 2, 5]) {
      const [first, last] = [Math.ceil(low / (step * power)), Math.floor(high / (step * power))];
      if (last - first + 1 > most) continue;
      // Of a product with a power below 1 the last digits are noise: 3 x 0.1 is not 0.3.
      return Array.from({ length: last - first + 1 }, (_, i) =>
        Number(((first + i) * step * power).toPrecision(12)),
      );
    }
    power *= 10;
  }
}
