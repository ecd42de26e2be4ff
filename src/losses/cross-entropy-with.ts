/** Softmax cross-entropy with weights of classes and smoothed labels. */

import { record } from "../autograd/node.js";
import { ShapeError } from "../errors.js";
import { readOptions, optional, withDefault, type Schema } from "../schema/schema.js";
import { listOf, real } from "../schema/value-types.js";
import { formatShape } from "../shapes.js";
import { show } from "../show.js";
import { Tensor } from "../tensor/tensor.js";
import { checkSameBackend } from "../tensor/same-backend.js";
import type { PlainLoss } from "./table.js";

export interface CrossEntropyOptions {
  /** One per class, at least 0 (default: 1 for each). */
  weight?: readonly number[];
  /** Share of every label that is spread over all classes, 0 to 1 (default 0). */
  labelSmoothing?: number;
}

interface Resolved {
  readonly weight?: readonly number[];
  readonly labelSmoothing: number;
}

const schema: Schema<Resolved> = {
  fields: {
    weight: optional(listOf(real({ from: 0 }), 1), "How much each class counts."),
    labelSmoothing: withDefault(
      real({ from: 0, to: 1 }),
      0,
      "Share of a label that is spread over all classes.",
    ),
  },
};

/**
 * A loss for gradientsOf: with q[n, c] = w[c] ((1 - s) [c = label n] + s / C) and W = the sum of w[label n],
 *
 *   L = -sum of q ln softmax(logits) / W,  dlogits[n] = (softmax(logits[n]) sum of q[n] - q[n]) / W
 *
 * @returns a function of logits [N, C] and N labels, which gives shape []
 * @throws TypeError, RangeError; the function: ShapeError, RangeError as crossEntropy
 * @source C. Szegedy et al., "Rethinking the Inception architecture", CVPR 2016, section 7; the mean is PyTorch's
 */
export function crossEntropyWith(options: CrossEntropyOptions): PlainLoss {
  const { weight, labelSmoothing } = readOptions("crossEntropyWith", options, schema);
  const loss: PlainLoss = (logits, labels) => smoothed(logits, labels, weight, labelSmoothing);
  return weight === undefined ? loss : Object.assign(loss, { divisor: divisorBy(weight) });
}

function smoothed(
  logits: Tensor,
  labels: ArrayLike<number>,
  weight: readonly number[] | undefined,
  smoothing: number,
): Tensor {
  const backend = checkSameBackend("crossEntropyWith", logits);
  const [rows, classes] = logits.shape;
  if (logits.rank !== 2 || logits.size === 0 || labels.length !== rows) {
    throw new ShapeError(
      `crossEntropyWith: logits are ${formatShape(logits.shape)} with ${labels.length} labels; expected [N, classes] and N labels, N at least 1.`,
    );
  }
  if (weight !== undefined && weight.length !== classes) {
    throw new ShapeError(
      `crossEntropyWith: there are ${weight.length} weights for ${classes} classes; expected one per class.`,
    );
  }
  const w = weight ?? new Array<number>(classes).fill(1);
  const total = totalOf(labels, w);
  if (total === 0) {
    throw new RangeError("crossEntropyWith: the weights of all labels are 0; expected a label that counts.");
  }
  const x = logits.data;
  const dx = new Float32Array(x.length);
  let loss = 0;
  for (let n = 0; n < rows; n++) {
    const row = x.subarray(n * classes, (n + 1) * classes);
    const most = row.reduce((high, value) => Math.max(high, value), -Infinity);
    const sum = row.reduce((all, value) => all + Math.exp(value - most), 0);
    const q = w.map((each, c) => each * ((c === labels[n] ? 1 - smoothing : 0) + smoothing / classes));
    const mass = q.reduce((all, each) => all + each, 0);
    row.forEach((value, c) => {
      loss -= (q[c] * (value - most - Math.log(sum))) / total;
      dx[n * classes + c] = ((Math.exp(value - most) / sum) * mass - q[c]) / total;
    });
  }
  const y = Tensor.full([], loss, backend);
  const gradient = Tensor.empty(logits.shape, backend);
  gradient.data.set(dx);
  record("crossEntropyWith", [logits], [y], [gradient], ([g], { tensor }) => [
    g === null ? null : tensor(0).mul(g),
  ]);
  gradient.dispose();
  return y;
}

/** What a mean over labels with such weights is divided by. */
function divisorBy(weight: readonly number[]): (labels: ArrayLike<number>) => number {
  return (labels) => totalOf(labels, weight);
}

/** The weights of all labels, summed. */
function totalOf(labels: ArrayLike<number>, weight: readonly number[]): number {
  let total = 0;
  for (let n = 0; n < labels.length; n++) {
    const label = labels[n];
    if (!Number.isInteger(label) || label < 0 || label >= weight.length) {
      throw new RangeError(
        `crossEntropyWith: label ${n} is ${show(label)}; expected a whole number from 0 to ${weight.length - 1}.`,
      );
    }
    total += weight[label];
  }
  return total;
}
