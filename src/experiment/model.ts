/** The network of an experiment. */

import { ConfigError, messageOf, OutOfMemoryError } from "../errors.js";
import type { SpikingModel } from "../models/spiking-model.js";
import { createModel } from "../models/table.js";
import { manualSeed } from "../random/generator.js";
import { formatShape, sameShape, sizeOf, type Shape } from "../shapes.js";
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
  checkShapes(config, inputShape, classes);
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

/** @throws ConfigError if the model asks for other samples or classes than the data have */
function checkShapes({ name, params }: ModelConfig, given: Shape, classes: number): void {
  const { inputShape, outputShape } = params;
  // An SMLP flattens its input, so only the number of values counts.
  const isFlat = "units" in params;
  if (
    inputShape !== undefined &&
    !(isFlat ? sizeOf(inputShape) === sizeOf(given) : sameShape(inputShape, given))
  ) {
    throw new ConfigError(
      `model "${name}": params.input_shape is ${formatShape(inputShape)}, but the data give samples of ${formatShape(given)}; ` +
        `leave it out or make them agree.`,
    );
  }
  if (outputShape !== undefined && outputShape[0] !== classes) {
    throw new ConfigError(
      `model "${name}": params.output_shape is ${formatShape(outputShape)}, but the data have ${classes} classes; ` +
        `expected [${classes}]. Leave it out or make them agree.`,
    );
  }
}
