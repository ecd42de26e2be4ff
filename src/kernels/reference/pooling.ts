/** Pooling: x [N, H, W, C], y [N, OH, OW, C]. */

import type { Kernels } from "../contract.js";
import { outputSize } from "./output-size.js";

const { fround } = Math;

// prettier-ignore
type Sizes = [
  N: number, H: number, W: number, C: number,
  KH: number, KW: number, SH: number, SW: number, PH: number, PW: number,
];

type Range = [from: number, to: number];

/** Visits every output position with the part of its window that lies inside the input. */
function windows(
  [N, H, W, C, KH, KW, SH, SW, PH, PW]: Sizes,
  visit: (y: number, n: number, c: number, rows: Range, columns: Range) => void,
): void {
  const OH = outputSize(H, KH, SH, PH);
  const OW = outputSize(W, KW, SW, PW);
  for (let n = 0; n < N; n++)
    for (let oh = 0; oh < OH; oh++)
      for (let ow = 0; ow < OW; ow++)
        for (let c = 0; c < C; c++) {
          const top = oh * SH - PH;
          const left = ow * SW - PW;
          visit(
            ((n * OH + oh) * OW + ow) * C + c,
            n,
            c,
            [Math.max(top, 0), Math.min(top + KH, H)],
            [Math.max(left, 0), Math.min(left + KW, W)],
          );
        }
}

/** NaN counts as largest, as in argmax. A window of padding alone gives -Infinity and the index -1. */
export const maxPool2dForward: Kernels["maxPool2dForward"] = (y, index, x, ...sizes) => {
  const [, H, W, C] = sizes;
  windows(sizes, (iy, n, c, rows, columns) => {
    let best = -1;
    let largest = -Infinity;
    for (let h = rows[0]; h < rows[1]; h++) {
      for (let w = columns[0]; w < columns[1]; w++) {
        const value = x[((n * H + h) * W + w) * C + c];
        if (best < 0 || value > largest || (Number.isNaN(value) && !Number.isNaN(largest))) {
          best = h * W + w;
          largest = value;
        }
      }
    }
    y[iy] = largest;
    index[iy] = best;
  });
};

/** dx[index] += dy; a window of padding alone has no input to give to */
export const maxPool2dBackward: Kernels["maxPool2dBackward"] = (dx, dy, index, N, H, W, C, OH, OW) => {
  dx.fill(0, 0, N * H * W * C);
  for (let n = 0; n < N; n++)
    for (let o = 0; o < OH * OW; o++)
      for (let c = 0; c < C; c++) {
        const iy = (n * OH * OW + o) * C + c;
        if (index[iy] < 0) continue;
        const ix = (n * H * W + index[iy]) * C + c;
        dx[ix] = fround(dx[ix] + dy[iy]);
      }
};

export const avgPool2dForward: Kernels["avgPool2dForward"] = (y, x, ...sizes) => {
  const [, H, W, C, KH, KW] = sizes;
  windows(sizes, (iy, n, c, rows, columns) => {
    let total = 0;
    for (let h = rows[0]; h < rows[1]; h++) {
      for (let w = columns[0]; w < columns[1]; w++) {
        total = fround(total + x[((n * H + h) * W + w) * C + c]);
      }
    }
    y[iy] = fround(total / (KH * KW));
  });
};

/** dx[every input of the window] += dy / (KH KW) */
export const avgPool2dBackward: Kernels["avgPool2dBackward"] = (dx, dy, ...sizes) => {
  const [N, H, W, C, KH, KW] = sizes;
  dx.fill(0, 0, N * H * W * C);
  windows(sizes, (iy, n, c, rows, columns) => {
    const share = fround(dy[iy] / (KH * KW));
    for (let h = rows[0]; h < rows[1]; h++) {
      for (let w = columns[0]; w < columns[1]; w++) {
        const ix = ((n * H + h) * W + w) * C + c;
        dx[ix] = fround(dx[ix] + share);
      }
    }
  });
};
