/** From a data set's batch to what a model takes, and how it is shown: still samples, or such that change over time. */

import { counted } from "../counted.js";
import { ShapeError } from "../errors.js";
import { show } from "../show.js";
import type { Batch } from "../datasets/batch.js";
import { Dataset } from "../datasets/dataset.js";
import { checkModel } from "../models/check-model.js";
import { prepareSamples } from "../models/prepare-samples.js";
import type { SpikingModel } from "../models/spiking-model.js";
import type { Samples } from "../preprocessing/samples.js";
import { describePreprocessing } from "../preprocessing/describe.js";
import { stepsLeft, stepsOfData, type PreprocessingStep } from "../preprocessing/table.js";
import { formatShape, sameShape, sizeOf } from "../shapes.js";
import { Tensor } from "../tensor/tensor.js";

/**
 * @throws TypeError, RangeError unless the data's labels are classes of the model, and its time steps, where it has some, are
 *   as many as the model's
 */
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
  if (data.time) checkSteps(`${where}: "${data.name}"`, model, data.sampleShape[0]);
}

/** @throws RangeError unless data of so many time steps are what the model counts with */
function checkSteps(where: string, { timesteps }: SpikingModel, given: number): void {
  if (given === timesteps) return;
  throw new RangeError(
    `${where} has samples of ${counted(given, "time step")} but the model has timesteps ${timesteps}; expected the same. ` +
      `Set model.timesteps = ${given}, or give samples [${timesteps}, …].`,
  );
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
 * asks for is done here, and nowhere else, unless the batch says that it was done. Of samples that change over time it is
 * done to every time step.
 *
 * @returns what run() takes, [N, …]; or what runSequence() takes, [T, N, …], where the batch has time
 * @throws RangeError if something else was done to them; ShapeError, RangeError for samples that do not fit
 */
export function inputOf(model: SpikingModel, batch: Batch): Tensor {
  checkTime(model, batch);
  const { x, shape } = prepareFrames(model, stepsFor(model, batch), batch);
  const [parameter] = model.parameters();
  const [N, T, ...frame] = shape;
  const own = batch.time === true ? [T, N, ...frame] : shape;
  const input = parameter === undefined ? Tensor.empty(own) : Tensor.empty(own, parameter.backend);
  if (batch.time === true) timeFirst(x, [N, T, sizeOf(frame)], input.data);
  else input.data.set(x);
  return input;
}

/**
 * Shows a batch to the model from rest: a still one T times, one with time step by step. The one place where that is decided.
 *
 * @returns mean outputs [N, classes]; differentiable
 * @throws as inputOf, run and runSequence
 */
export function showBatch(model: SpikingModel, batch: Batch): Tensor {
  const input = inputOf(model, batch);
  return batch.time === true ? model.runSequence(input) : model.run(input);
}

/** @throws RangeError, ShapeError unless time steps are as many as the model's, and said to be time */
function checkTime(model: SpikingModel, { shape, time }: Batch): void {
  const { name } = model.constructor;
  if (time === true) return checkSteps(`${name}: the batch ${formatShape(shape)}`, model, shape[1]);
  const { inputShape, preprocessing } = model;
  const isStill = preprocessing.length > 0 || sizeOf(shape.slice(1)) === sizeOf(inputShape);
  if (isStill || !sameShape(shape.slice(2), inputShape)) return;
  throw new ShapeError(
    `${name}: the samples are ${formatShape(shape.slice(1))} but the model takes ${formatShape(inputShape)}; expected still ` +
      `samples, or ones that say that their first dimension is time. Make the data set with time: true.`,
  );
}

/** prepareSamples of each time step. */
function prepareFrames(model: SpikingModel, steps: readonly PreprocessingStep[], batch: Batch): Samples {
  if (batch.time !== true) return prepareSamples(model, steps, batch);
  const [N, T, ...frame] = batch.shape;
  const { x, shape } = prepareSamples(model, steps, { ...batch, shape: [N * T, ...frame] });
  return { x, shape: [N, T, ...shape.slice(1)] };
}

/** [N, T, size] to [T, N, size]. */
function timeFirst(
  x: Float32Array,
  [N, T, size]: readonly [number, number, number],
  out: Float32Array,
): void {
  for (let n = 0; n < N; n++) {
    for (let t = 0; t < T; t++) {
      const from = (n * T + t) * size;
      out.set(x.subarray(from, from + size), (t * N + n) * size);
    }
  }
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
  return { ...others, ...prepareFrames(model, left, batch), preprocessing: steps };
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
