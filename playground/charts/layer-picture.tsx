/** What the neurons of a layer do at a step, on a canvas. What it shows is said in words beside it. */

import { useEffect, useRef } from "preact/hooks";
import { parseColour, pageColours } from "../../elements/colours.js";
import { drawLayer, pictureSize, tileLayout, type PicturedLayer } from "./layer-pixels.js";
import { useRedraw } from "../../elements/use-redraw.js";

export function LayerPicture({ layer, step }: { layer: PicturedLayer; step: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const layout = tileLayout(layer);
  const [width, height] = pictureSize(layout);
  const paint = (): void => {
    const context = canvas.current?.getContext("2d");
    if (context === null || context === undefined) return;
    const { paper, grid, spike, seriesColours } = pageColours();
    const [past = paper] = seriesColours;
    const colours = {
      paper: parseColour(paper),
      line: parseColour(grid),
      past: parseColour(past),
      spike: parseColour(spike),
    };
    const image = context.createImageData(width, height);
    drawLayer(new Uint32Array(image.data.buffer), layer, layout, step, colours);
    context.putImageData(image, 0, 0);
  };
  useEffect(paint, [layer, step]);
  useRedraw(paint);
  return <canvas ref={canvas} class="layer-picture" width={width} height={height} aria-hidden="true" />;
}
