/** Figures of the page as files: drawn by the library, as atif plot draws them, and their numbers. Loaded with the first one. */

import {
  plotEvents,
  plotPotential,
  plotRaster,
  plotStaircases,
  plotTraining,
  histogram,
  staircaseCorners,
  thresholdHealth,
  type Activity,
  type EpochMetrics,
  type Events,
  type LayerInspection,
} from "atif";
import type { PickedNeuron } from "../../elements/spike-record.js";
import { traceOf } from "../../elements/trace-of.js";
import type { Figure, FigureQuestion } from "../figures/figure-protocol.js";
import { problems } from "../words/problems.js";

/** What there is to be drawn. */
export interface Drawable {
  /** Of the last look. */
  readonly activity: Activity | null;
  /** Of the last measurement. */
  readonly inspections: readonly LayerInspection[] | null;
  /** What was shown in the last look where it was a sequence, [T, …]; null: it stood still. */
  readonly sequence: Float32Array | null;
  /** That were counted into it; null: they are not at hand. */
  readonly events: Events | null;
}

type Row = readonly (string | number)[];

const BINS = 64;

/** @throws Error with a sentence, where there is nothing to draw yet; as the library's plots */
export function figureOf(question: FigureQuestion, drawable: Drawable): Figure {
  const { activity, inspections } = drawable;
  switch (question.figure) {
    case "raster":
      return raster(known(activity));
    case "membrane":
      return membrane(known(activity), question.picked);
    case "staircase":
      return staircases(known(inspections));
    case "curves":
      return curves(question.history);
    case "events":
      return sequence(known(activity).timesteps, drawable);
    case "health":
      return { svg: null, csv: csvOf(healthRows(known(inspections))) };
  }
}

function known<A>(made: A | null): A {
  if (made === null) throw new Error(problems.network.notReady);
  return made;
}

function raster(activity: Activity): Figure {
  const { timesteps, layers } = activity;
  const steps = Array.from({ length: timesteps }, (_, t) => t);
  const rows = layers.flatMap(({ name, neurons, spikes }) =>
    Array.from({ length: neurons }, (_, neuron): Row => [
      name,
      neuron,
      ...steps.map((t) => spikes[t * neurons + neuron]),
    ]),
  );
  return {
    svg: plotRaster(activity),
    csv: csvOf([["layer", "neuron", ...steps.map((t) => `spikes_${t + 1}`)], ...rows]),
  };
}

/** The events, as atif plot draws them, where they are at hand; and what is not 0 at each step, by its place in the array. */
function sequence(timesteps: number, { sequence: shown, events }: Drawable): Figure {
  const values = known(shown);
  const size = values.length / timesteps;
  const rows = Array.from(values, (value, i): Row => [Math.floor(i / size) + 1, i % size, value]);
  const csv = csvOf([["step", "place", "value"], ...rows.filter(([, , value]) => value !== 0)]);
  return { svg: events === null ? null : plotEvents(events, { frames: Math.min(64, timesteps) }), csv };
}

function membrane(activity: Activity, picked: PickedNeuron): Figure {
  const { input, charged, spikes, potential } = known(traceOf(activity, picked));
  const { name } = activity.layers[picked.layer];
  const rows = Array.from(input, (x, t): Row => [t + 1, x, charged[t], spikes[t], potential[t]]);
  return {
    svg: plotPotential(activity, { layer: name, neurons: [picked.neuron] }),
    csv: csvOf([["step", "input", "charged", "spikes", "potential"], ...rows]),
  };
}

/** Two kinds of rows: how many inputs lie in a bin that begins at x, and the corners of what the layer makes of them. */
function staircases(layers: readonly LayerInspection[]): Figure {
  const rows = layers.flatMap(({ name, theta, timesteps, meanInputs, unevenness }): Row[] => {
    const { low, high, counts } = histogramOf(meanInputs);
    const bin = (high - low) / counts.length;
    const inputs = Array.from(counts, (count, i): Row => [name, "inputs", low + i * bin, count]);
    const isStaircase = unevenness !== null && theta > 0;
    const corners = isStaircase ? staircaseCorners({ theta, timesteps }) : [];
    return [...inputs, ...corners.map(([x, y]): Row => [name, "staircase", x, y])];
  });
  return { svg: plotStaircases(layers), csv: csvOf([["layer", "what", "x", "y"], ...rows]) };
}

function histogramOf(values: Float32Array) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return { ...histogram(values, { low, high: high > low ? high : low + 1, bins: BINS }), low, high };
}

function curves(history: readonly EpochMetrics[]): Figure {
  const names = history[0]?.layers.map(({ name }) => name) ?? [];
  const head = [
    "epoch", "train_loss", "train_acc", "val_loss", "val_acc", "spikes_per_inference",
    ...names.map((name) => `theta/${name}`), ...names.map((name) => `firing_rate/${name}`),
  ]; // prettier-ignore
  const rows = history.map(
    ({ epoch, trainLoss, trainAccuracy, validation, spikesPerInference, layers }): Row => [
      epoch,
      trainLoss,
      trainAccuracy ?? "",
      validation?.loss ?? "",
      validation?.accuracy ?? "",
      spikesPerInference,
      ...layers.map(({ theta }) => theta),
      ...layers.map(({ firingRate }) => firingRate),
    ],
  );
  return { svg: plotTraining(history), csv: csvOf([head, ...rows]) };
}

function healthRows(layers: readonly LayerInspection[]): Row[] {
  const findings = thresholdHealth(layers);
  return [
    ["layer", "theta", "firing_rate", "neurons", "silent", "saturated", "findings"],
    ...layers.map(({ name, theta, firingRate, neurons, silentNeurons, saturatedNeurons }): Row => {
      const own = findings.filter(({ layer }) => layer === name).map(({ problem }) => problem);
      return [name, theta, firingRate, neurons, silentNeurons, saturatedNeurons, own.join(" ")];
    }),
  ];
}

/** As RFC 4180 has it: what holds a comma or a quote stands in quotes. */
function csvOf(rows: readonly Row[]): string {
  const cell = (value: string | number): string => {
    const text = String(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => `${row.map(cell).join(",")}\n`).join("");
}
