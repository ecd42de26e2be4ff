/** Max pooling of packed spikes: dense max pooling of 0 and 1. */

import type { Kernels } from "../contract.js";
import { outputSize } from "./output-size.js";
import { packSpikes, unpackSpikes } from "./packed-spikes.js";
import { maxPool2dBackward, maxPool2dForward } from "./pooling.js";

// prettier-ignore
type Sizes = [
  N: number, H: number, W: number, C: number,
  KH: number, KW: number, SH: number, SW: number, PH: number, PW: number,
];

function poolDense(bits: Int32Array, sizes: Sizes): { y: Float32Array; index: Int32Array } {
  const [N, H, W, C, KH, KW, SH, SW, PH, PW] = sizes;
  const x = new Float32Array(N * H * W * C);
  unpackSpikes(x, bits, 1, N * H * W, C);
  const outputs = N * outputSize(H, KH, SH, PH) * outputSize(W, KW, SW, PW) * C;
  const y = new Float32Array(outputs);
  const index = new Int32Array(outputs);
  maxPool2dForward(y, index, x, ...sizes);
  return { y, index };
}

export const packedMaxPool2dForward: Kernels["packedMaxPool2dForward"] = (out, bits, ...sizes) => {
  const C = sizes[3];
  // a window of padding alone is -Infinity there
  const y = poolDense(bits, sizes).y.map((value) => Math.max(value, 0));
  packSpikes(out, y, C === 0 ? 0 : y.length / C, C);
};

export const packedMaxPool2dBackward: Kernels["packedMaxPool2dBackward"] = (dx, dy, bits, ...sizes) => {
  const [N, H, W, C, KH, KW, SH, SW, PH, PW] = sizes;
  const { index } = poolDense(bits, sizes);
  maxPool2dBackward(dx, dy, index, N, H, W, C, outputSize(H, KH, SH, PH), outputSize(W, KW, SW, PW));
};
