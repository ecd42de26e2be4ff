/** JPEG by the package sharp, which is loaded when there is a picture to decode. */

import { FormatError, messageOf } from "../errors.js";
import { optionalPackage } from "./optional-package.js";

interface Decoded {
  readonly data: Uint8Array;
  readonly info: { readonly width: number; readonly height: number };
}

/** What is used of sharp. */
type Sharp = (
  input: Uint8Array,
  options: { readonly limitInputPixels: number; readonly failOn: "truncated" },
) => {
  rotate(): {
    ensureAlpha(): { raw(): { toBuffer(options: { readonly resolveWithObject: true }): Promise<Decoded> } };
  };
};

/**
 * Turned as its EXIF data say.
 * @throws FormatError if the package is not there, on damage, and for more pixels
 */
export async function decodeJpeg(
  bytes: Uint8Array,
  source: string,
  mostPixels: number,
): Promise<{ width: number; height: number; rgba: Uint8Array }> {
  const sharp = await loadSharp(source);
  try {
    const options = { limitInputPixels: mostPixels, failOn: "truncated" } as const;
    const { data, info } = await sharp(bytes, options)
      .rotate()
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, rgba: data };
  } catch (thrown) {
    throw new FormatError(
      `${source} cannot be decoded as JPEG (${messageOf(thrown).split("\n")[0]}); expected a whole picture of at most ${mostPixels} pixels.`,
      { cause: thrown },
    );
  }
}

async function loadSharp(source: string): Promise<Sharp> {
  try {
    const { default: sharp } = (await optionalPackage("sharp")) as { default: Sharp };
    return sharp;
  } catch (thrown) {
    throw new FormatError(
      `${source} is JPEG, which needs the package sharp, and that could not be loaded (${messageOf(thrown).split("\n")[0]}). ` +
        "Install it with npm install sharp, or save the pictures as PNG.",
      { cause: thrown },
    );
  }
}
