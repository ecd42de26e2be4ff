/** A picture as pixels, and how large one may be. */

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** [height, width, 4]: red, green, blue, and how opaque, 0 to 255. */
  readonly rgba: Uint8Array;
}

/** Larger pictures are not looked at: 64 million pixels take 256 MiB. */
export const MOST_PIXELS = 2 ** 26;
