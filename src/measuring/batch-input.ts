/** From a data set's batch to what a model takes. */

import { show } from "../show.js";
import type { Batch } from "../datasets/batch.js";
import { Dataset } from "../datasets/dataset.js";
import { checkModel } from "../models/check-model.js";
import { prepareSamples } from "../models/prepare-samples.js";
import type { SpikingModel } from "../models/spiking-model.js";
import { describePreprocessing } from "../preprocessing/describe.js";
import { stepsLeft, stepsOfData, type PreprocessingStep } from "../preprocessing/table.js";
import { Tensor } from "../tensor/tensor.js";

/** @throws TypeError, RangeError unless the data's labels are classes of the model */
export function checkFits(where: string, model: SpikingModel, data: Dataset): void {
  checkModel(where, model);
  if (!(data instanceof Dataset)) {
    throw new TypeError(
      `${where}: data is ${show(data)}; expected a Dataset, such as (await loadDigits()).test.`,
    );
  }
  const [classes] = model.outputShape;
  if (data.classes > classes) {
    throw new RangeError(
      `${where}: "${data.name}" has ${data.classes} classes but the model has ${classes} outputs; ` +
        `expected at least as many. Use outputShape: [${data.classes}].`,
    );
  }
}

/** @throws TypeError unless it is left out or can be aborted */
export function checkSignal(where: string, signal: unknown): void {
  if (signal === undefined) return;
  if (typeof signal === "object" && signal !== null && "aborted" in signal) return;
  throw new TypeError(
    `${where}: signal is ${show(signal)}; expected an AbortSignal, such as new AbortController().signal.`,
  );
}

/**
 * The samples of a batch as the network takes them, in the memory of the model's backend: what the model's preprocessing
 * asks for is done here, and nowhere else, unless the batch says that it was done.
 *
 * @throws RangeError if something else was done to them; ShapeError, RangeError for samples that do not fit
 */
export function inputOf(model: SpikingModel, batch: Batch): Tensor {
  const { x, shape } = prepareSamples(model, stepsFor(model, batch), batch);
  const [parameter] = model.parameters();
  const input = parameter === undefined ? Tensor.empty(shape) : Tensor.empty(shape, parameter.backend);
  input.data.set(x);
  return input;
}

/**
 * A batch as augmentations meet it: after what the model's preprocessing says is done to whole data sets, such as
 * normalization by statistics of the training set.
 */
export function afterStepsOfData(model: SpikingModel, batch: Batch): Batch {
  const steps = stepsOfData(model.preprocessing);
  const left = stepsLeft(steps, batch.preprocessing ?? []) ?? [];
  if (left.length === 0) return batch;
  const { integerMax: _, ...others } = batch;
  return { ...others, ...prepareSamples(model, left, batch), preprocessing: steps };
}

/** What is left to be done to them. A model without preprocessing takes samples as they come. */
function stepsFor(
  { constructor: { name }, preprocessing }: SpikingModel,
  { preprocessing: done = [] }: Pick<Batch, "preprocessing">,
): readonly PreprocessingStep[] {
  if (preprocessing.length === 0) return preprocessing;
  const left = stepsLeft(preprocessing, done);
  if (left !== null) return left;
  throw new RangeError(
    `${name}: the samples were prepared by ${describePreprocessing(done)}, but the model expects ` +
      `${describePreprocessing(preprocessing)}; expected samples as they were measured, or prepared as the model says. ` +
      `Set model.preprocessing to what is right.`,
  );
}

/**
 * The data in the units that the network learned from, where bytes come in two: 0 to 255, or 0 to 1. Other data are given
 * back as they are.
 *
 * @throws RangeError if something else was done to the samples than the model expects
 */
export function inUnitsOf(model: SpikingModel, data: Dataset): Dataset {
  const step = stepsFor(model, data).find(({ kind }) => kind === "IntToFloat32");
  if (step?.kind !== "IntToFloat32" || !(data.x instanceof Uint8Array)) return data;
  const divisor = step.options.scale ? 255 : 1;
  return data.divisor === divisor ? data : data.with({ divisor });
}
