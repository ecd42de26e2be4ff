/**
 * Convolution and Linear on packed spikes: plain loops over the set bits. bits [rows, ceil(C / 32)], channel c is bit
 * c % 32 of word c / 32; a set bit stands for `scale`.
 */

import type { I32, Kernels } from "../contract.js";
import { outputSize } from "./output-size.js";

const { fround } = Math;

function isSet(bits: I32, row: number, channels: number, channel: number): boolean {
  const word = bits[row * Math.ceil(channels / 32) + (channel >> 5)];
  return ((word >>> (channel & 31)) & 1) === 1;
}

// prettier-ignore
type Sizes = [
  N: number, H: number, W: number, Cin: number, Cout: number,
  KH: number, KW: number, SH: number, SW: number, PH: number, PW: number,
];

/** Visits every set bit of every window: output position, input channel and tap. */
function spikes(
  bits: I32,
  [N, H, W, Cin, , KH, KW, SH, SW, PH, PW]: Sizes,
  visit: (position: number, tap: number, channel: number) => void,
): void {
  const OH = outputSize(H, KH, SH, PH);
  const OW = outputSize(W, KW, SW, PW);
  for (let n = 0; n < N; n++)
    for (let oh = 0; oh < OH; oh++)
      for (let ow = 0; ow < OW; ow++)
        for (let kh = 0; kh < KH; kh++) {
          const h = oh * SH - PH + kh;
          if (h < 0 || h >= H) continue;
          for (let kw = 0; kw < KW; kw++) {
            const w = ow * SW - PW + kw;
            if (w < 0 || w >= W) continue;
            for (let c = 0; c < Cin; c++)
              if (isSet(bits, (n * H + h) * W + w, Cin, c)) visit((n * OH + oh) * OW + ow, kh * KW + kw, c);
          }
        }
}

export const packedConv2dForward: Kernels["packedConv2dForward"] = (
  y,
  bits,
  w,
  bias,
  normScale,
  normShift,
  scale,
  ...sizes
) => {
  const [N, H, W, Cin, Cout, KH, KW, SH, SW, PH, PW] = sizes;
  const theta = fround(scale);
  const size = N * outputSize(H, KH, SH, PH) * outputSize(W, KW, SW, PW) * Cout;
  for (let i = 0; i < size; i++) y[i] = bias === null ? 0 : bias[i % Cout];
  spikes(bits, sizes, (position, tap, channel) => {
    for (let co = 0; co < Cout; co++) {
      const i = position * Cout + co;
      y[i] = fround(y[i] + fround(theta * w[(tap * Cin + channel) * Cout + co]));
    }
  });
  if (normScale === null || normShift === null) return;
  for (let i = 0; i < size; i++) y[i] = fround(fround(y[i] * normScale[i % Cout]) + normShift[i % Cout]);
};

export const packedConv2dWeightGrad: Kernels["packedConv2dWeightGrad"] = (dw, dy, bits, scale, ...sizes) => {
  const [, , , Cin, Cout, KH, KW] = sizes;
  const theta = fround(scale);
  dw.fill(0, 0, KH * KW * Cin * Cout);
  spikes(bits, sizes, (position, tap, channel) => {
    for (let co = 0; co < Cout; co++) {
      const i = (tap * Cin + channel) * Cout + co;
      dw[i] = fround(dw[i] + fround(theta * dy[position * Cout + co]));
    }
  });
};

// Linear is a convolution of images of one pixel.

export const packedLinearForward: Kernels["packedLinearForward"] = (
  y,
  bits,
  w,
  bias,
  scale,
  rows,
  inputs,
  outputs,
) => {
  packedConv2dForward(y, bits, w, bias, null, null, scale, rows, 1, 1, inputs, outputs, 1, 1, 1, 1, 0, 0);
};

export const packedLinearWeightGrad: Kernels["packedLinearWeightGrad"] = (
  dw,
  dy,
  bits,
  scale,
  rows,
  inputs,
  outputs,
) => {
  packedConv2dWeightGrad(dw, dy, bits, scale, rows, 1, 1, inputs, outputs, 1, 1, 1, 1, 0, 0);
};
