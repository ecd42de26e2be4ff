/** Models and inputs whose every intermediate number is exact in float32. */

import type { SpikingModel } from "../../src/models/spiking-model.js";
import { Generator } from "../../src/random/generator.js";

/** Multiples of 1/8 from 0 to 1. */
export function exactInput(seed: number, size: number): number[] {
  const generator = new Generator(seed);
  return Array.from({ length: size }, () => generator.integer(9) / 8);
}

/** Weights are multiples of 1/32 in [-1/2, 1/2], thresholds 1/2, 3/4 or 1. */
export function makeExact<M extends SpikingModel>(model: M, seed = 1): M {
  const generator = new Generator(seed);
  const dict = Object.entries(model.stateDict()).map(([name, { shape, data }]) => {
    const threshold = name.endsWith("v_threshold");
    const draw = (): number =>
      threshold ? (2 + generator.integer(3)) / 4 : (generator.integer(33) - 16) / 32;
    return [name, { shape, data: Array.from(data, draw) }] as const;
  });
  model.loadStateDict(Object.fromEntries(dict));
  return model;
}
