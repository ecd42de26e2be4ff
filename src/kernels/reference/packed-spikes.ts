/** Packed spikes: of rows [rows, C], bits [rows, ceil(C / 32)]; channel c is bit c % 32 of word c >> 5. */

import type { Kernels, I32 } from "../contract.js";

const WORD_BITS = 32;

/** Words of a row of C channels. */
export function packedWords(C: number): number {
  return Math.ceil(C / WORD_BITS);
}

/** Bit c of a row: 0 or 1. */
export function spikeAt(bits: I32, row: number, c: number, C: number): number {
  return (bits[row * packedWords(C) + (c >> 5)] >>> (c & 31)) & 1;
}

/** Sets bit c of a row that was filled with 0. */
export function setSpike(bits: I32, row: number, c: number, C: number): void {
  bits[row * packedWords(C) + (c >> 5)] |= 1 << (c & 31);
}

export const unpackSpikes: Kernels["unpackSpikes"] = (y, bits, scale, rows, C) => {
  for (let row = 0; row < rows; row++)
    for (let c = 0; c < C; c++) y[row * C + c] = spikeAt(bits, row, c, C) === 1 ? scale : 0;
};

export const packSpikes: Kernels["packSpikes"] = (bits, x, rows, C) => {
  bits.fill(0, 0, rows * packedWords(C));
  for (let row = 0; row < rows; row++)
    for (let c = 0; c < C; c++) if (x[row * C + c] !== 0) setSpike(bits, row, c, C);
};

export const countSpikes: Kernels["countSpikes"] = (count, bits, words) => {
  let total = 0;
  for (let i = 0; i < words; i++) for (let bit = 0; bit < WORD_BITS; bit++) total += (bits[i] >>> bit) & 1;
  count[0] = Math.min(total, 2 ** 31 - 1);
};

export const repackSpikes: Kernels["repackSpikes"] = (out, bits, N, P, C) => {
  out.fill(0, 0, N * packedWords(P * C));
  for (let n = 0; n < N; n++)
    for (let p = 0; p < P; p++)
      for (let c = 0; c < C; c++)
        if (spikeAt(bits, n * P + p, c, C) === 1) setSpike(out, n, p * C + c, P * C);
};
