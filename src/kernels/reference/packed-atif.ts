/** The forward pass of ATIF and IFSRL with packed spikes as output. */

import type { Kernels } from "../contract.js";
import { atifForward } from "./atif.js";
import { packSpikes } from "./packed-spikes.js";

/** The outputs of IFSRL are the spikes: 0 and 1. */
export const packedAtifForward: Kernels["packedAtifForward"] = (
  bits,
  v,
  vSeq,
  x,
  v0,
  theta,
  T,
  rows,
  C,
  still,
) => {
  const z = new Float32Array(T * rows * C);
  atifForward(z, v, vSeq, x, v0, theta, T, rows * C, false, still);
  packSpikes(bits, z, T * rows, C);
};
