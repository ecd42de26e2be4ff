/** atif plot: draws a network, what happens in it, or how it was trained. */

import { readFileSync } from "node:fs";
import { messageOf, OutOfMemoryError, StateError } from "../../errors.js";
import { RunFolder } from "../../experiment/run-folder/run-folder.js";
import { loadEvents } from "../../formats/events/event-file.js";
import type { Activity } from "../../inspection/activity.js";
import { inspectLayers } from "../../inspection/inspect-layers.js";
import { writeFileAtomic } from "../../platform/files.js";
import { isFolder } from "../../platform/folders.js";
import { plotConfusion } from "../../plots/confusion-plot.js";
import { plotEvents } from "../../plots/events-plot.js";
import { plotGraph } from "../../plots/graph-plot.js";
import { plotPotential } from "../../plots/potential-plot.js";
import { plotRaster } from "../../plots/raster-plot.js";
import { plotStaircases } from "../../plots/staircase-plot.js";
import { plotTraining, type PlottedEpoch } from "../../plots/training-plot.js";
import type { Confusion } from "../../training/confusion.js";
import { shownDataset } from "../../training/shown-dataset.js";
import type { Dataset } from "../../datasets/dataset.js";
import { movingDigitEvents } from "../../datasets/events/moving-digits.js";
import type { Events } from "../../datasets/events/events.js";
import { initCompute, type ComputeArguments } from "../compute-arguments.js";
import { InterruptedError, UsageError } from "../exit-codes.js";
import { Interrupt, orInterrupted } from "../interrupt.js";
import type { PlotSubject } from "../plot-subjects.js";
import { pngOf } from "../png.js";
import { shownActivity } from "../shown-activity.js";
import { Terminal } from "../terminal.js";
import { testDataFor } from "../test-data.js";
import { openRun, type TrainedRun } from "../trained-run.js";

export interface PlotArguments extends ComputeArguments {
  readonly run: string;
  readonly what?: PlotSubject;
  readonly out?: string;
  readonly sample?: number;
  readonly timesteps?: number;
  readonly layer?: string;
  readonly neuron?: readonly string[];
  readonly samples?: number;
  /** "34x34" */
  readonly sensor?: string;
  readonly frames?: number;
  readonly data?: string;
  readonly json?: boolean;
}

/** What is built in, instead of a file. */
const MOVING_DIGITS = "moving-digits";

const STOPPED = "stopped before the picture was drawn; nothing was written.";

export async function plot(args: PlotArguments): Promise<void> {
  const terminal = new Terminal(args);
  const { out } = args;
  const what = subjectOf(args);
  const interrupt = new Interrupt();
  try {
    const svg = await orInterrupted(
      interrupt,
      (signal) => new InterruptedError(STOPPED, signal),
      () => drawings[what](args, interrupt.signal),
    );
    if (out === undefined) {
      for (const line of svg.trimEnd().split("\n")) terminal.print(line);
      return;
    }
    writeFileAtomic(out, isPng(out) ? await pngOf(svg) : svg);
    terminal.answer({ what, file: out });
    terminal.print(`wrote ${out}`);
  } finally {
    interrupt.dispose();
  }
}

const isPng = (file: string): boolean => file.toLowerCase().endsWith(".png");

type Drawing = (args: PlotArguments, signal: AbortSignal) => Promise<string>;

const drawings: Readonly<Record<PlotSubject, Drawing>> = {
  graph: async (args) => {
    const { model } = await opened(args);
    return asUsage(() => plotGraph(model));
  },
  raster: async (args) => {
    const activity = await activityOf(args);
    return asUsage(() => plotRaster(activity));
  },
  potential: async (args) => {
    const { layer, neuron } = args;
    const neurons = neuron?.map(neuronNumber);
    const activity = await activityOf(args);
    return asUsage(() =>
      plotPotential(activity, {
        ...(layer === undefined ? {} : { layer }),
        ...(neurons === undefined ? {} : { neurons }),
      }),
    );
  },
  staircase: async (args, signal) => {
    const run = await opened(args);
    const data = await shownData(run, args);
    const some = data.subset({ start: 0, end: Math.min(args.samples ?? 256, data.length) });
    const layers = await asUsage(() => inspectLayers(run.model, some, { signal }));
    return asUsage(() => plotStaircases(layers));
  },
  events: async ({ run, sample, sensor, frames }) => {
    const isBuiltIn = run === MOVING_DIGITS;
    if (!isBuiltIn && sample !== undefined)
      throw new UsageError(`--sample is ${sample}, but ${run} is one recording; expected it left out.`);
    if (isBuiltIn && sensor !== undefined)
      throw new UsageError(`--sensor is ${sensor}, but ${run} have one of their own; expected it left out.`);
    const events = isBuiltIn ? await movingDigit(sample ?? 0) : await recording(run, sensor);
    return asUsage(() => plotEvents(events, frames === undefined ? {} : { frames }));
  },
  confusion: async (args) => {
    const confusion = confusionOf(args.run);
    const { classNames } = (await opened(args)).known;
    return asUsage(() => plotConfusion(confusion, classNames === undefined ? {} : { classNames }));
  },
  training: ({ run }) => asUsage(() => plotTraining(epochsOf(run))),
};

/** Which subjects take which options. */
const takers: readonly (readonly [option: keyof PlotArguments, subjects: readonly PlotSubject[]])[] = [
  ["sample", ["raster", "potential", "events"]],
  ["sensor", ["events"]],
  ["frames", ["events"]],
  ["timesteps", ["raster", "potential"]],
  ["layer", ["potential"]],
  ["neuron", ["potential"]],
  ["samples", ["staircase"]],
  ["data", ["raster", "potential", "staircase"]],
];

/** @throws UsageError for what does not go with it, too */
function subjectOf(args: PlotArguments): PlotSubject {
  const { what, out, json = false } = args;
  if (what === undefined)
    throw new UsageError(`--what is missing; expected one of ${Object.keys(drawings).join(", ")}.`);
  const foreign = takers.find(([option, subjects]) => args[option] !== undefined && !subjects.includes(what));
  if (foreign !== undefined) {
    const [option, subjects] = foreign;
    throw new UsageError(
      `--${option} is for --what ${subjects.join(", ").replace(/, (\w+)$/, " and $1")}; expected it left out with --what ${what}.`,
    );
  }
  if (out === undefined && json) {
    throw new UsageError("--json without --out; expected a file for the picture, as in --out network.svg.");
  }
  if (out !== undefined && !/\.(svg|png)$/i.test(out)) {
    throw new UsageError(`--out is ${out}; expected the name of an .svg or a .png file.`);
  }
  if (out !== undefined && isFolder(out)) {
    throw new UsageError(`--out is ${out}, which is a folder; expected the name of a file.`);
  }
  return what;
}

async function opened(args: PlotArguments): Promise<TrainedRun> {
  await initCompute(args);
  return openRun(args.run, "plot");
}

async function shownData(run: TrainedRun, { data: asked }: PlotArguments): Promise<Dataset> {
  const { data, augmentations } = await testDataFor(run.model, run.known, run.config, asked);
  return shownDataset(run.model, data, augmentations ?? null);
}

async function activityOf(args: PlotArguments): Promise<Activity> {
  const run = await opened(args);
  const data = await shownData(run, args);
  const { sample = 0, timesteps } = args;
  if (sample >= data.length) {
    throw new UsageError(
      `--sample is ${sample}; expected 0 to ${data.length - 1}: there are ${data.length} samples.`,
    );
  }
  return asUsage(() =>
    shownActivity(run.model, data.batch([sample]), timesteps === undefined ? {} : { timesteps }),
  );
}

/** Of the test set. */
async function movingDigit(sample: number): Promise<Events> {
  let last = -1;
  for await (const { events } of movingDigitEvents("test")) if (++last === sample) return events;
  throw new UsageError(`--sample is ${sample}; expected 0 to ${last}: there are ${last + 1} samples.`);
}

async function recording(path: string, sensor: string | undefined): Promise<Events> {
  if (isFolder(path)) {
    throw new UsageError(
      `${path} is a folder; expected a recording, such as hand.aedat4, or ${MOVING_DIGITS}, with --what events.`,
    );
  }
  const sides = sensor?.split("x") ?? [];
  if (sensor !== undefined && !/^\d{1,5}(?:x\d{1,5})?$/.test(sensor))
    throw new UsageError(`--sensor is ${sensor}; expected height and width, such as 34x34, or channels.`);
  return asUsage(() => loadEvents(path, sensor === undefined ? {} : { sensorShape: sides.map(Number) }));
}

function neuronNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--neuron is ${text}; expected its number, such as 7.`);
  return Number(text);
}

/** Of the test of a run. @throws UsageError for what has none */
function confusionOf(run: string): Confusion {
  const test = isFolder(run) ? new RunFolder(run).readSummary()?.test : undefined;
  const { confusion } = (test ?? {}) as { confusion?: Confusion };
  if (confusion === undefined)
    throw new UsageError(`${run} has no test; expected the folder of a run that is complete and was tested.`);
  return confusion;
}

/** @throws UsageError for what has no epochs */
function epochsOf(run: string): PlottedEpoch[] {
  const path = isFolder(run) ? new RunFolder(run).metricsPath : null;
  if (path === null) {
    throw new UsageError(`${run} is a model file, which has no epochs; expected the folder of a run.`);
  }
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (thrown) {
    throw new UsageError(`${run} has no epochs (${messageOf(thrown)}); expected the folder of a run.`);
  }
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line, i) => {
    try {
      return JSON.parse(line) as PlottedEpoch;
    } catch {
      throw new UsageError(`${path}:${i + 1} is no JSON; expected what atif train writes.`);
    }
  });
}

/** What the library refuses here is what was asked for, or a network that is not ready, as one without ranges. */
async function asUsage<R>(fn: () => R | Promise<R>): Promise<R> {
  try {
    return await fn();
  } catch (thrown) {
    const isRefused = [RangeError, TypeError, StateError].some((kind) => thrown instanceof kind);
    if (!isRefused || thrown instanceof OutOfMemoryError) throw thrown;
    throw new UsageError(messageOf(thrown).replace(/^\w+: /, ""), { cause: thrown });
  }
}
