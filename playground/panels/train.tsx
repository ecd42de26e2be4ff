/** Train: settings, start, pause, step, reset; loss, accuracy, thresholds and firing rates as they change. */

import {
  pauseTraining,
  resetTraining,
  resumeTraining,
  set,
  startTraining,
  stepTraining,
} from "../actions.js";
import { loadLineChart } from "../charts/late-line-chart.js";
import { duration, exact, figure, grouped, percent } from "../format.js";
import { differences } from "../state/in-use.js";
import { ranges, type NumberSetting } from "../state/settings.js";
import { select } from "../state/page-state.js";
import { words } from "../words/words.js";
import { Emphasised } from "./emphasised.js";
import { Reproduced } from "./reproduced.js";
import { LogSlider, Slider } from "./slider.js";
import { Told } from "./told.js";
import { ThresholdChoice } from "./threshold-choice.js";
import { TrainingCurves } from "./training-curves.js";
import "./train.css";

const engine = select((state) => state.engine);
const data = select((state) => state.data);
const settings = select((state) => state.settings);
const training = select((state) => state.training);
const isBuiltIn = select((state) => state.data?.isBuiltIn === true);
const status = select((state) => state.training.status);
const inUse = select((state) => state.model?.settings);

export function TrainPanel() {
  return (
    <>
      <p>
        <Emphasised
          text={words.train.lead(
            data.value?.train ?? 0,
            data.value?.test ?? 0,
            settings.value.fixedTheta === null,
          )}
        />
      </p>
      <div class="columns">
        <Controls />
        <div>
          <Buttons />
          <InUse />
          <Reproduced />
          <Numbers />
          <TrainingCurves />
        </div>
      </div>
    </>
  );
}

/** There will be curves. */
function learn(begin: () => Promise<void>): void {
  loadLineChart();
  void begin();
}

function Buttons() {
  const running = status.value === "running";
  const ready = engine.value !== null;
  return (
    <div class="buttons">
      {status.value === "paused" ? (
        <button type="button" class="primary" onClick={() => void resumeTraining()}>
          {words.train.goOn}
        </button>
      ) : running ? (
        <button type="button" class="primary" onClick={() => void pauseTraining()}>
          {words.train.pause}
        </button>
      ) : (
        <button type="button" class="primary" disabled={!ready} onClick={() => learn(startTraining)}>
          {status.value === "idle" ? words.train.start : words.train.again}
        </button>
      )}
      <button type="button" disabled={!ready || running} onClick={() => learn(stepTraining)}>
        {words.train.oneBatch}
      </button>
      <button type="button" disabled={!ready} onClick={() => void resetTraining()}>
        {words.train.reset}
      </button>
    </div>
  );
}

/** What the network at hand was made with, where the sliders say something else. */
function InUse() {
  if (!inUse.value) return null;
  const moved = differences(inUse.value, settings.value);
  if (moved.length === 0) return null;
  return (
    <p class="muted in-use" role="status">
      {words.train.inUse(moved)} {words.train.takesEffect[status.value]}
    </p>
  );
}

function Numbers() {
  const { error, epoch, epochs, batch, batches, samplesPerSecond, secondsLeft, history } = training.value;
  const last = history.at(-1);
  const { figures, states, countOf } = words.train;
  return (
    <>
      <progress
        max={Math.max(1, epochs * batches)}
        value={epochs === 0 ? 0 : Math.max(0, epoch - 1) * batches + batch}
        aria-label={words.train.progress}
      />
      <dl class="figures" aria-live="off">
        <Figure name={figures.state} value={states[status.value]} id="training-state" />
        <Figure name={figures.epoch} value={epoch === 0 ? "–" : countOf(epoch, epochs)} />
        <Figure name={figures.accuracy} value={last?.validation ? percent(last.validation.accuracy) : "–"} />
        <Figure name={figures.spikes} value={last ? figure(last.spikesPerInference) : "–"} />
        <Figure
          name={figures.speed}
          value={samplesPerSecond === null ? "–" : grouped(Math.round(samplesPerSecond))}
        />
        <Figure name={figures.timeLeft} value={secondsLeft === null ? "–" : duration(secondsLeft)} />
      </dl>
      {error === null ? null : (
        <div class="notice error" role="alert">
          <Told {...error} />
        </div>
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

/** Whether the digits that come with the page stand still, or move. */
function DigitsChoice({ locked }: { locked: boolean }) {
  const { data: label, dataKinds, dataHint } = words.train;
  const chosen = settings.value.data;
  return (
    <>
      <label class="choice">
        {label}{" "}
        <select
          value={chosen}
          disabled={locked}
          onChange={({ currentTarget }) =>
            set({ data: currentTarget.value === "moving" ? "moving" : "still" })
          }
        >
          <option value="still">{dataKinds.still}</option>
          <option value="moving">{dataKinds.moving}</option>
        </select>
      </label>
      {chosen === "moving" ? <p class="muted">{dataHint}</p> : null}
    </>
  );
}

function Controls() {
  const now = settings.value;
  const locked = status.value === "running";
  const { groups, kinds, sliders, hints } = words.train;
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
      label={sliders.channels(i + 1)}
      {...ranges.channels}
      value={now.channels[i]}
      disabled={locked}
      onInput={(value) => set({ channels: i === 0 ? [value, now.channels[1]] : [now.channels[0], value] })}
    />
  );
  return (
    <form class="controls" aria-label={words.train.settings} onSubmit={(event) => event.preventDefault()}>
      <fieldset>
        <legend>{groups.network}</legend>
        {isBuiltIn.value ? <DigitsChoice locked={locked} /> : null}
        <label class="choice">
          {words.train.kind}{" "}
          <select
            value={now.network}
            disabled={locked}
            onChange={({ currentTarget }) =>
              set({ network: currentTarget.value === "dense" ? "dense" : "convolutions" })
            }
          >
            <option value="convolutions">{kinds.convolutions}</option>
            <option value="dense">{kinds.dense}</option>
          </select>
        </label>
        {now.network === "convolutions" ? (
          <>
            {channels(0)}
            {channels(1)}
            {slider("hidden", sliders.hidden)}
          </>
        ) : (
          <>
            {slider("hidden", sliders.layer1)}
            {slider("hidden2", sliders.layer2)}
          </>
        )}
        {slider("timesteps", sliders.timesteps, hints.timesteps)}
      </fieldset>
      <fieldset>
        <legend>{groups.neurons}</legend>
        <ThresholdChoice locked={locked} />
        {now.fixedTheta !== null ? null : (
          <>
            {slider("thetaLow", sliders.thetaLow)}
            {slider("thetaHigh", sliders.thetaHigh, hints.thetaHigh)}
          </>
        )}
        {slider("alpha", sliders.alpha, hints.alpha)}
      </fieldset>
      <fieldset>
        <legend>{groups.training}</legend>
        <LogSlider
          label={sliders.learningRate}
          low={ranges.learningRate.low}
          high={ranges.learningRate.high}
          value={now.learningRate}
          shown={exact(now.learningRate)}
          disabled={locked}
          onInput={(learningRate) => set({ learningRate })}
        />
        {slider("epochs", sliders.epochs)}
        {slider("batchSize", sliders.batchSize)}
        {slider("seed", sliders.seed, hints.seed)}
      </fieldset>
    </form>
  );
}
