/** Losses by name, as training and configuration files know them: mean outputs [N, classes] and labels to a scalar. */

import { show } from "../show.js";
import { crossEntropy } from "../ops/cross-entropy.js";
import { Tensor } from "../tensor/tensor.js";
import { mse } from "./mse.js";

export type LossName = "crossentropy" | "mse";

export type Loss = (outputs: Tensor, labels: ArrayLike<number>) => Tensor;

export const lossTable: { readonly [Name in LossName]: Loss } = {
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
