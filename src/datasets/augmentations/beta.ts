/** Samples of the beta distribution, from two gammas. */

import type { Generator } from "../../random/generator.js";

/**
 * Beta(a, b), from 0 to 1, for a, b > 0: X / (X + Y) with X ~ Gamma(a), Y ~ Gamma(b). The gammas are kept as
 * logarithms, because both underflow to 0 when a and b are small.
 */
export function sampleBeta(generator: Generator, a: number, b: number): number {
  const logX = logGamma(generator, a);
  const logY = logGamma(generator, b);
  // Both gammas 0 even as logarithms (a and b below 1e-307): the limit of Beta is a coin.
  if (logX === logY && !Number.isFinite(logX)) return generator.integer(2);
  return 1 / (1 + Math.exp(logY - logX));
}

/**
 * The logarithm of a Gamma(shape, 1) sample.
 * @source G. Marsaglia, W. W. Tsang, "A simple method for generating gamma variables", ACM TOMS 26 (2000); for
 *   shape < 1 its section 6: Gamma(shape) = Gamma(shape + 1) * U^(1 / shape)
 */
function logGamma(generator: Generator, shape: number): number {
  if (shape < 1) {
    const uniform = 1 - generator.uniform(); // above 0
    return logGamma(generator, shape + 1) + Math.log(uniform) / shape;
  }
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const normal = generator.normal();
    const root = 1 + c * normal;
    if (root <= 0) continue;
    const v = root * root * root;
    const uniform = 1 - generator.uniform();
    if (Math.log(uniform) < 0.5 * normal * normal + d * (1 - v + Math.log(v)))
      return Math.log(d) + Math.log(v);
  }
}
