/** Look inside: spikes of all layers, the potential of one neuron, the staircase of its layer, all thresholds. */

import { useState } from "preact/hooks";
import { histogram, quantizationError, staircaseCorners, type Activity, type LayerActivity } from "atif";
import { figure, grouped, percent } from "../elements/format.js";
import { livelyNeuron } from "../elements/lively-neuron.js";
import { Membrane } from "../elements/membrane.js";
import { neuronName } from "../elements/neuron-name.js";
import { Raster } from "../elements/raster.js";
import type { PickedNeuron } from "../elements/spike-record.js";
import { axisOf, BINS } from "../elements/staircase-axis.js";
import { StaircaseChart } from "../elements/staircase-chart.js";
import { traceOf } from "../elements/trace-of.js";
import { meanInputs } from "./mean-inputs.js";

interface Props {
  readonly activity: Activity;
  /** That it has learned with. */
  readonly timesteps: number;
  readonly step: number;
  readonly say: (sentence: string) => void;
}

export function Inside({ activity, timesteps, step, say }: Props) {
  const [wanted, setPicked] = useState<PickedNeuron | null>(null);
  const picked = wanted ?? livelyNeuron(activity);
  if (picked === null) {
    return (
      <section>
        <h2>Inside</h2>
        <p class="muted">
          This network has no spiking layers, so there are no spikes and no thresholds to show.
        </p>
      </section>
    );
  }
  const trace = traceOf(activity, picked);
  const layer = activity.layers[picked.layer];
  return (
    <>
      <section>
        <h2>Spikes of all layers</h2>
        <Raster look={activity} step={step} picked={picked} onPick={setPicked} say={say} />
      </section>
      <section>
        <h2>Potential of one neuron</h2>
        {trace === null ? null : (
          <Membrane name={neuronName(activity, picked)} theta={layer.theta} trace={trace} step={step} />
        )}
        <h2>Thresholds</h2>
        <Thresholds
          activity={activity}
          layer={picked.layer}
          onLayer={(layer) => setPicked({ layer, neuron: 0 })}
        />
      </section>
      <section class="wide">
        <h2>Staircase of {layer.name}</h2>
        <Stairs layer={layer} timesteps={timesteps} />
      </section>
    </>
  );
}

function Thresholds({
  activity,
  layer,
  onLayer,
}: {
  activity: Activity;
  layer: number;
  onLayer: (layer: number) => void;
}) {
  return (
    <div class="table-scroll">
      <table class="thresholds">
        <thead>
          <tr>
            <th scope="col">layer</th>
            <th scope="col">kind</th>
            <th scope="col">neurons</th>
            <th scope="col">θ</th>
            <th scope="col">fires in</th>
          </tr>
        </thead>
        <tbody>
          {activity.layers.map(({ name, kind, neurons, theta, spikes }, i) => (
            <tr key={name} class={i === layer ? "now" : ""}>
              <th scope="row">
                <button type="button" aria-pressed={i === layer} onClick={() => onLayer(i)}>
                  {name}
                </button>
              </th>
              <td>{kind}</td>
              <td>{grouped(neurons)}</td>
              <td>{figure(theta)}</td>
              <td>{percent(spikes.reduce((sum, spike) => sum + spike, 0) / spikes.length)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Stairs({ layer, timesteps }: { layer: LayerActivity; timesteps: number }) {
  const { name, theta } = layer;
  const steps = Math.min(timesteps, layer.spikes.length / layer.neurons);
  const inputs = meanInputs(layer, steps);
  const stairs = { theta, timesteps: steps };
  const error = quantizationError(inputs, stairs);
  return (
    <div class="stairs-beside">
      <StaircaseChart
        measured={{
          ...stairs,
          name,
          corners: staircaseCorners(stairs),
          error,
          histogram: histogram(inputs, { ...axisOf(inputs, theta), bins: BINS }),
        }}
        learned={theta}
        theta={theta}
        onMove={null}
      />
      <p class="muted">
        Over {steps} time steps a neuron fires 0 to {steps} times, so it tells the next layer one of{" "}
        {steps + 1} levels, up to θ = {figure(theta)}. The bars are what the neurons of {name} took in from
        this sample: {percent(error.clipped)} of them above θ, {percent(error.vanished)} above 0 and below the
        first step.
      </p>
    </div>
  );
}
