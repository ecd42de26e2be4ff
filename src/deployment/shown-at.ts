/** Samples as a device is shown them, in one array: a still one, or one that changes over time, step after step. */

/**
 * @param x of one sample: [size], or [T, size]
 * @returns what is shown at time step t; a view
 */
export function shownAt<A extends Float32Array | Int32Array>(x: A, t: number, size: number): A {
  return (x.length === size ? x : x.subarray(t * size, (t + 1) * size)) as A;
}
