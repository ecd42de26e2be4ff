/** Curves of the training, over those of the run before. Each is computed and drawn again when its own numbers have changed. */

import { computed, type ReadonlySignal } from "@preact/signals";
import { SERIES_COLOURS } from "../../elements/colours.js";
import { LineChart } from "../charts/late-line-chart.js";
import { overlaid, type Lines } from "../charts/overlaid.js";
import { SaveButtons } from "../figures/save-buttons.js";
import { figure, percent, wholePercent } from "../format.js";
import { ends } from "../state/curves.js";
import { select, type TrainingState } from "../state/page-state.js";
import { words } from "../words/words.js";

interface ShownRun {
  readonly training: Pick<TrainingState, "losses" | "thetas" | "batchesDone" | "stride" | "history">;
  readonly layers: readonly { readonly path: string; readonly name: string }[];
}

const losses = select((state) => state.training.losses);
const thetas = select((state) => state.training.thetas);
const history = select((state) => state.training.history);
const previous = select((state) => state.previous);
/** A text, which stays the same while thetas change. */
const layersAsText = select(({ model }) =>
  JSON.stringify((model?.layers ?? []).map(({ path, name }) => ({ path, name }))),
);
const layers = computed(() => JSON.parse(layersAsText.value) as ShownRun["layers"]);
const training = select((state) => state.training);

/** @param changed what the lines are made of */
const linesOf = (
  changed: readonly ReadonlySignal<unknown>[],
  of: (run: ShownRun) => Lines,
): ReadonlySignal<Lines> =>
  computed(() => {
    for (const part of changed) void part.value;
    const before = previous.value;
    return overlaid(
      of({ training: training.peek(), layers: layers.value }),
      before === null ? null : of(before),
    );
  });

const lossLines = linesOf([losses], lossOf);
const thetaLines = linesOf([thetas], thetasOf);
const accuracyLines = linesOf([history], accuracyOf);
const rateLines = linesOf([history], ratesOf);

export function TrainingCurves() {
  return (
    <>
      {previous.value === null ? null : <p class="muted">{words.train.charts.pale}</p>}
      <div class="charts">
        <LossChart />
        <AccuracyChart />
        <ThetaChart />
        <RateChart />
        <SaveButtons figure="curves" disabled={history.value.length === 0} />
      </div>
    </>
  );
}

function LossChart() {
  const { loss, batch } = words.train.charts;
  return (
    <LineChart title={loss} xLabel={batch} low={0} format={figure} tickFormat={figure} {...lossLines.value} />
  );
}

function ThetaChart() {
  const { thetas, batch } = words.train.charts;
  return (
    <LineChart
      title={thetas}
      xLabel={batch}
      low={0}
      format={figure}
      tickFormat={figure}
      {...thetaLines.value}
    />
  );
}

function AccuracyChart() {
  const { accuracy, epoch } = words.train.charts;
  return (
    <LineChart
      title={accuracy}
      xLabel={epoch}
      low={0}
      high={1}
      format={percent}
      tickFormat={wholePercent}
      {...accuracyLines.value}
    />
  );
}

function RateChart() {
  const { rates, epoch } = words.train.charts;
  return (
    <LineChart
      title={rates}
      xLabel={epoch}
      low={0}
      format={percent}
      tickFormat={wholePercent}
      {...rateLines.value}
    />
  );
}

function batchesOf({ training: { batchesDone, stride } }: ShownRun): number[] {
  return ends({ batches: batchesDone, stride, lines: [] });
}

function epochsOf({ training }: ShownRun): number[] {
  return training.history.map(({ epoch }) => epoch);
}

function lossOf(run: ShownRun): Lines {
  const { losses, stride } = run.training;
  const { lossOfEach, lossOfMany } = words.train.charts;
  const label = stride === 1 ? lossOfEach : lossOfMany(stride);
  return { x: batchesOf(run), series: [{ label, values: losses, colour: 0 }] };
}

function accuracyOf(run: ShownRun): Lines {
  const { history } = run.training;
  const { whileLearning, heldOut } = words.train.charts;
  return {
    x: epochsOf(run),
    series: [
      {
        label: whileLearning,
        values: history.map(({ trainAccuracy }) => trainAccuracy),
        colour: 0,
        dash: true,
      },
      { label: heldOut, values: history.map(({ validation }) => validation?.accuracy ?? null), colour: 1 },
    ],
  };
}

function thetasOf(run: ShownRun): Lines {
  const series = run.layers.map(({ name }, layer) => ({
    label: name,
    values: run.training.thetas[layer] ?? [],
    colour: layer % SERIES_COLOURS,
  }));
  return { x: batchesOf(run), series };
}

function ratesOf(run: ShownRun): Lines {
  const { history } = run.training;
  const series = run.layers.map(({ path, name }, layer) => ({
    label: name,
    colour: layer % SERIES_COLOURS,
    values: history.map(({ layers }) => layers.find((own) => own.name === path)?.firingRate ?? null),
  }));
  return { x: epochsOf(run), series };
}
