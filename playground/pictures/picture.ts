/** A picture that was dropped, as the browser decoded it. */

export interface Picture {
  /** Of its file. */
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** [height, width, 4]: red, green, blue, opacity, 0 to 255; colours are not multiplied by opacity. */
  readonly rgba: Uint8ClampedArray;
}

/** Numbers row by row, [height, width]. */
export interface GreyImage {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** What pictures that were dropped as data to learn from are called, in files too, whatever language is spoken. */
export const YOUR_PICTURES = "your pictures";

/** What IDX files are called whose names say nothing. */
export const YOUR_IMAGES = "your images";
