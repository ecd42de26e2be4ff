/** Transposed convolution, channels last: what conv2d's input gradient computes, and its gradients are conv2d. */

import { record } from "../autograd/node.js";
import { checkInteger } from "../checks.js";
import { ShapeError } from "../errors.js";
import { formatShape } from "../shapes.js";
import { checkSameBackend, present } from "../tensor/same-backend.js";
import { Tensor } from "../tensor/tensor.js";
import { checkPair, type Pair } from "../windows.js";
import { dilatedPlan, mapOf, phasesOf } from "./dilated.js";

export interface ConvTranspose2dOptions {
  /** Default 1. */
  stride?: Pair;
  /** Taken away from each side of the output (default 0). */
  padding?: Pair;
  /** Added to the end of the output (default 0); below the stride. */
  outputPadding?: Pair;
  /** From each tap of the kernel to the next (default 1: side by side). */
  dilation?: Pair;
  /** Channels are split into this many groups that do not see each other (default 1). */
  groups?: number;
}

/** Along an axis: (length - 1) stride - 2 padding + dilation (kernel - 1) + 1 + outputPadding */
export function transposedLength(
  length: number,
  kernel: number,
  stride: number,
  padding: number,
  dilation: number,
  outputPadding: number,
): number {
  return (length - 1) * stride - 2 * padding + dilation * (kernel - 1) + 1 + outputPadding;
}

/**
 * y [N, OH, OW, Cout] = each x [N, H, W, Cin] times w [KH, KW, Cout/groups, Cin] added where its taps fall, + bias [Cout]
 *
 * @throws ShapeError if the shapes do not fit, or nothing is left; StateError where only initInference() was called
 */
export function convTranspose2d(
  x: Tensor,
  w: Tensor,
  bias: Tensor | null,
  options: ConvTranspose2dOptions = {},
): Tensor {
  const where = "convTranspose2d";
  checkSameBackend(where, x, w, ...present(bias));
  const stride = checkPair(`${where}: stride`, options.stride ?? 1, 1);
  const padding = checkPair(`${where}: padding`, options.padding ?? 0, 0);
  const dilation = checkPair(`${where}: dilation`, options.dilation ?? 1, 1);
  const extra = checkPair(`${where}: outputPadding`, options.outputPadding ?? 0, 0);
  const groups = checkInteger(`${where}: groups`, options.groups ?? 1, 1);
  const [KH, KW, perGroup, Cin] = w.shape;
  const Cout = perGroup * groups;
  if (w.rank !== 4 || x.rank !== 4 || x.shape[3] !== Cin || Cin % groups !== 0 || KH * KW === 0) {
    throw new ShapeError(
      `${where}: x is ${formatShape(x.shape)} and the weight ${formatShape(w.shape)} with ${groups} groups; ` +
        `expected x [N, H, W, Cin] and a weight [KH, KW, Cout/groups, Cin], channels last.`,
    );
  }
  if (extra.some((each, axis) => each >= stride[axis])) {
    throw new ShapeError(
      `${where}: outputPadding is ${formatShape(extra)} with the stride ${formatShape(stride)}; expected less than the stride.`,
    );
  }
  if (bias !== null && (bias.rank !== 1 || bias.size !== Cout)) {
    throw new ShapeError(`${where}: the bias is ${formatShape(bias.shape)}; expected [${Cout}].`);
  }
  const [N, ...lengths] = x.shape.slice(0, 3);
  const [OH, OW] = lengths.map((length, axis) =>
    transposedLength(length, [KH, KW][axis], stride[axis], padding[axis], dilation[axis], extra[axis]),
  );
  if (OH < 1 || OW < 1) {
    throw new ShapeError(
      `${where}: x is ${formatShape(x.shape)} and the kernel ${KH} x ${KW} with padding ${padding.join(", ")}, which leaves nothing; ` +
        `expected less padding.`,
    );
  }
  const shape = [N, OH, OW, Cout];
  let y: Tensor;
  if (Math.max(...dilation) === 1) y = transposed(x, w, shape, stride, padding, groups);
  else {
    const { inputs, outputs, stride: steps } = dilatedPlan([KH, KW], stride, padding, dilation, lengths);
    const images = phasesOf(x, outputs);
    const made = [images.shape[0], ...inputs.length, Cout];
    y = mapOf(transposed(images, w, made, steps, [0, 0], groups), shape, inputs);
  }
  return bias === null ? y : y.add(bias);
}

/** @param shape of y: [N, OH, OW, Cout] with OH and OW of which windows make the map of x */
function transposed(
  x: Tensor,
  w: Tensor,
  shape: readonly number[],
  stride: readonly [number, number],
  padding: readonly [number, number],
  groups: number,
): Tensor {
  const [N, OH, OW, Cout] = shape;
  const [KH, KW, , Cin] = w.shape;
  const sizes = [N, OH, OW, Cout, Cin, KH, KW, ...stride, ...padding, groups] as const;
  const { kernels } = x.backend;
  const y = Tensor.empty(shape, x.backend);
  kernels.conv2dInputGrad(y.data, x.data, w.data, ...sizes);
  record("convTranspose2d", [x, w], [y], [x, w], ([g], { needs, tensor }) => {
    if (g === null) return [];
    const dx = needs[0] ? Tensor.empty(x.shape, g.backend) : null;
    if (dx !== null) kernels.conv2dForward(dx.data, g.data, tensor(1).data, null, ...sizes);
    const dw = needs[1] ? Tensor.empty(w.shape, g.backend) : null;
    if (dw !== null) kernels.conv2dWeightGrad(dw.data, tensor(0).data, g.data, ...sizes);
    return [dx, dw];
  });
  return y;
}
