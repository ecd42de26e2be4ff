/** A figure as a file: as SVG, as PNG, or its numbers as CSV. */

import type { Figure, FigureFormat } from "./figure-protocol.js";

/** Pixels of a PNG for each of the SVG: what screens have today. */
const SCALE = 2;

/** @returns null where the browser cannot make it */
export function contentOf({ svg, csv }: Figure, format: FigureFormat): Promise<Blob | string | null> {
  if (format === "csv") return Promise.resolve(csv);
  return svg === null || format === "svg" ? Promise.resolve(svg) : pngOf(svg);
}

/** By the browser, which draws the SVG. */
async function pngOf(svg: string): Promise<Blob | null> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [SCALE * image.naturalWidth, SCALE * image.naturalHeight];
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
