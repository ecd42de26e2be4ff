/** A small grey image, one square per pixel: ink on paper. */

import { useEffect, useRef } from "preact/hooks";
import { mix, parseColour, pageColours } from "../../elements/colours.js";
import { useRedraw } from "../../elements/use-redraw.js";

interface Props {
  /** Row by row, 0 to `most`. */
  readonly values: ArrayLike<number>;
  readonly width: number;
  readonly height: number;
  readonly most: number;
  readonly label: string;
  readonly class?: string;
}

export function PixelImage({ values, width, height, most, label, class: className = "pixels" }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const paint = (): void => {
    const context = canvas.current?.getContext("2d");
    if (context === null || context === undefined) return;
    const { paper, ink } = pageColours();
    const [from, to] = [parseColour(paper), parseColour(ink)];
    const image = context.createImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    for (let i = 0; i < pixels.length; i++) pixels[i] = mix(from, to, Math.min(1, (values[i] ?? 0) / most));
    context.putImageData(image, 0, 0);
  };
  useEffect(paint, [values, width, height, most]);
  useRedraw(paint);
  return (
    <canvas ref={canvas} class={className} width={width} height={height} role="img" aria-label={label} />
  );
}
