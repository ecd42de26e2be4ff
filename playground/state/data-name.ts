/** Data by the names that files keep, as the reader is told them. */

import { YOUR_IMAGES, YOUR_PICTURES } from "../pictures/picture.js";
import { problems } from "../words/problems.js";

export function shownDataName(name: string): string {
  if (name === YOUR_PICTURES) return problems.yourPictures;
  return name === YOUR_IMAGES ? problems.yourImages : name;
}
