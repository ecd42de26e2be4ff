/** Look inside: the spikes of all layers, feature maps, the potential of one neuron; step by step. */

import { useState } from "preact/hooks";
import { Membrane } from "../../elements/membrane.js";
import { neuronName } from "../../elements/neuron-name.js";
import { Raster } from "../../elements/raster.js";
import { pick, selectLayer } from "../actions.js";
import { eventParts } from "../events/late-events.js";
import { SaveButtons } from "../figures/save-buttons.js";
import { announce } from "../state/announcement.js";
import { select } from "../state/page-state.js";
import { words } from "../words/words.js";
import type { Look } from "../worker/protocol.js";
import { Emphasised } from "./emphasised.js";
import { FeatureMaps } from "./feature-maps.js";
import "./look-inside.css";

/** Neurons of a layer that are seen at first. */
const ROWS = 60;

const selected = select((state) => state.staircases.layer);
const look = select((state) => state.look);
const step = select((state) => state.step);
const picked = select((state) => state.picked);
const trace = select((state) => state.trace);

export function LookInsidePanel() {
  const now = look.value;
  const { inside } = words;
  return (
    <>
      <p>
        <Emphasised text={inside.lead} />
      </p>
      {now === null ? null : <Sequence look={now} />}
      {now === null ? null : now.layers.length === 0 ? (
        <p class="muted">{inside.noLayers}</p>
      ) : (
        <>
          <div class="inside">
            <div>
              <h3>{inside.spikes}</h3>
              <LayerRaster look={now} />
              <SaveButtons figure="raster" />
            </div>
            <div>
              <h3>{inside.potential}</h3>
              {trace.value === null || trace.value.layer >= now.layers.length ? (
                <p class="muted">{inside.pickOne}</p>
              ) : (
                <Membrane
                  name={neuronName(now, trace.value)}
                  theta={now.layers[trace.value.layer].theta}
                  trace={trace.value}
                  step={Math.min(step.value, now.timesteps)}
                />
              )}
              <SaveButtons figure="membrane" disabled={trace.value === null} />
              <h3>{inside.maps}</h3>
              <p class="muted">{inside.mapsHelp}</p>
              <FeatureMaps
                look={now}
                step={Math.min(step.value, now.timesteps)}
                onPick={(neuron) => void pick(neuron)}
              />
            </div>
          </div>
        </>
      )}
    </>
  );
}

/** What it is shown, where that changes from step to step. */
function Sequence({ look }: { look: Look }) {
  const View = look.sequence === null ? undefined : eventParts()?.EventView;
  return View === undefined ? null : <View look={look} step={Math.min(step.value, look.timesteps)} />;
}

/** Of one layer, in dots that are large enough to point at; or of every layer at once. */
function LayerRaster({ look }: { look: Look }) {
  const [every, setEvery] = useState(false);
  const layer = Math.min(selected.value, look.layers.length - 1);
  const shown = every ? look : { ...look, layers: [look.layers[layer]] };
  const own = picked.value;
  return (
    <>
      <div class="buttons" role="group" aria-label={words.inside.layers}>
        {look.layers.map(({ name }, i) => (
          <button
            key={name}
            type="button"
            aria-pressed={!every && i === layer}
            onClick={() => {
              setEvery(false);
              selectLayer(i);
            }}
          >
            {name}
          </button>
        ))}
        <button type="button" aria-pressed={every} onClick={() => setEvery(true)}>
          {words.inside.everyLayer}
        </button>
      </div>
      <Raster
        key={every ? "every" : layer}
        look={shown}
        step={step.value}
        picked={every || own === null ? own : own.layer === layer ? { ...own, layer: 0 } : null}
        onPick={(neuron) => void pick(every ? neuron : { ...neuron, layer })}
        say={announce}
        {...(every ? {} : { rows: ROWS })}
      />
    </>
  );
}
