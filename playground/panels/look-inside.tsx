/** Look inside: the spikes of all layers, feature maps, the potential of one neuron; step by step. */

import { useEffect, useState } from "preact/hooks";
import { Membrane } from "../../elements/membrane.js";
import { neuronName } from "../../elements/neuron-name.js";
import { Raster } from "../../elements/raster.js";
import { goToStep, pick } from "../actions.js";
import { announce } from "../state/announcement.js";
import { select } from "../state/page-state.js";
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
  return (
    <>
      <p>
        Every dot is a spike that the network fired while it looked at the image above. A neuron either fires
        or is silent; all it tells the next layer is <em>when</em>. Move through the time steps and see how
        the spikes of one layer charge the neurons of the next.
      </p>
      {now === null ? null : now.layers.length === 0 ? (
        <p class="muted">This network has no spiking layers, so there are no spikes to show.</p>
      ) : (
        <>
          <Scrubber timesteps={now.timesteps} />
          <div class="inside">
            <div>
              <h3>Spikes of all layers</h3>
              <Raster
                look={now}
                step={step.value}
                picked={picked.value}
                onPick={(neuron) => void pick(neuron)}
                say={announce}
              />
            </div>
            <div>
              <h3>Potential of one neuron</h3>
              {trace.value === null || trace.value.layer >= now.layers.length ? (
                <p class="muted">Click a row of the raster or a pixel of a feature map.</p>
              ) : (
                <Membrane
                  name={neuronName(now, trace.value)}
                  theta={now.layers[trace.value.layer].theta}
                  trace={trace.value}
                  step={Math.min(step.value, now.timesteps)}
                />
              )}
              <h3>Feature maps</h3>
              <p class="muted">
                One small picture per channel: blue where its neurons have fired up to this step, the more
                often the darker; red where they fire now.
              </p>
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
        {playing ? "Stop" : "Play"}
      </button>
      <Slider
        label="Time step"
        low={1}
        high={timesteps}
        step={1}
        value={step.value}
        shown={`${step.value} of ${timesteps}`}
        onInput={goToStep}
      />
    </div>
  );
}
