/** The staircase: the quantizer that each layer has learned, over what it really receives; drag theta and T. */

import { leastTheta, StaircaseChart } from "../../elements/staircase-chart.js";
import { moveStaircase, restoreStaircases, showStaircase } from "../actions.js";
import { figure, percent } from "../format.js";
import { ranges } from "../state/settings.js";
import { select } from "../state/page-state.js";
import type { Staircases } from "../worker/protocol.js";
import { Slider } from "./slider.js";

const state = select((page) => page.staircases);
const training = select((page) => page.training);
const model = select((page) => page.model);
/** Whether the thresholds are still the first ones. */
const isUntrained = select((page) => page.look?.isUntrained === true);

export function StaircasePanel() {
  const { trained, moved, whatIf, layer } = state.value;
  const now = moved ?? trained;
  return (
    <>
      <p>
        Over T steps a neuron can fire 0, 1, … or T times, so what it tells the next layer has T + 1 levels: a
        staircase up to <i>θ</i>. The grey bars show what the neurons of a layer really receive from held-out
        images. A lower <i>θ</i> makes finer steps but cuts off more above it (<em>clipping</em>); a higher
        one cuts off less but rounds more. Training finds the balance. Move <i>θ</i> or T and see what it was
        worth.
      </p>
      {trained === null || now === null ? (
        <p class="muted" role="status">
          {training.value.status === "running"
            ? "Measured when training pauses."
            : model.value?.fitsData === false
              ? "Drop the data that this network was trained on, and its staircases are shown."
              : "Measuring …"}
        </p>
      ) : trained.layers.length === 0 ? (
        <p class="muted">This network has no spiking layers, so it has no staircases.</p>
      ) : (
        <>
          <div class="buttons" role="group" aria-label="Layer">
            {trained.layers.map(({ name }, i) => (
              <button key={name} type="button" aria-pressed={i === layer} onClick={() => showStaircase(i)}>
                {name}
              </button>
            ))}
          </div>
          <div class="columns stairs-columns">
            <Sliders trained={trained} />
            <div>
              <StaircaseChart
                measured={{ ...now.layers[layer], timesteps: now.timesteps }}
                learned={trained.layers[layer].theta}
                theta={whatIf?.thetas[layer] ?? trained.layers[layer].theta}
                onMove={(theta) => moveStaircase({ theta })}
              />
              <Figures trained={trained} moved={moved} layer={layer} />
            </div>
          </div>
        </>
      )}
    </>
  );
}

function Sliders({ trained }: { trained: Staircases }) {
  const { whatIf, layer } = state.value;
  const { name, theta: learned, histogram, isMovable } = trained.layers[layer];
  const theta = whatIf?.thetas[layer] ?? learned;
  const timesteps = whatIf?.timesteps ?? trained.timesteps;
  return (
    <div class="stairs-sliders">
      <Slider
        label={`θ of ${name}`}
        hint={
          isMovable
            ? `${isUntrained.value ? "At first" : "Learned"}: ${figure(learned)}. You can also drag the line in the picture.`
            : "The mean of its neurons. It cannot be moved: each of them may have its own."
        }
        low={leastTheta(histogram.high)}
        high={histogram.high}
        step={histogram.high / 400}
        value={theta}
        shown={figure(theta)}
        disabled={!isMovable}
        onInput={(value) => moveStaircase({ theta: value })}
      />
      <Slider
        label="T, time steps of the whole network"
        hint={`${isUntrained.value ? "Made for" : "Trained with"} ${trained.timesteps}.`}
        low={ranges.timesteps.low}
        high={ranges.timesteps.high}
        step={1}
        value={timesteps}
        onInput={(value) => moveStaircase({ timesteps: value })}
      />
      <button type="button" disabled={whatIf === null} onClick={restoreStaircases}>
        Put everything back
      </button>
      <p class="muted">This tries it on a copy. The network itself stays as it is.</p>
    </div>
  );
}

function Figures({
  trained,
  moved,
  layer,
}: {
  trained: Staircases;
  moved: Staircases | null;
  layer: number;
}) {
  const rows: readonly (readonly [string, (from: Staircases) => string])[] = [
    ["held-out accuracy", ({ accuracy }) => percent(accuracy)],
    ["spikes per image, all layers", ({ spikesPerInference }) => figure(spikesPerInference)],
    ["firing rate of this layer", ({ layers }) => percent(layers[layer].firingRate)],
    ["rounding error (root mean square)", ({ layers }) => figure(Math.sqrt(layers[layer].error.rounding))],
    ["clipping error (root mean square)", ({ layers }) => figure(Math.sqrt(layers[layer].error.clipping))],
    ["inputs above θ", ({ layers }) => percent(layers[layer].error.clipped)],
    ["positive inputs below the first step", ({ layers }) => percent(layers[layer].error.vanished)],
    [
      "error because inputs change over time",
      ({ layers }) => {
        const { unevenness } = layers[layer];
        return unevenness === null ? "no staircase" : figure(Math.sqrt(unevenness));
      },
    ],
  ];
  return (
    <table class="before-after">
      <caption>On {trained.samples} held-out images; errors in units of the input.</caption>
      <thead>
        <tr>
          <th scope="col">what is measured</th>
          <th scope="col">{isUntrained.value ? "as it is" : "as learned"}</th>
          <th scope="col">as moved</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, read]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{read(trained)}</td>
            <td>{moved === null ? "–" : read(moved)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
