/** Samples as data give them, as a network takes them. */

import type { Samples } from "../preprocessing/samples.js";
import { applyPreprocessing, shapeBefore, type PreprocessingStep } from "../preprocessing/table.js";
import { sizeOf, type Shape } from "../shapes.js";
import { Tensor } from "../tensor/tensor.js";

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

/** As `model.prepare(x)`, whatever a class of somebody's own calls so. */
export function preparedTensor(
  model: { readonly inputShape: Shape; readonly preprocessing: readonly PreprocessingStep[] },
  x: Tensor,
): Tensor {
  if (model.preprocessing.length === 0) return x;
  const samples = prepareSamples(model, model.preprocessing, { x: x.toArray(), shape: x.shape });
  const prepared = Tensor.empty(samples.shape, x.backend);
  prepared.data.set(samples.x);
  return prepared;
}
