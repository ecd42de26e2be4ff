/**
 * Layers that run as one kernel in evaluation, found once per network: a convolution of packed spikes, batch normalisation,
 * spiking neuron and max pooling (the first two where they are), so that neither the maps between them nor the spikes before
 * the pooling are ever stored; and a batch normalisation behind a convolution of packed spikes. The numbers are those of
 * the layers one by one, to the bit.
 */

import { gradEnabled } from "../autograd/grad-mode.js";
import { BatchNorm2d } from "../layers/batch-norm.js";
import { Conv2d } from "../layers/convolution.js";
import { isExactly, isPlain } from "../layers/plain-layer.js";
import { MaxPool2d } from "../layers/pooling.js";
import type { Module } from "../module/module.js";
import { BaseNode } from "../neurons/base-node.js";
import type { Shape } from "../shapes.js";
import { spikesOf } from "../tensor/packed-spikes.js";
import { checkSameBackend, present } from "../tensor/same-backend.js";
import type { Tensor } from "../tensor/tensor.js";
import { windowCount } from "../windows.js";

/** A layer of a network that runs: what it reads, by place. 0 is the network's input, i the output of step i - 1. */
export interface Step {
  readonly layer: Module;
  readonly inputs: readonly number[];
}

/** Layers in a row, each read by the next alone. */
export interface Stage {
  readonly convolution: Conv2d | null;
  readonly norm: BatchNorm2d | null;
  /** null: a convolution and its normalisation. */
  readonly firing: Firing | null;
  /** Places of the steps that it takes the place of; the last one has the output. */
  readonly steps: readonly number[];
}

interface Firing {
  readonly neuron: BaseNode;
  /** In windows side by side. */
  readonly pool: MaxPool2d;
}

/** Per step, the stages that may begin there, the longest first. What else they need is asked when they run. */
export function planStages(steps: readonly Step[]): readonly (readonly Stage[])[] {
  const readers = steps.map((): number[] => []);
  steps.forEach(({ inputs }, i) => inputs.forEach((place) => place > 0 && readers[place - 1].push(i)));
  /** The step that alone reads step i, and reads nothing else. */
  const after = (i: number): number | null => {
    const [next] = readers[i];
    return readers[i].length === 1 && steps[next].inputs.length === 1 ? next : null;
  };
  return steps.map(({ layer }, i) => {
    const firing = firingFrom(steps, i, after);
    if (!isExactly(layer, Conv2d)) return firing === null ? [] : [firing];
    const next = after(i);
    if (next === null) return [];
    const behind = firingFrom(steps, next, after);
    const stage = behind === null ? [] : [{ ...behind, convolution: layer, steps: [i, ...behind.steps] }];
    const norm = steps[next].layer;
    if (!isExactly(norm, BatchNorm2d) || norm.numFeatures !== layer.outChannels) return stage;
    return [...stage, { convolution: layer, norm, firing: null, steps: [i, next] }];
  });
}

/** A neuron and a max pooling in windows side by side, with the normalisation before them. */
function firingFrom(
  steps: readonly Step[],
  first: number,
  after: (i: number) => number | null,
): Stage | null {
  const { layer } = steps[first];
  const norm = isExactly(layer, BatchNorm2d) ? layer : null;
  const at = norm === null ? first : after(first);
  const neuron = at === null ? undefined : steps[at].layer;
  if (at === null || !isPlain(neuron, BaseNode)) return null;
  const last = after(at);
  const pool = last === null ? undefined : steps[last].layer;
  if (last === null || !isExactly(pool, MaxPool2d) || !liesSideBySide(pool)) return null;
  const places = norm === null ? [at, last] : [first, at, last];
  return { convolution: null, norm, firing: { neuron, pool }, steps: places };
}

function liesSideBySide({ kernelSize: [KH, KW], stride: [SH, SW], padding: [PH, PW] }: MaxPool2d): boolean {
  return KH === SH && KW === SW && PH === 0 && PW === 0;
}

/**
 * What a stage gives, or null where its layers must run one by one: in training, where somebody counts or watches, or for
 * an input that its kernel does not take.
 *
 * @param x [T, N, H, W, C] or, of a still input, [N, H, W, C]
 * @param still number of time steps T that x is shown for, or null
 * @throws as its layers
 */
export function runStage(stage: Stage, x: Tensor, still: number | null): Tensor | null {
  const { convolution, norm, firing } = stage;
  if (gradEnabled() || norm?.training === true) return null;
  if (firing === null) {
    if (convolution === null || norm === null || spikesOf(x) === null) return null;
    return convolution.forwardAffine(x, norm.affine());
  }
  const map = mapOf(stage, x, still !== null);
  return map === null || !fits(stage, firing, x, map) ? null : fire(stage, firing, x, map, still);
}

/** Whether a stage may take a still input at this point: its convolution would have to be of spikes. */
export function canRunStill(stage: Stage, x: Tensor): boolean {
  if (stage.convolution !== null || stage.firing === null || gradEnabled()) return false;
  return stage.norm?.training !== true && fits(stage, stage.firing, x, x.shape);
}

/** What the neuron sees in a time step, [N, H, W, C]; null if the convolution is not for this kernel. */
function mapOf({ convolution }: Stage, x: Tensor, still: boolean): Shape | null {
  if (convolution === null) return still ? x.shape : x.shape.slice(1);
  const { inChannels, outChannels, kernelSize, stride, padding, dilation, groups, stepMode } = convolution;
  if (
    Math.max(...dilation) > 1 ||
    still ||
    stepMode !== "m" ||
    groups !== 1 ||
    x.rank !== 5 ||
    x.shape[4] !== inChannels
  )
    return null;
  if (spikesOf(x)?.channels !== inChannels) return null;
  const [OH, OW] = [0, 1].map((axis) =>
    windowCount(x.shape[2 + axis], kernelSize[axis], stride[axis], padding[axis]),
  );
  return [x.shape[1], OH, OW, outChannels];
}

/** The limits of the kernels, and whether neuron and normalisation are in a state that they know. */
function fits({ convolution, norm }: Stage, { neuron, pool }: Firing, x: Tensor, map: Shape): boolean {
  if (map.length !== 4 || pool.stepMode !== "m") return false;
  const [, H, W, C] = map;
  const [KH, KW] = pool.kernelSize;
  if (KH > H || KW > W) return false;
  if (norm !== null && (norm.stepMode !== "m" || norm.numFeatures !== C)) return false;
  if (!neuron.isPoolable(C)) return false;
  if (convolution === null) return true;
  const { inChannels, kernelSize } = convolution;
  // Whether sums in one pass, which neurons may meet as they are made, are few enough.
  return x.backend.limits.packedConv2dAtifPoolForwardFits(x.shape[0], W, inChannels, C, ...kernelSize, KH);
}

/** @returns [T, N, OH, OW, C] */
function fire(stage: Stage, { neuron, pool }: Firing, x: Tensor, map: Shape, still: number | null): Tensor {
  const { convolution, norm } = stage;
  const T = still ?? x.shape[0];
  const [N, H, W, C] = map;
  const window = pool.kernelSize;
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
