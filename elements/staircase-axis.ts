/** The range over which a layer's inputs are shown. */

export const BINS = 64;

export interface Axis {
  readonly low: number;
  readonly high: number;
}

/** Nearly all of the inputs, and theta with room to move. */
export function axisOf(inputs: Float32Array, theta: number): Axis {
  const sorted = inputs.slice().sort();
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  const high = Math.fround(Math.max(1.6 * theta, at(0.999)));
  return { low: Math.fround(Math.max(-0.5 * high, Math.min(-0.05 * high, at(0.02)))), high };
}
