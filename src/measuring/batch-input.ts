/** From a data set's batch to what a model takes. */

import { show } from "../show.js";
import type { Batch } from "../datasets/batch.js";
import { Dataset } from "../datasets/dataset.js";
import { checkModel } from "../models/check-model.js";
import type { SpikingModel } from "../models/spiking-model.js";
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

/** The samples of a batch in the memory of the model's backend. */
export function inputOf(model: SpikingModel, { x, shape }: Batch): Tensor {
  const [parameter] = model.parameters();
  const input = parameter === undefined ? Tensor.empty(shape) : Tensor.empty(shape, parameter.backend);
  input.data.set(x);
  return input;
}
