/** Pictures from files, by the browser. */

import { problems } from "../words/problems.js";
import type { Picture } from "./picture.js";

/** Larger ones are scaled down: no network of this page sees more. */
const MOST_PIXELS = 256;

/**
 * @param most pixels of its longer side
 * @throws Error with a sentence for the reader if the browser cannot read it
 */
export async function readPicture(file: Blob, name: string, most = MOST_PIXELS): Promise<Picture> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new Error(problems.picture.unreadable(name));
  }
  const scale = Math.min(1, most / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((size) => Math.max(1, Math.round(scale * size)));
  const context = new OffscreenCanvas(width, height).getContext("2d");
  if (context === null) throw new Error(problems.picture.noCanvas);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return { name, width, height, rgba: context.getImageData(0, 0, width, height).data };
}
