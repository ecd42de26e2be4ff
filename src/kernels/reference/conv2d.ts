/** Convolution: plain loops over the taps. x [N, H, W, Cin], w [KH, KW, Cin/groups, Cout], y [N, OH, OW, Cout]. */

import type { Kernels } from "../contract.js";
import { outputSize } from "./output-size.js";

const { fround } = Math;

/** Offsets into y, x and w of one product y[…] += x[…] * w[…]. */
type Visit = (y: number, x: number, w: number) => void;

// prettier-ignore
type Sizes = [
  N: number, H: number, W: number, Cin: number, Cout: number,
  KH: number, KW: number, SH: number, SW: number, PH: number, PW: number, groups: number,
];

/** Visits every product of the convolution; taps that fall into the padding are left out. */
function taps([N, H, W, Cin, Cout, KH, KW, SH, SW, PH, PW, groups]: Sizes, visit: Visit): void {
  const OH = outputSize(H, KH, SH, PH);
  const OW = outputSize(W, KW, SW, PW);
  const cinPerGroup = Cin / groups;
  const coutPerGroup = Cout / groups;
  for (let n = 0; n < N; n++)
    for (let oh = 0; oh < OH; oh++)
      for (let ow = 0; ow < OW; ow++)
        for (let co = 0; co < Cout; co++) {
          const group = Math.floor(co / coutPerGroup);
          const y = ((n * OH + oh) * OW + ow) * Cout + co;
          for (let kh = 0; kh < KH; kh++) {
            const h = oh * SH - PH + kh;
            if (h < 0 || h >= H) continue;
            for (let kw = 0; kw < KW; kw++) {
              const w = ow * SW - PW + kw;
              if (w < 0 || w >= W) continue;
              for (let ci = 0; ci < cinPerGroup; ci++) {
                const x = ((n * H + h) * W + w) * Cin + group * cinPerGroup + ci;
                visit(y, x, ((kh * KW + kw) * cinPerGroup + ci) * Cout + co);
              }
            }
          }
        }
}

export const conv2dForward: Kernels["conv2dForward"] = (y, x, w, bias, ...sizes) => {
  const [N, H, W, , Cout, KH, KW, SH, SW, PH, PW] = sizes;
  const size = N * outputSize(H, KH, SH, PH) * outputSize(W, KW, SW, PW) * Cout;
  for (let i = 0; i < size; i++) y[i] = bias === null ? 0 : bias[i % Cout];
  taps(sizes, (iy, ix, iw) => {
    y[iy] = fround(y[iy] + fround(x[ix] * w[iw]));
  });
};

export const conv2dInputGrad: Kernels["conv2dInputGrad"] = (dx, dy, w, ...sizes) => {
  const [N, H, W, Cin] = sizes;
  dx.fill(0, 0, N * H * W * Cin);
  taps(sizes, (iy, ix, iw) => {
    dx[ix] = fround(dx[ix] + fround(dy[iy] * w[iw]));
  });
};

export const conv2dWeightGrad: Kernels["conv2dWeightGrad"] = (dw, dy, x, ...sizes) => {
  const [, , , Cin, Cout, KH, KW, , , , , groups] = sizes;
  dw.fill(0, 0, KH * KW * (Cin / groups) * Cout);
  taps(sizes, (iy, ix, iw) => {
    dw[iw] = fround(dw[iw] + fround(dy[iy] * x[ix]));
  });
};
