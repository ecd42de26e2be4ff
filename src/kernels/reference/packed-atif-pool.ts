/** ATIF behind which a max pooling stands: one after the other; back: forward once more, spread the gradient, back. */

import type { Kernels } from "../contract.js";
import { atifBackward, atifForward } from "./atif.js";
import { outputSize } from "./output-size.js";
import { packedConv2dForward } from "./packed.js";
import { packedAtifForward } from "./packed-atif.js";
import { packedMaxPool2dForward } from "./packed-pooling.js";
import { packedWords } from "./packed-spikes.js";
import { maxPool2dBackward, maxPool2dForward } from "./pooling.js";

export const packedAtifPoolForward: Kernels["packedAtifPoolForward"] = (
  bits, v, x, normScale, normShift, v0, theta, T, N, H, W, C, KH, KW, still,
) => {
  const rows = N * H * W;
  const map = new Int32Array(T * rows * packedWords(C));
  packedAtifForward(map, v, null, x, v0, normScale, normShift, theta, T, rows, C, still);
  packedMaxPool2dForward(bits, map, T * N, H, W, C, KH, KW, KH, KW, 0, 0);
}; // prettier-ignore

export const packedConv2dAtifPoolForward: Kernels["packedConv2dAtifPoolForward"] = (
  out, v, bits, w, bias, normScale, normShift, v0, theta, scale,
  T, N, H, W, Cin, Cout, KH, KW, SH, SW, PH, PW, windowH, windowW,
) => {
  const [OH, OW] = [outputSize(H, KH, SH, PH), outputSize(W, KW, SW, PW)];
  const y = new Float32Array(T * N * OH * OW * Cout);
  packedConv2dForward(y, bits, w, bias, null, null, scale, T * N, H, W, Cin, Cout, KH, KW, SH, SW, PH, PW);
  packedAtifPoolForward(out, v, y, normScale, normShift, v0, theta, T, N, OH, OW, Cout, windowH, windowW, false);
}; // prettier-ignore

export const packedAtifPoolBackward: Kernels["packedAtifPoolBackward"] = (
  dx, dv, dtheta, gy, x, v0, theta, T, N, H, W, C, KH, KW, SH, SW, alpha, scaled, detachReset, still,
) => {
  const n = N * H * W * C;
  const [OH, OW] = [outputSize(H, KH, SH, 0), outputSize(W, KW, SW, 0)];
  const z = new Float32Array(T * n);
  atifForward(z, new Float32Array(n), null, x, v0, theta, T, n, false, still);
  const index = new Int32Array(T * N * OH * OW * C);
  maxPool2dForward(new Float32Array(index.length), index, z, T * N, H, W, C, KH, KW, SH, SW, 0, 0);
  const spread = new Float32Array(T * n);
  maxPool2dBackward(spread, gy, index, T * N, H, W, C, OH, OW);
  atifBackward(dx, dv, dtheta, spread, x, v0, theta, T, n, alpha, scaled, detachReset, still);
}; // prettier-ignore
