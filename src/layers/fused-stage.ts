/**
 * In evaluation, a convolution of packed spikes, batch normalisation, spiking neuron and max pooling run as one kernel (the
 * first two where they are), so that neither the maps between them nor the spikes before the pooling are ever stored.
 * The numbers are those of the layers one by one, to the bit.
 */

import type { Module } from "../module/module.js";
import { BaseNode } from "../neurons/base-node.js";
import { checkSameBackend, present } from "../tensor/same-backend.js";
import { checkPair, windowCount } from "../windows.js";
import type { Shape } from "../shapes.js";
import { spikesOf, wordsPerRow } from "../tensor/packed-spikes.js";
import type { Tensor } from "../tensor/tensor.js";
import { BatchNorm2d } from "./batch-norm.js";
import { Conv2d } from "./convolution.js";
import { isExactly, isPlain } from "./plain-layer.js";
import { MaxPool2d } from "./pooling.js";

/** Layers that run as one. */
export interface FusedStage {
  /** Of packed spikes. */
  readonly convolution: Conv2d | null;
  readonly norm: BatchNorm2d | null;
  readonly neuron: BaseNode;
  /** What the neuron sees in a time step, [N, H, W, C]. */
  readonly map: Shape;
  /** Height and width of the windows, which lie side by side. */
  readonly window: readonly [number, number];
  /** How many they are. */
  readonly layers: number;
}

/**
 * The layers from `first` on that may run as one on x, or null: a neuron and a max pooling with what stands before them,
 * under noGrad, if nobody asks for what is between them.
 *
 * @param x [T, N, H, W, C] or, of a still input, [N, H, W, C]
 * @param still whether x is a still input
 */
export function stageAt(
  layers: readonly Module[],
  first: number,
  x: Tensor,
  still: boolean,
): FusedStage | null {
  const layer = layers[first];
  const shape = still ? x.shape : x.shape.slice(1);
  if (still || !isExactly(layer, Conv2d)) return firingAt(layers, first, shape);
  const map = mapOf(layer, x);
  const stage = map === null ? null : firingAt(layers, first + 1, map);
  if (stage === null || !fitsOnePass(layer, x.shape[0] * stage.window[0] * stage.map[2])) return null;
  return { ...stage, convolution: layer, layers: stage.layers + 1 };
}

/** As stageAt, without a convolution. */
function firingAt(layers: readonly Module[], first: number, map: Shape): FusedStage | null {
  const layer = layers[first];
  const norm = isExactly(layer, BatchNorm2d) ? layer : null;
  const at = norm === null ? first : first + 1;
  const neuron = layers[at];
  if (!isPlain(neuron, BaseNode) || map.length !== 4) return null;
  const [, H, W, C] = map;
  const window = windowOf(layers[at + 1]);
  if (window === null || window[0] > H || window[1] > W) return null;
  if ((norm !== null && !isFoldable(norm, C)) || !neuron.isPoolable(C)) return null;
  return { convolution: null, norm, neuron, map, window, layers: at + 2 - first };
}

/** What a convolution makes of packed spikes [T, N, H, W, Cin] in a time step, or null if it is not for this kernel. */
function mapOf(layer: Conv2d, x: Tensor): Shape | null {
  const { inChannels, outChannels, kernelSize, stride, padding, groups, stepMode } = layer;
  if (stepMode !== "m" || groups !== 1 || x.rank !== 5 || x.shape[4] !== inChannels) return null;
  if (spikesOf(x)?.channels !== inChannels) return null;
  const [OH, OW] = [0, 1].map((axis) =>
    windowCount(x.shape[2 + axis], kernelSize[axis], stride[axis], padding[axis]),
  );
  return [x.shape[1], OH, OW, outChannels];
}

/** The limits of packedConv2dAtifPoolForward: sums in one pass, which neurons may meet as they are made. */
function fitsOnePass({ inChannels, outChannels, kernelSize: [KH, KW] }: Conv2d, positions: number): boolean {
  const words = KH * KW * wordsPerRow(inChannels);
  return positions <= 1024 && words <= Math.min(18, 72 / Math.min(8, Math.ceil(outChannels / 16)));
}

function isFoldable(norm: BatchNorm2d, channels: number): boolean {
  return norm.stepMode === "m" && !norm.training && norm.numFeatures === channels;
}

/** Of a max pooling in windows side by side, their size. */
function windowOf(layer: Module | undefined): readonly [number, number] | null {
  if (!isExactly(layer, MaxPool2d) || layer.stepMode !== "m") return null;
  const { stride, padding } = layer.options;
  const [KH, KW] = checkPair("MaxPool2d: kernelSize", layer.kernelSize, 1);
  const [SH, SW] = checkPair("MaxPool2d: stride", stride ?? [KH, KW], 1);
  const [PH, PW] = checkPair("MaxPool2d: padding", padding ?? 0, 0);
  return KH === SH && KW === SW && PH === 0 && PW === 0 ? [KH, KW] : null;
}

/**
 * @param x [T, N, H, W, C] or, of a still input, [N, H, W, C]
 * @param still number of time steps T that x is shown for, or null
 * @returns [T, N, OH, OW, C]
 * @throws ShapeError as the neuron
 */
export function fireStage(stage: FusedStage, x: Tensor, still: number | null): Tensor {
  const { convolution, norm, neuron, map, window } = stage;
  const T = still ?? x.shape[0];
  const [N, H, W, C] = map;
  const affine = norm?.affine() ?? null;
  const { kernels } = x.backend;
  const pooled = [T, N, Math.floor(H / window[0]), Math.floor(W / window[1]), C];
  return neuron.firePooled(x, [T, ...map], pooled, (bits, v, v0, theta) => {
    const [scale, shift] = [affine?.scale.data ?? null, affine?.shift.data ?? null];
    const spikes = convolution === null ? null : spikesOf(x);
    if (convolution === null || spikes === null) {
      kernels.packedAtifPoolForward(
        bits, v, x.data, scale, shift, v0, theta,
        T, N, H, W, C, ...window, still !== null,
      ); // prettier-ignore
      return;
    }
    const { weight, bias, inChannels, kernelSize, stride, padding } = convolution;
    checkSameBackend("conv2d", x, weight, ...present(bias));
    kernels.packedConv2dAtifPoolForward(
      bits, v, spikes.bits, weight.data, bias?.data ?? null, scale, shift, v0, theta, spikes.scale,
      T, N, x.shape[2], x.shape[3], inChannels, C, ...kernelSize, ...stride, ...padding, ...window,
    ); // prettier-ignore
  });
}
