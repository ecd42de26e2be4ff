/** The forward pass of ATIF and IFSRL with packed spikes as output. */

import type { F32, Kernels } from "../contract.js";
import { atifForward } from "./atif.js";
import { packSpikes } from "./packed-spikes.js";

const { fround } = Math;

/** x [rows, C] * scale + shift [C]; x itself without them. */
export function applyAffine(x: F32, scale: F32 | null, shift: F32 | null): F32 {
  if (scale === null || shift === null) return x;
  return x.map((each, i) => fround(fround(each * scale[i % scale.length]) + shift[i % shift.length]));
}

/** The outputs of IFSRL are the spikes: 0 and 1. */
export const packedAtifForward: Kernels["packedAtifForward"] = (
  bits, v, vSeq, x, v0, scale, shift, theta, T, rows, C, still,
) => {
  const z = new Float32Array(T * rows * C);
  atifForward(z, v, vSeq, applyAffine(x, scale, shift), v0, theta, T, rows * C, false, still);
  packSpikes(bits, z, T * rows, C);
}; // prettier-ignore
