/** Where the reader gives something to look at: a square to draw on, files, numbers. */

import { useState } from "preact/hooks";
import type { Stroke } from "atif";
import { DrawingSquare } from "../elements/drawing-square.js";
import type { Network } from "./network.js";
import type { Sample } from "./sample.js";
import { SeenImage } from "./seen-image.js";

interface Props {
  readonly network: Network;
  readonly strokes: readonly Stroke[];
  /** What the network looks at; null: nothing. */
  readonly sample: Sample | null;
  /** Where it is among those of a file. */
  readonly place: { readonly index: number; readonly count: number };
  readonly onDraw: (strokes: readonly Stroke[]) => void;
  readonly onLift: () => void;
  readonly onFile: (file: Blob, name: string) => void;
  readonly onPlace: (index: number) => void;
  readonly onHeld: () => void;
  readonly say: (sentence: string) => void;
}

export function InputPanel(props: Props) {
  const { network, strokes, sample, place, onDraw, onLift, onFile, onPlace, onHeld, say } = props;
  const { picture, drawing } = network.offer;
  return (
    <div class="input">
      {drawing ? (
        <>
          <DrawingSquare strokes={strokes} onChange={onDraw} onEnd={onLift} say={say} />
          <div class="buttons">
            <button type="button" onClick={() => onDraw([])}>
              Clear
            </button>
            <FileButton onFile={onFile} />
          </div>
        </>
      ) : (
        <div class="drop">
          <p>
            This network takes {wanted(network)}. Drop a file here, or choose one:{" "}
            {picture === null ? "" : "a picture, "}.npy, CSV or JSON.
          </p>
          <FileButton onFile={onFile} />
        </div>
      )}
      {network.held.length === 0 || network.held.some((each) => each === sample) ? null : (
        <div class="buttons">
          <button type="button" onClick={onHeld}>
            Held-out samples ({network.held.length})
          </button>
        </div>
      )}
      {place.count > 1 ? (
        <div class="buttons place">
          <button type="button" disabled={place.index === 0} onClick={() => onPlace(place.index - 1)}>
            ‹ before
          </button>
          <span>
            {place.index + 1} of {place.count}
          </span>
          <button
            type="button"
            disabled={place.index === place.count - 1}
            onClick={() => onPlace(place.index + 1)}
          >
            next ›
          </button>
        </div>
      ) : null}
      {sample === null ? null : <Seen network={network} sample={sample} />}
      <Numbers network={network} onFile={onFile} isOpen={!drawing && countOf(network) <= MOST_TYPED} />
    </div>
  );
}

/** Nobody types more numbers than these. */
const MOST_TYPED = 64;

function countOf({ facts: { plan, timed } }: Network): number {
  return plan.shape.reduce((product, size) => product * size, timed ? plan.timesteps : 1);
}

/** "3 time steps of [8, 8, 2]", "[4]" */
export function wanted({ facts: { plan, timed } }: Network): string {
  const shape = `[${plan.shape.join(", ")}]`;
  const numbers = plan.shape.length === 1 ? `${plan.shape[0]} numbers` : `numbers of shape ${shape}`;
  return timed ? `${numbers} at each of ${plan.timesteps} time steps` : numbers;
}

function FileButton({ onFile }: Pick<Props, "onFile">) {
  return (
    <label class="file">
      Open a file …
      <input
        type="file"
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          if (file !== undefined) onFile(file, file.name);
          // The same one again is another change.
          currentTarget.value = "";
        }}
      />
    </label>
  );
}

function Seen({ network: { offer }, sample: { image, source } }: { network: Network; sample: Sample }) {
  if (image === null || offer.picture === null) return <p class="muted">It looks at {source}.</p>;
  const { height, width } = offer.picture;
  return (
    <div class="seen">
      <SeenImage image={image} shape={offer.picture} />
      <p class="muted">
        What the network sees of {source}: {height} × {width} pixels.
      </p>
    </div>
  );
}

function Numbers({ network, onFile, isOpen }: Pick<Props, "network" | "onFile"> & { isOpen: boolean }) {
  const [text, setText] = useState("");
  return (
    <details open={isOpen}>
      <summary>Type or paste numbers</summary>
      <label>
        <span class="muted">
          {wanted(network)}, separated by commas{network.facts.timed ? "; a line for each time step" : ""}
        </span>
        <textarea
          rows={3}
          spellcheck={false}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <button type="button" onClick={() => onFile(new Blob([text]), "the numbers")}>
        Show them to the network
      </button>
    </details>
  );
}
