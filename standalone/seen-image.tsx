/** The image that a network gets: ink on paper, or the light of a picture. */

import { useEffect, useRef } from "preact/hooks";
import { PixelImage } from "../playground/charts/pixel-image.js";
import type { PictureShape } from "../src/formats/data/picture.js";
import type { Image } from "./sample.js";

interface Props {
  readonly image: Image;
  readonly shape: PictureShape;
}

const LABEL = "The image as the network sees it";

export function SeenImage({ image: { pixels, isInk }, shape: { height, width, channels } }: Props) {
  // Of ink all channels are the same.
  return isInk ? (
    <PixelImage
      values={pixels.filter((_, i) => i % channels === 0)}
      width={width}
      height={height}
      most={1}
      label={LABEL}
    />
  ) : (
    <Light pixels={pixels} height={height} width={width} channels={channels} />
  );
}

function Light({ pixels, height, width, channels }: PictureShape & { readonly pixels: Float32Array }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context === null || context === undefined) return;
    const image = context.createImageData(width, height);
    for (let i = 0; i < height * width; i++) {
      for (let c = 0; c < 3; c++)
        image.data[4 * i + c] = Math.round(255 * pixels[channels * i + (c % channels)]);
      image.data[4 * i + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  }, [pixels, width, height]);
  return <canvas ref={canvas} class="pixels" width={width} height={height} role="img" aria-label={LABEL} />;
}
