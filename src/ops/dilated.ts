/**
 * Dilated convolution as a plain one. What the taps of an output see, every D-th element of the map, is one phase of it; the
 * outputs r, r + G, r + 2G … see the same phase, G = D / gcd(stride, D). So the phases become images of their own, a
 * convolution of stride S / gcd(stride, D) runs over them, and its outputs are put back in between one another. No product is
 * computed that a dilated kernel would not need.
 */

import { record } from "../autograd/node.js";
import { ShapeError } from "../errors.js";
import { formatShape, type Shape } from "../shapes.js";
import { checkSameBackend } from "../tensor/same-backend.js";
import { Tensor } from "../tensor/tensor.js";
import { checkPair, windowCount } from "../windows.js";
import type { DilatedConvolution } from "./convolution.js";

/** Along [height, width]. Element i of phase r is element r step + i apart - padding of the map, 0 outside it. */
interface Phases {
  readonly count: readonly number[];
  readonly length: readonly number[];
  readonly step: readonly number[];
  readonly apart: readonly number[];
  readonly padding: readonly number[];
}

/** How a dilated convolution is cut: its map, and the outputs of it. */
export interface DilatedPlan {
  readonly inputs: Phases;
  readonly outputs: Phases;
  /** Of the convolution over the phases. */
  readonly stride: readonly [number, number];
}

/** @param outputs [OH, OW] */
export function dilatedPlan(
  kernel: readonly number[],
  stride: readonly number[],
  padding: readonly number[],
  dilation: readonly number[],
  outputs: readonly number[],
): DilatedPlan {
  const common = stride.map((step, axis) => commonDivisor(step, dilation[axis]));
  const count = dilation.map((each, axis) => each / common[axis]);
  const [SH, SW] = stride.map((step, axis) => step / common[axis]);
  const rows = outputs.map((length, axis) => Math.ceil(length / count[axis]));
  const length = rows.map((row, axis) => [SH, SW][axis] * (row - 1) + kernel[axis]);
  return {
    inputs: { count, length, step: stride, apart: dilation, padding },
    outputs: { count, length: rows, step: [1, 1], apart: count, padding: [0, 0] },
    stride: [SH, SW],
  };
}

/** [N GH GW, LH, LW, C] of x [N, H, W, C]: all phases, as images. */
export function phasesOf(x: Tensor, phases: Phases): Tensor {
  const { count: [GH, GW], length } = phases; // prettier-ignore
  const [N, , , C] = x.shape;
  const y = Tensor.full([N * GH * GW, ...length, C], 0, x.backend);
  copyPhases(x, y, phases, false);
  record("phases", [x], [y], [], ([g]) => [g && mapOf(g, x.shape, phases)]);
  return y;
}

/** The map of that shape whose phases they are; 0 where none reaches. */
export function mapOf(images: Tensor, shape: Shape, phases: Phases): Tensor {
  const x = Tensor.full(shape, 0, images.backend);
  copyPhases(x, images, phases, true);
  record("map", [images], [x], [], ([g]) => [g && phasesOf(g, phases)]);
  return x;
}

function copyPhases(map: Tensor, images: Tensor, phases: Phases, back: boolean): void {
  const { count: [GH, GW], length: [LH, LW], step, apart, padding } = phases; // prettier-ignore
  const [N, H, W, C] = map.shape;
  const [a, b] = [map.data, images.data];
  for (let i = 0; i < N * GH * GW; i++) {
    const first = [(Math.floor(i / GW) % GH) * step[0] - padding[0], (i % GW) * step[1] - padding[1]];
    const image = Math.floor(i / GW / GH);
    const [low, high] = inside(first[1], apart[1], LW, W);
    for (let row = 0; row < LH; row++) {
      const h = first[0] + row * apart[0];
      if (h < 0 || h >= H) continue;
      let at = ((image * H + h) * W + first[1] + low * apart[1]) * C;
      let from = ((i * LH + row) * LW + low) * C;
      for (let column = low; column < high; column++, at += apart[1] * C, from += C) {
        // A branch for each element takes longer.
        if (back) for (let c = 0; c < C; c++) a[at + c] = b[from + c];
        else for (let c = 0; c < C; c++) b[from + c] = a[at + c];
      }
    }
  }
}

/** Which of `count` places, from `first` on and `apart`, are in [0, length). */
function inside(first: number, apart: number, count: number, length: number): [low: number, high: number] {
  const low = Math.min(count, Math.max(0, Math.ceil(-first / apart)));
  return [low, Math.max(low, Math.min(count, Math.ceil((length - first) / apart)))];
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/**
 * What convolutions do that are dilated. Weight and bias are checked by the convolution over the phases.
 *
 * @throws ShapeError, RangeError as conv2d
 */
export const dilatedConvolution: DilatedConvolution = (x, w, options, convolve) => {
  checkSameBackend("conv2d", x, w);
  const stride = checkPair("conv2d: stride", options.stride ?? 1, 1);
  const padding = checkPair("conv2d: padding", options.padding ?? 0, 0);
  const dilation = checkPair("conv2d: dilation", options.dilation ?? 1, 1);
  const groups = options.groups ?? 1;
  // It says what does not fit.
  if (x.rank !== 4 || w.rank !== 4 || x.shape[3] !== w.shape[2] * groups) return convolve(x, stride, groups);
  const [N, ...map] = x.shape.slice(0, 3);
  const kernel = w.shape.slice(0, 2);
  const [OH, OW] = map.map((length, axis) =>
    windowCount(length, kernel[axis], stride[axis], padding[axis], dilation[axis]),
  );
  if (OH === 0 || OW === 0) {
    throw new ShapeError(
      `conv2d: x is ${formatShape(x.shape)} and the kernel ${kernel.join(" x ")} with dilation ${dilation.join(", ")} and ` +
        `padding ${padding.join(", ")}; expected the kernel to fit. Use less dilation, a smaller kernel or more padding.`,
    );
  }
  const { inputs, outputs, stride: steps } = dilatedPlan(kernel, stride, padding, dilation, [OH, OW]);
  const y = convolve(phasesOf(x, inputs), steps, groups);
  return mapOf(y, [N, OH, OW, y.shape[3]], outputs);
};
