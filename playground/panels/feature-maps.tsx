/** What each channel of a convolution sees: where its neurons fired, and where they fire at this step. */

import { useEffect, useRef } from "preact/hooks";
import { mix, parseColour, themeColours } from "../charts/colours.js";
import { useRedraw } from "../charts/use-redraw.js";
import type { Look, PickedNeuron } from "../worker/protocol.js";

/** More channels would not be told apart. */
const MOST_CHANNELS = 64;

interface Props {
  readonly look: Look;
  readonly step: number;
  readonly onPick: (picked: PickedNeuron) => void;
}

export function FeatureMaps({ look, step, onPick }: Props) {
  const maps = look.layers.flatMap((layer, index) => (layer.shape.length === 3 ? [{ layer, index }] : []));
  if (maps.length === 0) {
    return <p class="muted">This network has no convolutions, so there are no feature maps.</p>;
  }
  return (
    <>
      {maps.map(({ layer, index }) => (
        <figure key={layer.name} class="chart">
          <figcaption>
            {layer.name}: {layer.shape[2]} channels of {layer.shape[0]} × {layer.shape[1]}
          </figcaption>
          <div class="maps">
            {Array.from({ length: Math.min(MOST_CHANNELS, layer.shape[2]) }, (_, channel) => (
              <FeatureMap
                key={channel}
                layer={layer}
                channel={channel}
                step={step}
                onPick={(neuron) => onPick({ layer: index, neuron })}
              />
            ))}
          </div>
        </figure>
      ))}
    </>
  );
}

interface MapProps {
  readonly layer: Look["layers"][number];
  readonly channel: number;
  readonly step: number;
  readonly onPick: (neuron: number) => void;
}

function FeatureMap({ layer, channel, step, onPick }: MapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { shape, neurons, spikes, name } = layer;
  const [height, width, channels] = shape;
  const paint = (): void => {
    const context = canvas.current?.getContext("2d");
    if (context === null || context === undefined) return;
    const colours = themeColours();
    const [paper, ink, spike] = [colours.paper, colours.seriesColours[0] ?? colours.ink, colours.spike].map(
      parseColour,
    );
    const image = context.createImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    for (let i = 0; i < pixels.length; i++) {
      let count = 0;
      for (let t = 0; t < step; t++) count += spikes[t * neurons + i * channels + channel];
      const firesNow = spikes[(step - 1) * neurons + i * channels + channel] === 1;
      pixels[i] = firesNow
        ? mix(paper, spike, 0.4 + (0.6 * count) / step)
        : mix(paper, ink, (0.8 * count) / step);
    }
    context.putImageData(image, 0, 0);
  };
  useEffect(paint, [layer, channel, step]);
  useRedraw(paint);
  const onClick = (event: MouseEvent): void => {
    const box = canvas.current?.getBoundingClientRect() ?? new DOMRect();
    const column = Math.min(width - 1, Math.floor(((event.clientX - box.left) / box.width) * width));
    const row = Math.min(height - 1, Math.floor(((event.clientY - box.top) / box.height) * height));
    onPick((row * width + column) * channels + channel);
  };
  return (
    <canvas
      ref={canvas}
      class="map"
      width={width}
      height={height}
      role="img"
      title={`${name}, channel ${channel + 1}`}
      aria-label={`${name}, channel ${channel + 1}`}
      onClick={onClick}
    />
  );
}
