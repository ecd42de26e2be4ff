/** Look inside: the spikes of all layers, feature maps, the potential of one neuron; step by step. */

import { useEffect, useState } from "preact/hooks";
import { Membrane } from "../../elements/membrane.js";
import { neuronName } from "../../elements/neuron-name.js";
import { Raster } from "../../elements/raster.js";
import { goToStep, pick } from "../actions.js";
import { SaveButtons } from "../figures/save-buttons.js";
import { announce } from "../state/announcement.js";
import { select } from "../state/page-state.js";
import { words } from "../words/words.js";
import { Emphasised } from "./emphasised.js";
import { FeatureMaps } from "./feature-maps.js";
import { Slider } from "./slider.js";

const look = select((state) => state.look);
const step = select((state) => state.step);
const picked = select((state) => state.picked);
const trace = select((state) => state.trace);

/** Milliseconds that a step is shown. */
const STEP_TIME = 600;

export function LookInsidePanel() {
  const now = look.value;
  const { inside } = words;
  return (
    <>
      <p>
        <Emphasised text={inside.lead} />
      </p>
      {now === null ? null : now.layers.length === 0 ? (
        <p class="muted">{inside.noLayers}</p>
      ) : (
        <>
          <Scrubber timesteps={now.timesteps} />
          <div class="inside">
            <div>
              <h3>{inside.spikes}</h3>
              <Raster
                look={now}
                step={step.value}
                picked={picked.value}
                onPick={(neuron) => void pick(neuron)}
                say={announce}
              />
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

function Scrubber({ timesteps }: { timesteps: number }) {
  const [playing, setPlaying] = useState(false);
  useEffect(() => {
    if (!playing) return;
    const timer = setInterval(() => {
      if (step.peek() >= timesteps) setPlaying(false);
      else goToStep(step.peek() + 1);
    }, STEP_TIME);
    return () => clearInterval(timer);
  }, [playing, timesteps]);
  const play = (): void => {
    if (!playing && step.peek() >= timesteps) goToStep(1);
    setPlaying(!playing);
  };
  return (
    <div class="scrubber">
      <button type="button" onClick={play}>
        {playing ? words.inside.stop : words.inside.play}
      </button>
      <Slider
        label={words.inside.timeStep}
        low={1}
        high={timesteps}
        step={1}
        value={step.value}
        shown={words.inside.stepOf(step.value, timesteps)}
        onInput={goToStep}
      />
    </div>
  );
}
