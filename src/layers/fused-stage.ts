/**
 * In evaluation, batch normalisation (if there is one), spiking neuron and max pooling run as one kernel, so that neither the
 * normalised map nor the spikes before the pooling are ever stored. The numbers are those of the layers one by one, to the bit.
 */

import type { Module } from "../module/module.js";
import { AdaptiveThresholdNode } from "../neurons/adaptive-threshold-node.js";
import { checkPair } from "../ops/convolution.js";
import type { Shape } from "../shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { BatchNorm2d } from "./batch-norm.js";
import { MaxPool2d } from "./pooling.js";

/** Layers that run as one. */
export interface FusedStage {
  readonly norm: BatchNorm2d | null;
  readonly neuron: AdaptiveThresholdNode;
  /** Height and width of the windows, which lie side by side. */
  readonly window: readonly [number, number];
  /** How many they are. */
  readonly layers: number;
}

/**
 * The layers from `first` on that may run as one on an input of this shape, or null: a neuron and a max pooling, under
 * noGrad, if nobody asks for what is between them.
 *
 * @param shape of one time step, [N, H, W, C]
 */
export function stageAt(layers: readonly Module[], first: number, shape: Shape): FusedStage | null {
  const layer = layers[first];
  const norm = layer instanceof BatchNorm2d ? layer : null;
  const at = norm === null ? first : first + 1;
  const neuron = layers[at];
  if (!(neuron instanceof AdaptiveThresholdNode) || shape.length !== 4) return null;
  const [, H, W, C] = shape;
  const window = windowOf(layers[at + 1]);
  if (window === null || window[0] > H || window[1] > W) return null;
  if ((norm !== null && !isFoldable(norm, C)) || !neuron.isPoolable(C)) return null;
  return { norm, neuron, window, layers: at + 2 - first };
}

function isFoldable(norm: BatchNorm2d, channels: number): boolean {
  return norm.stepMode === "m" && !norm.training && norm.numFeatures === channels;
}

/** Of a max pooling in windows side by side, their size. */
function windowOf(layer: Module | undefined): readonly [number, number] | null {
  if (!(layer instanceof MaxPool2d) || layer.stepMode !== "m") return null;
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
export function fireStage({ norm, neuron, window }: FusedStage, x: Tensor, still: number | null): Tensor {
  const [T, N, H, W, C] = still === null ? x.shape : [still, ...x.shape];
  const [KH, KW] = window;
  const affine = norm?.affine() ?? null;
  const pooled = [T, N, Math.floor(H / KH), Math.floor(W / KW), C];
  return neuron.firePooled(x, [T, N, H, W, C], pooled, (bits, v, v0, theta) => {
    const [scale, shift] = [affine?.scale.data ?? null, affine?.shift.data ?? null];
    const { kernels } = x.backend;
    kernels.packedAtifPoolForward(
      bits, v, x.data, scale, shift, v0, theta,
      T, N, H, W, C, KH, KW, still !== null,
    ); // prettier-ignore
  });
}
