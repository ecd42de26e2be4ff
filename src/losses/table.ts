/** Losses by name, as training and configuration files know them: mean outputs [N, classes] and labels to a scalar. */

import { show } from "../show.js";
import { crossEntropy } from "../ops/cross-entropy.js";
import { Tensor } from "../tensor/tensor.js";
import { mse } from "./mse.js";

export type LossName = "crossentropy" | "mse";

/** What a spiking layer gave for a batch, at every time step. */
export interface LayerOutput {
  /** [T, N, …]: what the layer handed on, theta or 1 where it fired; differentiable. */
  readonly output: Tensor;
  /** [T, N, …]: 1 where it fired; differentiable, made when it is asked for. */
  readonly spikes: Tensor;
}

/** By the names of layers, "layers.neuron1". */
export type LayerOutputs = Readonly<Record<string, LayerOutput>>;

export interface Loss {
  /** @param layers those that were asked for */
  (outputs: Tensor, labels: ArrayLike<number>, layers: LayerOutputs): Tensor;
  /** What the mean over these samples is divided by, where that is not their number. */
  readonly divisor?: (labels: ArrayLike<number>) => number;
}

/** What the loss of these samples is a mean over: the share of a batch in several. */
export function divisorOf({ divisor }: Pick<Loss, "divisor">, labels: ArrayLike<number>): number {
  return divisor?.(labels) ?? labels.length;
}

/** One that reads no layers. */
export interface PlainLoss {
  (outputs: Tensor, labels: ArrayLike<number>): Tensor;
  readonly divisor?: (labels: ArrayLike<number>) => number;
}

export const lossTable: { readonly [Name in LossName]: PlainLoss } = {
  crossentropy: crossEntropy,
  mse: (outputs, labels) => mse(outputs, oneHot(labels, outputs)),
};

export const lossNames = /* @__PURE__ */ Object.keys(lossTable) as LossName[];

/** [N, classes], 1 at each row's label. */
function oneHot(labels: ArrayLike<number>, like: Tensor): Tensor {
  const classes = like.shape[1];
  const target = Tensor.full([labels.length, classes], 0, like.backend);
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row];
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new RangeError(
        `mse: label ${row} is ${show(label)}; expected a whole number from 0 to ${classes - 1}.`,
      );
    }
    target.data[row * classes + label] = 1;
  }
  return target;
}
