/** A digit that is there before anybody draws: a 3, as a pen goes on a square of 280. */

import type { Stroke } from "atif";

export const exampleStrokes: readonly Stroke[] = [
  [
    88, 66, 118, 48, 160, 48, 188, 70, 186, 102, 160, 124, 130, 130, 166, 138, 192, 164, 192, 198, 164, 226,
    122, 232, 86, 216,
  ],
];
