/** A digit of 8 x 8 pixels as squares: dark ink on light paper, whatever is around. */

import { rounded } from "../../dist/drawing/xml-text.js";

const SIZE = 8;

/** @param x 64 numbers from 0 to 1. @param width in pixels of the picture */
export function digitImage(x, left, top, width) {
  const side = width / SIZE;
  const pixels = Array.from(x, (ink, i) => {
    if (ink === 0) return "";
    const [column, row] = [i % SIZE, Math.floor(i / SIZE)];
    // A little wider, so that no seams show.
    return `<rect x="${rounded(left + column * side)}" y="${rounded(top + row * side)}" width="${rounded(side + 0.2)}" height="${rounded(side + 0.2)}" fill="#16213a" fill-opacity="${rounded(ink)}"/>`;
  });
  return [
    `<rect class="axis" x="${left - 1}" y="${top - 1}" width="${width + 2}" height="${width + 2}" fill="#f6f6f2" stroke-width="1"/>`,
    ...pixels.filter((pixel) => pixel !== ""),
  ];
}
