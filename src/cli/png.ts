/** Pictures as PNG, by the package sharp, which is loaded when one is asked for. */

import { messageOf } from "../errors.js";
import { UsageError } from "./exit-codes.js";

/** What is used of sharp. */
type Sharp = (
  input: Uint8Array,
  options: { readonly density: number },
) => {
  png(): { toBuffer(): Promise<Uint8Array> };
};

/** Twice the pixels that the SVG names: what screens have today. */
const DENSITY = 144;

/** @throws UsageError if the package is not there */
export async function pngOf(svg: string): Promise<Uint8Array> {
  const sharp = await loadSharp();
  return await sharp(new TextEncoder().encode(svg), { density: DENSITY }).png().toBuffer();
}

async function loadSharp(): Promise<Sharp> {
  try {
    // A name that compilers do not follow: nobody needs the package who wants no PNG.
    const name: string = "sharp";
    const { default: sharp } = (await import(name)) as { default: Sharp };
    return sharp;
  } catch (thrown) {
    throw new UsageError(
      `PNG needs the package sharp, which could not be loaded (${messageOf(thrown).split("\n")[0]}). ` +
        "Install it with npm install sharp, or write an .svg file.",
    );
  }
}
