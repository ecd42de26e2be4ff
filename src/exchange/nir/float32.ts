/** The neighbours of a float32. */

/** The largest float32 below a finite one: u > below(theta) is u >= theta. */
export function below(value: number): number {
  const floats = Float32Array.of(value);
  const bits = new Int32Array(floats.buffer);
  if (floats[0] === 0) bits[0] = -0x7fffffff;
  else bits[0] += floats[0] > 0 ? -1 : 1;
  return floats[0];
}
