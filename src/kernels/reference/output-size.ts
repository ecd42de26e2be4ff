/** How many windows fit: floor((size + 2 padding - window) / stride) + 1, and none in an input that is too small. */
export function outputSize(size: number, window: number, stride: number, padding: number): number {
  return Math.max(0, Math.floor((size + 2 * padding - window) / stride) + 1);
}
