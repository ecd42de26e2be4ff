/** Look inside: the spikes of all layers, feature maps, the potential of one neuron; step by step. */

import { pick } from "../actions.js";
import { select } from "../state/page-state.js";
import { words } from "../words/words.js";
import { Emphasised } from "./emphasised.js";
import { FeatureMaps } from "./feature-maps.js";
import { Membrane } from "./membrane.js";
import { Raster } from "./raster.js";

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
      {now === null ? null : now.layers.length === 0 ? (
        <p class="muted">{inside.noLayers}</p>
      ) : (
        <>
          <div class="inside">
            <div>
              <h3>{inside.spikes}</h3>
              <Raster
                look={now}
                step={step.value}
                picked={picked.value}
                onPick={(neuron) => void pick(neuron)}
              />
            </div>
            <div>
              <h3>{inside.potential}</h3>
              {trace.value === null || trace.value.layer >= now.layers.length ? (
                <p class="muted">{inside.pickOne}</p>
              ) : (
                <Membrane look={now} trace={trace.value} step={Math.min(step.value, now.timesteps)} />
              )}
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
