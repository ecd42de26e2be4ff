/** atif predict: what a trained network says to pictures or arrays, after each time step. */

import { readSync } from "node:fs";
import { isatty } from "node:tty";
import { counted } from "../../counted.js";
import { OutOfMemoryError } from "../../errors.js";
import type { Activity } from "../../inspection/activity.js";
import { shownDataset } from "../../training/shown-dataset.js";
import { initCompute, type ComputeArguments } from "../compute-arguments.js";
import { InterruptedError, UsageError } from "../exit-codes.js";
import { arraySamples, pictureSample, type GivenSample, type SamplePlan } from "../given-samples.js";
import { Interrupt } from "../interrupt.js";
import { formatTable, percent, significant } from "../report-table.js";
import { samplesFor, type SamplesFor } from "../samples-for.js";
import { shownActivity } from "../shown-activity.js";
import { Terminal } from "../terminal.js";
import { openRun } from "../trained-run.js";

export interface PredictArguments extends ComputeArguments {
  readonly run: string;
  readonly files: readonly string[];
  readonly stdin?: boolean;
  readonly invert?: boolean;
  readonly timesteps?: number;
  readonly json?: boolean;
}

/** Of an input. */
const MOST_INPUT = 2 ** 30;
/** Classes beside the answer that are told of one sample. */
const MOST_SHOWN = 5;

/** What a network said to one sample. */
interface Prediction {
  readonly source: string;
  readonly class: number;
  readonly name: string;
  /** How sure it is: softmax of the scores after the last step. */
  readonly confidence: number;
  /** The mean of the outputs after each step, [T][classes]. */
  readonly scores: readonly (readonly number[])[];
  /** The class with the highest score after each step. */
  readonly answers: readonly number[];
  /** Of all layers, at each step. */
  readonly spikes: readonly number[];
  readonly layers: readonly { readonly name: string; readonly spikes: number; readonly firingRate: number }[];
}

const STOPPED = "stopped before all samples were shown.";

export async function predict(args: PredictArguments): Promise<void> {
  const terminal = new Terminal(args);
  checkArguments(args);
  const interrupt = new Interrupt();
  try {
    await initCompute(args);
    const run = await openRun(args.run, "predict");
    const way = samplesFor(run.model, run.known);
    const names = Array.from({ length: way.plan.classes }, (_, i) => run.known.classNames?.[i] ?? String(i));
    const predictions: Prediction[] = [];
    for await (const given of samplesOf(args, way.plan)) {
      await interrupt.check(STOPPED);
      predictions.push(predictionOf(given, way, names, args.timesteps));
    }
    terminal.answer({ model: run.path, classes: names, predictions });
    print(terminal, predictions, names);
  } catch (thrown) {
    throw thrown instanceof InterruptedError ? thrown : asUsage(thrown);
  } finally {
    interrupt.dispose();
  }
}

function checkArguments({ files, stdin = false, invert = false }: PredictArguments): void {
  if (stdin && files.length > 0) {
    throw new UsageError(
      `--stdin is given, and ${counted(files.length, "picture")} too; expected one of the two.`,
    );
  }
  if (!stdin && files.length === 0) {
    throw new UsageError(
      "there is nothing to look at; expected pictures behind the run, or --stdin for arrays.",
    );
  }
  if (stdin && invert) throw new UsageError("--invert is for pictures; expected it left out with --stdin.");
  if (stdin && isatty(0)) {
    throw new UsageError(
      "--stdin reads from the terminal; expected a file or another command, as in --stdin < samples.npy",
    );
  }
}

async function* samplesOf(
  args: PredictArguments,
  plan: SamplePlan,
): AsyncGenerator<GivenSample, void, undefined> {
  if (args.stdin === true) yield* arraySamples(readInput(), plan);
  else for (const file of args.files) yield await pictureSample(file, plan, args.invert === true);
}

/** All of it, at once: arrays have their length in front. */
function readInput(): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const part = new Uint8Array(2 ** 16);
    const got = readSync(0, part);
    if (got === 0) break;
    parts.push(part.subarray(0, got));
    length += got;
    if (length > MOST_INPUT) {
      throw new UsageError(
        `the input has more than ${MOST_INPUT} bytes; expected at most as many. Give it in parts.`,
      );
    }
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function predictionOf(
  { source, data }: GivenSample,
  { model, augmentations }: SamplesFor,
  names: readonly string[],
  timesteps: number | undefined,
): Prediction {
  const batch = shownDataset(model, data, augmentations).batch([0]);
  const activity = shownActivity(model, batch, timesteps === undefined ? {} : { timesteps });
  const { answers, classes, scores } = activity;
  const rows = Array.from(answers, (_, t) => [...scores.subarray(t * classes, (t + 1) * classes)]);
  const answer = answers[answers.length - 1];
  return {
    source,
    class: answer,
    name: names[answer] ?? String(answer),
    confidence: softmaxAt(rows[rows.length - 1], answer),
    scores: rows,
    answers: [...answers],
    spikes: Array.from(answers, (_, t) => spikesAt(activity, t)),
    layers: activity.layers.map(({ name, spikes }) => {
      const fired = sum(spikes);
      return { name, spikes: fired, firingRate: fired / spikes.length };
    }),
  };
}

function spikesAt({ layers }: Activity, t: number): number {
  return layers.reduce(
    (total, { spikes, neurons }) => total + sum(spikes.subarray(t * neurons, (t + 1) * neurons)),
    0,
  );
}

function sum(values: Uint8Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function softmaxAt(scores: readonly number[], place: number): number {
  const most = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - most));
  return powers[place] / powers.reduce((total, power) => total + power, 0);
}

function print(terminal: Terminal, predictions: readonly Prediction[], names: readonly string[]): void {
  const bold = (text: string): ReturnType<Terminal["bold"]> => terminal.bold(text);
  if (predictions.length === 1) {
    const [{ source, name, confidence }] = predictions;
    terminal.print(`${source}: `, bold(name), `, ${percent(confidence)}`);
    terminal.print();
    for (const line of stepTable(predictions[0], names, bold)) terminal.print(line);
    return;
  }
  const lines = formatTable(
    [
      { title: "sample" },
      { title: "class" },
      { title: "confidence", align: "right" },
      { title: "after each step" },
      { title: "spikes", align: "right" },
    ],
    predictions.map(({ source, name, confidence, answers, spikes }) => [
      source,
      name,
      percent(confidence),
      answers.map((answer) => names[answer] ?? String(answer)).join(" "),
      String(spikes.reduce((total, each) => total + each, 0)),
    ]),
    bold,
  );
  for (const line of lines) terminal.print(line);
}

/** Steps down; across, the classes that come first in the end. */
function stepTable(
  { scores, answers, spikes }: Prediction,
  names: readonly string[],
  bold: Parameters<typeof formatTable>[2],
): ReturnType<typeof formatTable> {
  const last = scores[scores.length - 1];
  const shown = last
    .map((_, i) => i)
    .sort((a, b) => last[b] - last[a])
    .slice(0, MOST_SHOWN);
  return formatTable(
    [
      { title: "step", align: "right" },
      { title: "class" },
      ...shown.map((i) => ({ title: names[i], align: "right" as const })),
      { title: "spikes", align: "right" },
    ],
    scores.map((row, t) => [
      String(t + 1),
      names[answers[t]],
      ...shown.map((i) => significant(row[i])),
      String(spikes[t]),
    ]),
    bold,
  );
}

/** What the library refuses here is what was given. */
function asUsage(thrown: unknown): unknown {
  const isRefused =
    (thrown instanceof RangeError || thrown instanceof TypeError) && !(thrown instanceof OutOfMemoryError);
  return isRefused ? new UsageError(thrown.message, { cause: thrown }) : thrown;
}
