/** How far every pixel is from the edge of the ink: with it, strokes are made thicker and thinner. */

import type { GreyImage } from "./picture.js";

/**
 * Pixels to the edge of the ink: above 0 outside of it, below 0 inside. Pixels with at least `least` are ink.
 * Exact, from centre to centre, less half a pixel.
 */
export function signedDistance(image: GreyImage, least: number): GreyImage {
  const isInk = Array.from(image.values, (value) => value >= least);
  const outside = distanceTo(image, isInk);
  const inside = distanceTo(
    image,
    isInk.map((ink) => !ink),
  );
  const values = outside.map((away, i) => (isInk[i] ? 0.5 - inside[i] : away - 0.5));
  return { ...image, values };
}

/** To the nearest pixel of the set: along each row first, then over the rows. */
function distanceTo({ width, height }: GreyImage, set: readonly boolean[]): Float32Array {
  const along = new Float32Array(width * height).fill(Infinity);
  for (let row = 0; row < height; row++) {
    const start = row * width;
    for (let column = 0, away = Infinity; column < width; column++) {
      away = set[start + column] ? 0 : away + 1;
      along[start + column] = away;
    }
    for (let column = width - 1, away = Infinity; column >= 0; column--) {
      away = set[start + column] ? 0 : away + 1;
      along[start + column] = Math.min(along[start + column], away);
    }
  }
  const distance = new Float32Array(width * height);
  for (let column = 0; column < width; column++) {
    for (let row = 0; row < height; row++) {
      let least = Infinity;
      for (let other = 0; other < height; other++) {
        const [across, down] = [along[other * width + column], row - other];
        least = Math.min(least, across * across + down * down);
      }
      distance[row * width + column] = Math.sqrt(least);
    }
  }
  return distance;
}

/** The width of the strokes: a line is four times as wide as its pixels are, on average, from its edge. */
export function strokeWidth({ values }: GreyImage): number {
  const inside = values.filter((value) => value < 0);
  return inside.length === 0 ? 0 : (-4 * inside.reduce((sum, value) => sum + value, 0)) / inside.length;
}

/** 1 where the strokes are when their edge is moved outwards by so many pixels, and a part of it on the edge itself. */
export function grown(distance: GreyImage, by: number): GreyImage {
  return {
    ...distance,
    values: distance.values.map((value) => Math.min(1, Math.max(0, 0.5 + by - value))),
  };
}
