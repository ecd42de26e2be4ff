/** A drawing for a network that takes a row of numbers: the height of the line, from left to right. */

import type { Stroke } from "atif";
import { DRAWING_SIZE } from "../../elements/drawing-size.js";

export { DRAWING_SIZE };

/**
 * @param count columns, of equal width
 * @returns [count] from 0 (the lower edge, or nothing drawn) to 1: how high the highest ink of each column stands
 */
export function curveFromStrokes(strokes: readonly Stroke[], count: number): Float32Array {
  const heights = new Float32Array(count);
  const column = DRAWING_SIZE / count;
  const clamped = (value: number, most: number): number => Math.min(most, Math.max(0, value));
  for (const stroke of strokes) {
    for (let i = 0; i + 1 < stroke.length; i += 2) {
      const end = Math.min(i + 2, stroke.length - 2);
      const [x0, y0, x1, y1] = [stroke[i], stroke[i + 1], stroke[end], stroke[end + 1]];
      const first = Math.floor(clamped(Math.min(x0, x1) / column, count - 1));
      const last = Math.floor(clamped(Math.max(x0, x1) / column, count - 1));
      for (let at = first; at <= last; at++) {
        // Within a column a line is highest at one of its ends there.
        const ends = [at * column, (at + 1) * column].map((x) => {
          const share = x0 === x1 ? 0 : clamped((x - x0) / (x1 - x0), 1);
          return y0 + share * (y1 - y0);
        });
        const top = x0 === x1 ? Math.min(y0, y1) : Math.min(...ends);
        heights[at] = Math.max(heights[at], clamped(1 - top / DRAWING_SIZE, 1));
      }
    }
  }
  return heights;
}
