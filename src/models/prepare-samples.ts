/** Samples as data give them, as a network takes them. */

import type { Samples } from "../preprocessing/samples.js";
import { applyPreprocessing, shapeBefore, type PreprocessingStep } from "../preprocessing/table.js";
import { sizeOf, type Shape } from "../shapes.js";

/**
 * Does some of the steps of a model's preprocessing. Images that were flattened are flat again afterwards: whether the
 * network takes such is for it to say.
 *
 * @throws ShapeError, RangeError for samples that do not fit the steps
 */
export function prepareSamples(
  { inputShape }: { readonly inputShape: Shape },
  steps: readonly PreprocessingStep[],
  samples: Samples,
): Samples {
  if (steps.length === 0) return samples;
  const { shape } = samples;
  const image = shapeBefore(steps, inputShape);
  const isFlat = shape.length === 2 && image.length > 1 && shape[1] === sizeOf(image);
  if (!isFlat) return applyPreprocessing(steps, samples);
  const { x } = applyPreprocessing(steps, { ...samples, shape: [shape[0], ...image] });
  return { x, shape };
}
