/** The loops of layerNorm, in TypeScript and compiled (kernels/apart/layer_norm.c), to the same bits. */

import { addressOf, apartKernels } from "../kernels/apart.js";
import type { Backend } from "../kernels/backend.js";
import { layerNormBase64 } from "./layer-norm-binary.js";

/** Rows of M elements; in the memory of the backend. */
export interface LayerNormRows {
  /**
   * n = (x - mean) r, r = 1 / sqrt(variance + eps), y = n w + b.
   *
   * @param x, n, y [rows, M] @param rates [rows], r of each @param w, b [M]
   */
  normalise(
    of: {
      readonly x: Float32Array;
      readonly w: Float32Array;
      readonly b: Float32Array;
      readonly eps: number;
    },
    to: { readonly y: Float32Array; readonly n: Float32Array; readonly rates: Float32Array },
  ): void;
  /** dx = r (h - mean of h - n mean of h n), h = g w. @param dx, g, n [rows, M] */
  inputGradient(
    dx: Float32Array,
    of: {
      readonly g: Float32Array;
      readonly n: Float32Array;
      readonly w: Float32Array;
      readonly rates: Float32Array;
    },
  ): void;
  /** out = sum over the rows of g n, or of g. @param out [M] */
  columnSums(out: Float32Array, g: Float32Array, n: Float32Array | null): void;
}

/** Sums of a row go on side by side: element i belongs to sum i mod 8, those beyond a multiple of 8 to one that is added last. */
const SUMS = 8;
const sums = new Float64Array(SUMS);

/** In float64, in the order of the compiled loops. */
function sumOf(M: number, value: (i: number) => number): number {
  sums.fill(0);
  let [i, rest] = [0, 0];
  for (const end = M - (M % SUMS); i < end; i++) sums[i % SUMS] += value(i);
  for (; i < M; i++) rest += value(i);
  const [even, odd] = [0, 1].map((k) => sums[k] + sums[k + 2] + (sums[k + 4] + sums[k + 6]));
  return even + odd + rest;
}

/** For backends without a memory of WebAssembly; and what the compiled ones are held to. */
export const plainLayerNormRows: LayerNormRows = {
  normalise({ x, w, b, eps }, { y, n, rates }) {
    const M = w.length;
    for (let row = 0, start = 0; row < rates.length; row++, start += M) {
      const mean = sumOf(M, (i) => x[start + i]) / M;
      const squares = sumOf(M, (i) => (x[start + i] - mean) * (x[start + i] - mean));
      const rate = 1 / Math.sqrt(squares / M + eps);
      rates[row] = rate;
      for (let i = 0; i < M; i++) {
        n[start + i] = (x[start + i] - mean) * rate;
        y[start + i] = n[start + i] * w[i] + b[i];
      }
    }
  },

  inputGradient(dx, { g, n, w, rates }) {
    const M = w.length;
    for (let row = 0, start = 0; row < rates.length; row++, start += M) {
      const h = (i: number): number => g[start + i] * w[i];
      const mean = sumOf(M, h) / M;
      const slope = sumOf(M, (i) => h(i) * n[start + i]) / M;
      for (let i = 0; i < M; i++) dx[start + i] = rates[row] * (h(i) - mean - n[start + i] * slope);
    }
  },

  columnSums(out, g, n) {
    const M = out.length;
    const totals = new Float64Array(M);
    for (let start = 0; start < g.length; start += M) {
      for (let i = 0; i < M; i++) totals[i] += g[start + i] * (n === null ? 1 : n[start + i]);
    }
    out.set(totals);
  },
};

/** kernels/apart/layer_norm.c */
interface Compiled {
  normaliseRows(
    ...args: [y: number, n: number, rates: number, x: number, w: number, b: number, rows: number, M: number, eps: number] // prettier-ignore
  ): void;
  rowGradients(dx: number, g: number, n: number, w: number, rates: number, rows: number, M: number): void;
  columnSums(out: number, g: number, n: number, rows: number, M: number): void;
}

const compiled = apartKernels<Compiled>(layerNormBase64);

export function layerNormRowsOf(backend: Backend): LayerNormRows {
  const functions = compiled(backend);
  if (functions === null) return plainLayerNormRows;
  const { normaliseRows, rowGradients, columnSums } = functions;
  const at = addressOf;
  return {
    normalise: ({ x, w, b, eps }, { y, n, rates }) =>
      normaliseRows(at(y), at(n), at(rates), at(x), at(w), at(b), rates.length, w.length, eps),
    inputGradient: (dx, { g, n, w, rates }) =>
      rowGradients(at(dx), at(g), at(n), at(w), at(rates), rates.length, w.length),
    columnSums: (out, g, n) => columnSums(at(out), at(g), at(n), g.length / out.length, out.length),
  };
}
