/** Softmax cross-entropy. */

import { record } from "../autograd/node.js";
import { show } from "../show.js";
import { ShapeError } from "../errors.js";
import { formatShape } from "../shapes.js";
import { Storage } from "../tensor/storage.js";
import { Tensor } from "../tensor/tensor.js";
import { checkSameBackend } from "../tensor/same-backend.js";

/**
 * The mean over rows of -ln softmax(logits)[label].
 *
 * @param logits [N, classes]
 * @param labels N class numbers, 0 to classes - 1
 * @returns shape []
 * @throws ShapeError if there is not one label per row; RangeError for a label that is no class
 */
export function crossEntropy(logits: Tensor, labels: ArrayLike<number>): Tensor {
  checkSameBackend("crossEntropy", logits);
  if (logits.rank !== 2 || logits.size === 0) {
    throw new ShapeError(
      `crossEntropy: logits are ${formatShape(logits.shape)}; expected [N, classes] with at least one row.`,
    );
  }
  const [rows, classes] = logits.shape;
  if (typeof labels !== "object" || labels === null || !("length" in labels)) {
    throw new TypeError(
      `crossEntropy: labels are ${show(labels)}; expected an Int32Array or an array with one class number per row.`,
    );
  }
  if (labels.length !== rows) {
    throw new ShapeError(
      `crossEntropy: ${labels.length} labels for logits ${formatShape(logits.shape)}; expected ${rows}, one per row.`,
    );
  }
  // Each label is read once: what was checked is what the kernel sees.
  const checked = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const label = labels[row];
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new RangeError(
        `crossEntropy: label ${row} is ${show(label)}; expected a whole number from 0 to ${classes - 1}.`,
      );
    }
    checked[row] = label;
  }
  const { backend } = logits;
  const classOf = Storage.int32(backend, rows);
  classOf.array.set(checked);
  const loss = Tensor.empty([], backend);
  const probability = Tensor.empty(logits.shape, backend);
  backend.kernels.crossEntropyForward(loss.data, probability.data, logits.data, classOf.array, rows, classes);
  record("crossEntropy", [logits], [loss], [probability, classOf], ([g], { tensor, indices }) => {
    if (g === null) return [];
    const dx = Tensor.empty(logits.shape, backend);
    backend.kernels.crossEntropyBackward(dx.data, g.data, tensor(0).data, indices(1), rows, classes);
    return [dx];
  });
  probability.dispose();
  classOf.release();
  return loss;
}
