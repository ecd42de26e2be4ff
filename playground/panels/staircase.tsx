/** The staircase: the quantizer that each layer has learned, over what it really receives; drag theta and T. */

import { leastTheta } from "../../elements/least-theta.js";
import { StaircaseChart } from "../../elements/staircase-chart.js";
import { moveStaircase, restoreStaircases, selectLayer } from "../actions.js";
import { eventParts } from "../events/late-events.js";
import { SaveButtons } from "../figures/save-buttons.js";
import { figure, percent } from "../format.js";
import { ranges } from "../state/settings.js";
import { select } from "../state/page-state.js";
import { words } from "../words/words.js";
import type { Staircases } from "../worker/protocol.js";
import { Emphasised } from "./emphasised.js";
import { Slider } from "./slider.js";
import "./staircase.css";

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
        <Emphasised text={words.stairs.lead} />
      </p>
      {trained?.isTimeMovable === false ? <p class="muted">{eventParts()?.eventWords.stairs}</p> : null}
      {trained === null || now === null ? (
        <p class="muted" role="status">
          {training.value.status === "running"
            ? words.stairs.whenPaused
            : model.value?.fitsData === false
              ? words.stairs.dropData
              : words.stairs.measuring}
        </p>
      ) : trained.layers.length === 0 ? (
        <p class="muted">{words.stairs.noLayers}</p>
      ) : (
        <>
          <div class="buttons" role="group" aria-label={words.stairs.layer}>
            {trained.layers.map(({ name }, i) => (
              <button key={name} type="button" aria-pressed={i === layer} onClick={() => selectLayer(i)}>
                {name}
              </button>
            ))}
          </div>
          <div class="columns">
            <Sliders trained={trained} />
            <div>
              <StaircaseChart
                measured={{ ...now.layers[layer], timesteps: now.timesteps }}
                learned={trained.layers[layer].theta}
                theta={whatIf?.thetas[layer] ?? trained.layers[layer].theta}
                onMove={(theta) => moveStaircase({ theta })}
              />
              <SaveButtons figure="staircase" />
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
  const { name, theta: learned, histogram, isMovable, isLearned } = trained.layers[layer];
  const theta = whatIf?.thetas[layer] ?? learned;
  const timesteps = whatIf?.timesteps ?? trained.timesteps;
  const { thetaAtFirst, thetaLearned, thetaSet, thetaFixed, madeFor, trainedWith } = words.stairs;
  const whence = !isLearned ? thetaSet : isUntrained.value ? thetaAtFirst : thetaLearned;
  return (
    <div>
      <Slider
        label={words.stairs.thetaOf(name)}
        hint={isMovable ? whence(figure(learned)) : thetaFixed}
        low={leastTheta(histogram.high)}
        high={histogram.high}
        step={histogram.high / 400}
        value={theta}
        shown={figure(theta)}
        disabled={!isMovable}
        onInput={(value) => moveStaircase({ theta: value })}
      />
      <Slider
        label={words.stairs.timesteps}
        hint={
          trained.isTimeMovable
            ? (isUntrained.value ? madeFor : trainedWith)(trained.timesteps)
            : (eventParts()?.eventWords.stairsTime(trained.timesteps) ?? "")
        }
        disabled={!trained.isTimeMovable}
        low={ranges.timesteps.low}
        high={ranges.timesteps.high}
        step={1}
        value={timesteps}
        onInput={(value) => moveStaircase({ timesteps: value })}
      />
      <button type="button" disabled={whatIf === null} onClick={restoreStaircases}>
        {words.stairs.restore}
      </button>
      <p class="muted">{words.stairs.copy}</p>
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
  const { rows: names, caption } = words.stairs;
  const rows: readonly (readonly [string, (from: Staircases) => string])[] = [
    [names.accuracy, ({ accuracy }) => percent(accuracy)],
    [names.spikes, ({ spikesPerInference }) => figure(spikesPerInference)],
    [names.firingRate, ({ layers }) => percent(layers[layer].firingRate)],
    [names.rounding, ({ layers }) => figure(Math.sqrt(layers[layer].error.rounding))],
    [names.clipping, ({ layers }) => figure(Math.sqrt(layers[layer].error.clipping))],
    [names.clipped, ({ layers }) => percent(layers[layer].error.clipped)],
    [names.vanished, ({ layers }) => percent(layers[layer].error.vanished)],
    [
      names.unevenness,
      ({ layers }) => {
        const { unevenness } = layers[layer];
        return unevenness === null ? words.stairs.noStaircase : figure(Math.sqrt(unevenness));
      },
    ],
  ];
  return (
    <table class="before-after">
      <caption>{caption(trained.samples)}</caption>
      <thead>
        <tr>
          <th scope="col">{words.stairs.measured}</th>
          <th scope="col">{isUntrained.value ? words.stairs.asItIs : words.stairs.asLearned}</th>
          <th scope="col">{words.stairs.asMoved}</th>
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
