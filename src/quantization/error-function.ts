/**
 * erf, to the accuracy of double precision: its Taylor series near 0, a continued fraction beyond.
 *
 * @source M. Abramowitz, I. A. Stegun, "Handbook of Mathematical Functions", 1964, 7.1.6 and 7.1.14
 */

const SERIES_BELOW = 2.5;
const FRACTION_TERMS = 60;

export function errorFunction(x: number): number {
  if (Number.isNaN(x)) return x;
  const size = Math.abs(x);
  const value = size < SERIES_BELOW ? series(size) : 1 - complement(size);
  return x < 0 ? -value : value;
}

/** 2/sqrt(pi) e^(-x^2) sum of 2^n x^(2n+1) / (1 3 5 … (2n+1)) */
function series(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** erfc(x) = e^(-x^2) / sqrt(pi) / (x + (1/2) / (x + 1 / (x + (3/2) / (x + …)))) */
function complement(x: number): number {
  let tail = x;
  for (let k = FRACTION_TERMS; k >= 1; k--) tail = x + k / 2 / tail;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / tail;
}
