/** Convolution in one and two dimensions, channels last. */

import { withGrad } from "../autograd/grad-mode.js";
import { record } from "../autograd/node.js";
import { checkInteger } from "../checks.js";
import { ShapeError, StateError } from "../errors.js";
import { formatShape, type Shape } from "../shapes.js";
import { checkPair, windowCount, type Pair } from "../windows.js";
import { spikesOf, type Spikes } from "../tensor/packed-spikes.js";
import type { ChannelAffine } from "../tensor/affine-map.js";
import { Tensor } from "../tensor/tensor.js";
import { checkSameBackend, present } from "../tensor/same-backend.js";
import { reshape } from "./reshape.js";
import { sum } from "./reduce.js";

export interface Convolution2dOptions {
  stride?: Pair;
  padding?: Pair;
  /** Channels are split into this many groups that do not see each other; groups = Cin: depthwise. */
  groups?: number;
  /** From each tap of the kernel to the next (default 1: side by side). */
  dilation?: Pair;
}

export interface Convolution1dOptions {
  stride?: number;
  padding?: number;
  groups?: number;
  dilation?: number;
}

/** @param convolve images that are not dilated */
export type DilatedConvolution = (
  x: Tensor,
  w: Tensor,
  options: Convolution2dOptions,
  convolve: (images: Tensor, stride: Pair, groups: number) => Tensor,
) => Tensor;

let dilated: DilatedConvolution = () => {
  throw new StateError("conv2d: it is dilated; call rareLayers() of atif first.");
};

/** A page that has no dilated ones does without. */
export function installDilation(convolution: DilatedConvolution): void {
  dilated = convolution;
}

/**
 * y [N, OH, OW, Cout] = x [N, H, W, Cin] * w [KH, KW, Cin/groups, Cout] + bias [Cout]  (cross-correlation)
 *
 * @throws ShapeError if the shapes do not fit or no window does
 */
export function conv2d(
  x: Tensor,
  w: Tensor,
  bias: Tensor | null,
  options: Convolution2dOptions = {},
): Tensor {
  return convolve(x, w, bias, options, null);
}

/**
 * conv2d and, per channel, * scale + shift: the batch normalisation of evaluation, rounded as by itself. Packed spikes
 * take both in one kernel. Not differentiable: for use under noGrad.
 *
 * @param affine scale and shift [Cout]
 * @throws ShapeError as conv2d
 */
export function conv2dAffine(
  x: Tensor,
  w: Tensor,
  bias: Tensor | null,
  options: Convolution2dOptions,
  affine: ChannelAffine,
): Tensor {
  return withGrad(false, () => convolve(x, w, bias, options, affine));
}

function convolve(
  x: Tensor,
  w: Tensor,
  bias: Tensor | null,
  options: Convolution2dOptions,
  affine: ChannelAffine | null,
): Tensor {
  if ([options.dilation ?? 1].flat().some((each) => each !== 1)) {
    return dilated(x, w, options, (images, stride, groups) =>
      convolve(images, w, bias, { stride, groups }, affine),
    );
  }
  const { kernels } = checkSameBackend("conv2d", x, w, ...present(bias));
  const [SH, SW] = checkPair("conv2d: stride", options.stride ?? 1, 1);
  const [PH, PW] = checkPair("conv2d: padding", options.padding ?? 0, 0);
  const groups = checkInteger("conv2d: groups", options.groups ?? 1, 1);
  const [KH, KW, Cin, Cout] = [w.shape[0], w.shape[1], w.shape[2] * groups, w.shape[3]];
  if (w.rank !== 4 || x.rank !== 4 || x.shape[3] !== Cin || Cout % groups !== 0) {
    throw new ShapeError(
      `conv2d: x is ${formatShape(x.shape)} and the weight ${formatShape(w.shape)} with ${groups} groups; ` +
        `expected x [N, H, W, ${Number.isNaN(Cin) ? "Cin" : Cin}] and a weight [KH, KW, Cin/groups, Cout], channels last.`,
    );
  }
  if (KH === 0 || KW === 0) {
    throw new ShapeError(
      `conv2d: the weight is ${formatShape(w.shape)}; expected a kernel of at least 1 x 1.`,
    );
  }
  const [N, H, W] = x.shape;
  const [OH, OW] = [windowCount(H, KH, SH, PH), windowCount(W, KW, SW, PW)];
  if (OH === 0 || OW === 0) {
    throw new ShapeError(
      `conv2d: x is ${formatShape(x.shape)} and the kernel ${KH} x ${KW} with padding ${PH}, ${PW}; expected the kernel to fit. Use a smaller kernel or more padding.`,
    );
  }
  if (bias !== null && (bias.rank !== 1 || bias.size !== Cout)) {
    throw new ShapeError(`conv2d: the bias is ${formatShape(bias.shape)}; expected [${Cout}].`);
  }
  const sizes = [N, H, W, Cin, Cout, KH, KW, SH, SW, PH, PW] as const;
  const y = Tensor.empty([N, OH, OW, Cout], x.backend);
  const spikes = groups === 1 ? channelSpikes(x) : null;
  const b = bias?.data ?? null;
  if (spikes !== null) {
    const [scale, shift] = [affine?.scale.data ?? null, affine?.shift.data ?? null];
    kernels.packedConv2dForward(y.data, spikes.bits, w.data, b, scale, shift, spikes.scale, ...sizes);
    if (affine !== null) return y;
  } else {
    kernels.conv2dForward(y.data, x.data, w.data, b, ...sizes, groups);
    if (affine !== null) return y.mul(affine.scale).add(affine.shift);
  }
  record("conv2d", bias === null ? [x, w] : [x, w, bias], [y], [x, w], ([g], { needs, tensor }) => {
    if (g === null) return [];
    let dx: Tensor | null = null;
    if (needs[0]) {
      dx = Tensor.empty(x.shape, g.backend);
      kernels.conv2dInputGrad(dx.data, g.data, tensor(1).data, ...sizes, groups);
    }
    let dw: Tensor | null = null;
    if (needs[1]) {
      dw = Tensor.empty(w.shape, g.backend);
      const saved = tensor(0);
      const spiked = groups === 1 ? channelSpikes(saved) : null;
      if (spiked === null) kernels.conv2dWeightGrad(dw.data, g.data, saved.data, ...sizes, groups);
      else kernels.packedConv2dWeightGrad(dw.data, g.data, spiked.bits, spiked.scale, ...sizes);
    }
    return [dx, dw, needs[2] ? sum(g.reshape([-1, Cout]), 0) : null];
  });
  return y;
}

/** The spikes of a map whose rows are its pixels. */
function channelSpikes(x: Tensor): Spikes | null {
  const spikes = spikesOf(x);
  return spikes !== null && spikes.channels === x.shape.at(-1) ? spikes : null;
}

/**
 * y [N, OS, Cout] = x [N, S, Cin] * w [K, Cin/groups, Cout] + bias [Cout]: conv2d with a height of 1.
 *
 * @throws ShapeError if the shapes do not fit or no window does
 */
export function conv1d(
  x: Tensor,
  w: Tensor,
  bias: Tensor | null,
  options: Convolution1dOptions = {},
): Tensor {
  checkSameBackend("conv1d", x, w, ...present(bias));
  if (x.rank !== 3 || w.rank !== 3) {
    throw new ShapeError(
      `conv1d: x is ${formatShape(x.shape)} and the weight ${formatShape(w.shape)}; expected x [N, S, Cin] and a weight [K, Cin/groups, Cout], channels last.`,
    );
  }
  const stride = checkInteger("conv1d: stride", options.stride ?? 1, 1);
  const padding = checkInteger("conv1d: padding", options.padding ?? 0, 0);
  if (windowCount(x.shape[1], w.shape[0], stride, padding) === 0) {
    throw new ShapeError(
      `conv1d: x is ${formatShape(x.shape)} and the kernel ${w.shape[0]} with padding ${padding}; expected the kernel to fit. Use a smaller kernel or more padding.`,
    );
  }
  const y = conv2d(flat(x), reshape(w, [1, ...w.shape]), bias, {
    stride: [1, stride],
    padding: [0, padding],
    dilation: [1, options.dilation ?? 1],
    groups: options.groups ?? 1,
  });
  return dropHeight(y);
}

/** [N, S, C] as [N, 1, S, C] */
export function flat(x: Tensor): Tensor {
  const [N, S, C]: Shape = x.shape;
  return reshape(x, [N, 1, S, C]);
}

/** [N, 1, S, C] as [N, S, C] */
export function dropHeight(y: Tensor): Tensor {
  const [N, , S, C]: Shape = y.shape;
  return reshape(y, [N, S, C]);
}
