/**
 * What each channel of a convolution sees: where its neurons fired, and where they fire at this step. The maps of a layer
 * are one stop of the Tab key, and a cursor moves over their pixels.
 */

import { useEffect, useRef, useState } from "preact/hooks";
import { mix, parseColour, pageColours } from "../../elements/colours.js";
import { neuronName } from "../../elements/neuron-name.js";
import { useRedraw } from "../../elements/use-redraw.js";
import { insideMaps, movedCursor, neuronOfCursor, type MapCursor } from "../charts/map-cursor.js";
import { announce } from "../state/announcement.js";
import { words } from "../words/words.js";
import type { Look, PickedNeuron } from "../worker/protocol.js";
import "./feature-maps.css";

/** More channels would not be told apart. */
const MOST_CHANNELS = 64;

interface Props {
  readonly look: Look;
  readonly step: number;
  readonly onPick: (picked: PickedNeuron) => void;
}

export function FeatureMaps({ look, step, onPick }: Props) {
  const maps = look.layers.flatMap(({ shape, name }, layer) => (shape.length > 1 ? [{ name, layer }] : []));
  if (maps.length === 0) {
    return <p class="muted">{words.maps.none}</p>;
  }
  return (
    <>
      {maps.map(({ name, layer }) => (
        <LayerMaps key={name} look={look} layer={layer} step={step} onPick={onPick} />
      ))}
    </>
  );
}

/** A sequence, [S, C], is as high as one pixel. */
function mapShape(shape: readonly number[]): readonly number[] {
  return shape.length === 2 ? [1, ...shape] : shape;
}

function LayerMaps({ look, layer, step, onPick }: Props & { readonly layer: number }) {
  const { name, spikes, neurons } = look.layers[layer];
  const shape = mapShape(look.layers[layer].shape);
  const [height, width, channels] = shape;
  const size = { height, width, channels: Math.min(MOST_CHANNELS, channels) };
  const box = useRef<HTMLDivElement>(null);
  const [wanted, setCursor] = useState<MapCursor | null>(null);
  const cursor = wanted === null ? null : insideMaps(wanted, size);

  const described = (at: MapCursor): string => {
    const neuron = neuronOfCursor(at, shape);
    let count = 0;
    for (let t = 0; t < step; t++) count += spikes[t * neurons + neuron];
    const firesNow = spikes[(step - 1) * neurons + neuron] === 1;
    return words.maps.spikes(neuronName(look, { layer, neuron }), count, step, firesNow);
  };
  const choose = (neuron: number): void => {
    announce(words.drawings.picked(neuronName(look, { layer, neuron })));
    onPick({ layer, neuron });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = cursor ?? { channel: 0, row: 0, column: 0 };
    const isChoice = event.key === "Enter" || event.key === " ";
    const next = isChoice ? at : movedCursor(at, event.key, size);
    if (next === null) return;
    event.preventDefault();
    setCursor(next);
    if (isChoice) choose(neuronOfCursor(at, shape));
    else announce(described(next));
  };
  const onFocus = (): void => {
    if (box.current?.matches(":focus-visible") === true) setCursor({ channel: 0, row: 0, column: 0 });
  };
  return (
    <figure class="chart">
      <figcaption>{words.maps.size(name, channels, height, width)}</figcaption>
      <div
        ref={box}
        class="maps"
        tabIndex={0}
        role="application"
        aria-roledescription={words.maps.role}
        aria-label={words.maps.help(name)}
        onKeyDown={onKeyDown}
        onFocus={onFocus}
        onBlur={() => setCursor(null)}
      >
        {Array.from({ length: size.channels }, (_, channel) => (
          <FeatureMap
            key={channel}
            layer={look.layers[layer]}
            channel={channel}
            step={step}
            cursor={cursor?.channel === channel ? cursor : null}
            onPick={choose}
          />
        ))}
      </div>
      {cursor === null ? null : <p class="muted map-spot">{described(cursor)}</p>}
    </figure>
  );
}

interface MapProps {
  readonly layer: Look["layers"][number];
  readonly channel: number;
  readonly step: number;
  /** Where the keyboard points, if it is in this map. */
  readonly cursor: MapCursor | null;
  readonly onPick: (neuron: number) => void;
}

function FeatureMap({ layer, channel, step, cursor, onPick }: MapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { neurons, spikes, name } = layer;
  const shape = mapShape(layer.shape);
  const [height, width, channels] = shape;
  const paint = (): void => {
    const context = canvas.current?.getContext("2d");
    if (context === null || context === undefined) return;
    const colours = pageColours();
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
    onPick(neuronOfCursor({ channel, row, column }, shape));
  };
  const percent = (share: number): string => `${100 * share}%`;
  return (
    <div class="map-frame" onClick={onClick}>
      <canvas
        ref={canvas}
        class="map"
        width={width}
        height={height}
        role="img"
        title={words.maps.channel(name, channel + 1)}
        aria-label={words.maps.channel(name, channel + 1)}
      />
      {cursor === null ? null : (
        <span
          class="map-cursor"
          aria-hidden="true"
          style={{
            top: percent(cursor.row / height),
            height: percent(1 / height),
            left: percent(cursor.column / width),
            width: percent(1 / width),
          }}
        />
      )}
    </div>
  );
}
