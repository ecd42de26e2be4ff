/** Training: what starts and stops it, and what the worker reports of it. */

import type { EpochMetrics } from "atif";
import { extended } from "../state/curves.js";
import { FrameMeter } from "../state/frame-meter.js";
import { sameSettings } from "../state/page-address.js";
import { change, current, noTraining, type TrainingState } from "../state/page-state.js";
import { keptRun } from "../state/past-run.js";
import { words } from "../words/words.js";
import type { TrainingReport, WorkerEvent } from "../worker/protocol.js";
import { ask } from "./asking.js";
import { look } from "./looking.js";
import { forgetMeasurements, generation, measure, modelChanged } from "./staircases.js";
import { done, told } from "./told.js";

export const frames = new FrameMeter();

/** Milliseconds between two looks at the input while the network learns: each draws half of the page again. */
const LOOK_INTERVAL = 500;

let lastLook = 0;

export function startTraining(): Promise<void> {
  return asked(async () => {
    begin("running");
    change({ model: await ask("start", current().settings) });
    forgetMeasurements();
    look(undefined);
  });
}

export function pauseTraining(): Promise<void> {
  return told(async () => {
    await ask("pause", null);
  });
}

export function resumeTraining(): Promise<void> {
  return asked(async () => {
    changeTraining({ status: "running" });
    forgetMeasurements();
    frames.start();
    await ask("resume", null);
  });
}

export function stepTraining(): Promise<void> {
  return asked(async () => {
    const { status, epochs } = current().training;
    if (status === "finished") {
      done(words.notices.noBatchLeft(epochs));
      return;
    }
    if (status === "idle") begin("running");
    else changeTraining({ status: "running" });
    forgetMeasurements();
    change({ model: await ask("step", current().settings) });
  });
}

export function resetTraining(): Promise<void> {
  return told(async () => {
    frames.stop();
    const previous = keptRun(current());
    const model = await ask("reset", current().settings);
    change({ model, previous, training: noTraining });
    modelChanged();
  });
}

function begin(status: TrainingState["status"]): void {
  const { shared, settings, wanted } = current();
  const isShared = shared !== null && sameSettings(shared.settings, settings);
  const training = { ...noTraining, status, epochs: settings.epochs };
  change({ previous: keptRun(current()), training, wanted: isShared ? wanted : null });
  frames.start();
}

/** Other data, with a network that may fit them now: then it is shown one of them, unless the reader draws. */
function onData({ data, model }: Extract<WorkerEvent, { type: "data" }>): void {
  const { input, training } = current();
  const isEmpty = input.source === "drawing" && input.strokes.length === 0;
  change({ data, model, ...(isEmpty && model.fitsData ? { input: { source: "sample", index: 0 } } : {}) });
  if (training.status === "idle") modelChanged();
}

export function onEvent(event: WorkerEvent): void {
  switch (event.type) {
    case "data":
      return onData(event);
    case "report":
      return onReport(event.report);
    case "epoch":
      change({ findings: event.findings, measured: { epoch: event.metrics.epoch } });
      return onEpoch(event.metrics);
    case "stopped":
      frames.stop();
      changeTraining({ status: event.how, error: event.error, secondsLeft: null });
      modelChanged();
      if (event.how === "finished") void told(askResult);
      return;
  }
}

/** What the run came to, so that the address can say it. */
async function askResult(): Promise<void> {
  const asked = generation;
  const result = await ask("fingerprint", null);
  if (asked === generation) changeTraining({ result });
}

function onReport(report: TrainingReport): void {
  const { losses, thetas, ...progress } = report;
  const { training, model } = current();
  const { batchesDone, stride } = training;
  const before = { batches: batchesDone, stride, lines: [training.losses, ...training.thetas] };
  const after = extended(before, [losses, ...thetas]);
  const [lossLine, ...thetaLines] = after.lines;
  changeTraining({
    ...progress,
    batchesDone: after.batches,
    stride: after.stride,
    losses: lossLine,
    thetas: thetaLines,
    frames: frames.count,
  });
  if (model === null) return;
  const layers = model.layers.map((layer, i) => ({ ...layer, theta: thetas[i]?.at(-1) ?? layer.theta }));
  change({ model: { ...model, layers } });
  if (performance.now() - lastLook < LOOK_INTERVAL) return;
  lastLook = performance.now();
  look(undefined);
}

function onEpoch(metrics: EpochMetrics): void {
  changeTraining({ history: [...current().training.history, metrics] });
}

function changeTraining(changes: Partial<TrainingState>): void {
  change({ training: { ...current().training, ...changes } });
}

/** Runs an action that lets the network learn; if it cannot, the training is as it was before. */
function asked(action: () => Promise<void>): Promise<void> {
  return told(async () => {
    const before = current().training;
    try {
      await action();
    } catch (error) {
      frames.stop();
      change({ training: before });
      if (current().staircases.trained === null) measure(null);
      throw error;
    }
  });
}
