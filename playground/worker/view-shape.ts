/** How the page looks at what a network takes: as the image that is drawn for it. */

import { problems } from "../words/problems.js";

/** On smaller squares nothing can be drawn. */
const LEAST_SIDE = 8;

/**
 * Images are as they are. Numbers in a row whose count is a square are a square, as MNIST is to a network of layers that are
 * dense; other rows and sequences are as high as one pixel.
 *
 * @param shape of a sample, channels last
 * @returns [height, width, channels], with the same numbers in the same order
 * @throws Error for shapes that are none of these
 */
export function viewShape(
  shape: readonly number[],
): readonly [height: number, width: number, channels: number] {
  const [first, second, third] = shape;
  switch (shape.length) {
    case 3:
      return [first, second, third];
    case 2:
      return [1, first, second];
    case 1: {
      const side = Math.round(Math.sqrt(first));
      return side >= LEAST_SIDE && side ** 2 === first ? [side, side, 1] : [1, first, 1];
    }
  }
  throw unseen(shape);
}

export function unseen(shape: readonly number[]): Error {
  return new Error(problems.network.unseen(`[${shape.join(", ")}]`));
}
