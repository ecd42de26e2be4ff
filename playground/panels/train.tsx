/** Train: settings, start, pause, step, reset; loss, accuracy, thresholds and firing rates as they change. */

import { computed } from "@preact/signals";
import {
  pauseTraining,
  resetTraining,
  resumeTraining,
  set,
  startTraining,
  stepTraining,
} from "../actions.js";
import { LineChart } from "../charts/line-chart.js";
import { SERIES_COLOURS } from "../../elements/colours.js";
import { duration, figure, grouped, percent, wholePercent } from "../format.js";
import { ends } from "../state/curves.js";
import { differences } from "../state/in-use.js";
import { ranges, type NumberSetting } from "../state/settings.js";
import { select } from "../state/page-state.js";
import { LogSlider, Slider } from "./slider.js";

const engine = select((state) => state.engine);
const data = select((state) => state.data);
const settings = select((state) => state.settings);
const training = select((state) => state.training);
const model = select((state) => state.model);
const history = computed(() => training.value.history);

export function TrainPanel() {
  return (
    <>
      <p>
        The network sees {grouped(data.value?.train ?? 0)} images again and again, a few at a time. After each
        batch every weight moves a little so that the error gets smaller, and so does the threshold <i>θ</i>{" "}
        of every layer. After each round (an <em>epoch</em>) it is tested on {grouped(data.value?.test ?? 0)}{" "}
        images that it never learns from.
      </p>
      <div class="columns">
        <Controls />
        <div>
          <Buttons />
          <InUse />
          <Numbers />
          <Charts />
        </div>
      </div>
    </>
  );
}

function Buttons() {
  const { status } = training.value;
  const running = status === "running";
  const ready = engine.value !== null;
  return (
    <div class="buttons">
      {status === "paused" ? (
        <button type="button" class="primary" onClick={() => void resumeTraining()}>
          Go on
        </button>
      ) : running ? (
        <button type="button" class="primary" onClick={() => void pauseTraining()}>
          Pause
        </button>
      ) : (
        <button type="button" class="primary" disabled={!ready} onClick={() => void startTraining()}>
          {status === "idle" ? "Start training" : "Train again"}
        </button>
      )}
      <button type="button" disabled={!ready || running} onClick={() => void stepTraining()}>
        One batch
      </button>
      <button type="button" disabled={!ready} onClick={() => void resetTraining()}>
        Reset
      </button>
    </div>
  );
}

/** What the network at hand was made with, where the sliders say something else. */
function InUse() {
  const inUse = model.value?.settings;
  if (!inUse) return null;
  const moved = differences(inUse, settings.value);
  if (moved.length === 0) return null;
  const { status } = training.value;
  const takesEffect = {
    idle: "“Start training” makes a new network with what the sliders say.",
    running: "The run goes on as it began; “Reset” makes a new network with what the sliders say.",
    paused: "“Go on” goes on as the run began; “Reset” makes a new network with what the sliders say.",
    finished: "“Train again” makes a new network with what the sliders say.",
    failed: "“Train again” makes a new network with what the sliders say.",
  }[status];
  return (
    <p class="muted in-use" role="status">
      In use: {moved.map(({ name, inUse, slider }) => `${name} ${inUse} (slider: ${slider})`).join(", ")}.{" "}
      {takesEffect}
    </p>
  );
}

function Numbers() {
  const { status, message, epoch, epochs, batch, batches, samplesPerSecond, secondsLeft, frames } =
    training.value;
  const last = history.value.at(-1);
  const states = {
    idle: "not started",
    running: "learning",
    paused: "paused",
    finished: "finished",
    failed: "stopped",
  };
  return (
    <>
      <progress
        max={Math.max(1, epochs * batches)}
        value={epochs === 0 ? 0 : Math.max(0, epoch - 1) * batches + batch}
        aria-label="Progress of the training"
      />
      <dl class="figures" aria-live="off">
        <Figure name="state" value={states[status]} id="training-state" />
        <Figure name="epoch" value={epoch === 0 ? "–" : `${epoch} of ${epochs}`} />
        <Figure name="held-out accuracy" value={last?.validation ? percent(last.validation.accuracy) : "–"} />
        <Figure name="spikes per image" value={last ? figure(last.spikesPerInference) : "–"} />
        <Figure
          name="images per second"
          value={samplesPerSecond === null ? "–" : grouped(Math.round(samplesPerSecond))}
        />
        <Figure name="time left" value={secondsLeft === null ? "–" : duration(secondsLeft)} />
        <Figure
          name="late frames of this page"
          value={frames.drawn === 0 ? "–" : `${frames.dropped} of ${frames.drawn + frames.dropped}`}
        />
      </dl>
      {message === "" ? null : (
        <p class="notice error" role="alert">
          {message}
        </p>
      )}
    </>
  );
}

function Figure({ name, value, id }: { name: string; value: string; id?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd id={id}>{value}</dd>
    </div>
  );
}

function Charts() {
  const { losses, thetas, batchesDone, stride } = training.value;
  const layers = model.value?.layers ?? [];
  const epochs = history.value;
  const perPoint = ends({ batches: batchesDone, stride, lines: [] });
  const of = stride === 1 ? "each batch" : `${stride} batches each, the mean`;
  const perEpoch = epochs.map(({ epoch }) => epoch);
  const rates = layers.map(({ path, name }, layer) => ({
    label: name,
    colour: layer % SERIES_COLOURS,
    values: epochs.map(({ layers: reports }) => reports.find((own) => own.name === path)?.firingRate ?? null),
  }));
  return (
    <div class="charts">
      <LineChart
        title="Loss: how wrong the network is"
        x={perPoint}
        xLabel="batch"
        low={0}
        format={figure}
        tickFormat={figure}
        series={[{ label: `loss of ${of}`, values: losses, colour: 0 }]}
      />
      <LineChart
        title="Accuracy: share of images that are right"
        x={perEpoch}
        xLabel="epoch"
        low={0}
        high={1}
        format={percent}
        tickFormat={wholePercent}
        series={[
          {
            label: "while learning",
            values: epochs.map(({ trainAccuracy }) => trainAccuracy),
            colour: 0,
            dash: true,
          },
          {
            label: "held out",
            values: epochs.map(({ validation }) => validation?.accuracy ?? null),
            colour: 1,
          },
        ]}
      />
      <LineChart
        title="Thresholds θ: learned, one per layer"
        x={perPoint}
        xLabel="batch"
        low={0}
        format={figure}
        tickFormat={figure}
        series={layers.map(({ name }, layer) => ({
          label: name,
          values: thetas[layer] ?? [],
          colour: layer % SERIES_COLOURS,
        }))}
      />
      <LineChart
        title="Firing rates: share of steps with a spike"
        x={perEpoch}
        xLabel="epoch"
        low={0}
        format={percent}
        tickFormat={wholePercent}
        series={rates}
      />
    </div>
  );
}

function Controls() {
  const now = settings.value;
  const locked = training.value.status === "running";
  const slider = (name: NumberSetting, label: string, hint?: string) => (
    <Slider
      label={label}
      {...(hint === undefined ? {} : { hint })}
      low={ranges[name].low}
      high={ranges[name].high}
      step={ranges[name].step}
      value={now[name]}
      shown={figure(now[name])}
      disabled={locked}
      onInput={(value) => set({ [name]: value })}
    />
  );
  const channels = (i: 0 | 1) => (
    <Slider
      label={`Channels of convolution ${i + 1}`}
      {...ranges.channels}
      value={now.channels[i]}
      disabled={locked}
      onInput={(value) => set({ channels: i === 0 ? [value, now.channels[1]] : [now.channels[0], value] })}
    />
  );
  return (
    <form class="controls" aria-label="Settings of the training" onSubmit={(event) => event.preventDefault()}>
      <fieldset>
        <legend>Network</legend>
        <label class="choice">
          Kind{" "}
          <select
            value={now.network}
            disabled={locked}
            onChange={({ currentTarget }) =>
              set({ network: currentTarget.value === "dense" ? "dense" : "convolutions" })
            }
          >
            <option value="convolutions">with convolutions</option>
            <option value="dense">hidden neurons only</option>
          </select>
        </label>
        {now.network === "convolutions" ? (
          <>
            {channels(0)}
            {channels(1)}
            {slider("hidden", "Hidden neurons")}
          </>
        ) : (
          <>
            {slider("hidden", "Neurons of layer 1")}
            {slider("hidden2", "Neurons of layer 2")}
          </>
        )}
        {slider(
          "timesteps",
          "Time steps T",
          "How often the network looks at the image. More steps: finer, and slower.",
        )}
      </fieldset>
      <fieldset>
        <legend>Neurons</legend>
        {slider("thetaLow", "θ starts from")}
        {slider("thetaHigh", "θ starts up to", "Each layer draws its first threshold between these two.")}
        {slider("alpha", "Steepness α", "How narrowly around θ a neuron learns.")}
      </fieldset>
      <fieldset>
        <legend>Training</legend>
        <LogSlider
          label="Learning rate"
          low={ranges.learningRate.low}
          high={ranges.learningRate.high}
          value={now.learningRate}
          shown={String(now.learningRate)}
          disabled={locked}
          onInput={(learningRate) => set({ learningRate })}
        />
        {slider("epochs", "Epochs")}
        {slider("batchSize", "Batch size")}
        {slider("seed", "Seed", "The same seed gives the same network, to the last bit.")}
      </fieldset>
    </form>
  );
}
