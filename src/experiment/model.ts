/** The network of an experiment. */

import { ConfigError, messageOf, OutOfMemoryError } from "../errors.js";
import type { SpikingModel } from "../models/spiking-model.js";
import { createModel } from "../models/table.js";
import { manualSeed } from "../random/generator.js";
import type { Shape } from "../shapes.js";
import type { ModelConfig } from "./description/experiment.js";

export interface ModelFit {
  /** Channels last, without batch and time. */
  readonly inputShape: Shape;
  readonly classes: number;
  /** Decides the initial weights and thresholds. */
  readonly seed: number;
}

/**
 * A new network for the given samples. The default generator is seeded on the way.
 * @throws ConfigError if the parameters make no network for these samples
 */
export function buildModel(config: ModelConfig, { inputShape, classes, seed }: ModelFit): SpikingModel {
  manualSeed(seed);
  const shapes = { inputShape, outputShape: [classes] };
  try {
    return createModel({ kind: config.kind, options: { ...config.params, ...shapes } });
  } catch (thrown) {
    const isArgument = thrown instanceof RangeError || thrown instanceof TypeError;
    if (!isArgument || thrown instanceof OutOfMemoryError) throw thrown;
    throw new ConfigError(`model "${config.name}" cannot be made: ${messageOf(thrown)}`, { cause: thrown });
  }
}
