/** Images of another size: every new pixel is the mean of what it covers. */

import type { GreyImage } from "./picture.js";

/** A rectangle of an image, in its pixels; it may reach beyond it. */
export interface View {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * What is seen through the view, as an image of that size.
 * @param outside what is beyond the image
 */
export function resample(
  image: GreyImage,
  view: View,
  width: number,
  height: number,
  outside: number,
): GreyImage {
  const values = new Float32Array(width * height);
  const columns = Array.from({ length: width }, (_, x) =>
    covered(view.left, view.width / width, x, image.width),
  );
  const rows = Array.from({ length: height }, (_, y) =>
    covered(view.top, view.height / height, y, image.height),
  );
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let [sum, share] = [0, 0];
      for (const [row, part] of rows[y]) {
        for (const [column, own] of columns[x]) {
          sum += part * own * image.values[row * image.width + column];
          share += part * own;
        }
      }
      values[y * width + x] = sum + (1 - share) * outside;
    }
  }
  return { width, height, values };
}

/** The pixels of the image that a new pixel covers, and the share of the new pixel that each of them takes. */
function covered(start: number, size: number, index: number, count: number): (readonly [number, number])[] {
  const [from, to] = [start + index * size, start + (index + 1) * size];
  const parts: [number, number][] = [];
  for (let i = Math.max(0, Math.floor(from)); i < Math.min(count, Math.ceil(to)); i++) {
    const part = (Math.min(i + 1, to) - Math.max(i, from)) / size;
    if (part > 0) parts.push([i, part]);
  }
  return parts;
}
