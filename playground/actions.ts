/** Everything that changes the state of the page: what the reader does, and what the worker reports. */

import type { EpochMetrics } from "atif";
import { Engine } from "./engine.js";
import shippedModel from "./generated/digits.safetensors?url";
import { FrameMeter } from "./state/frame-meter.js";
import { change, current, noTraining, type TrainingState } from "./state/page-state.js";
import { ordered, settingsFromHash, type Settings } from "./state/settings.js";
import type { TrainingReport, WorkerEvent } from "./worker/protocol.js";

const engine = new Engine(onEvent, (sentence) => change({ notice: { kind: "error", sentence } }));
const frames = new FrameMeter();

/** Loads the library, the data and the model that come with the page. */
export async function open(): Promise<void> {
  const settings = settingsFromHash(location.hash);
  if (settings !== null) change({ settings });
  await told(async () => {
    const address = new URL(shippedModel, document.baseURI).href;
    change(await engine.ask("open", { shippedModel: address }));
  });
}

export function set(changes: Partial<Settings>): void {
  change({ settings: ordered({ ...current().settings, ...changes }) });
}

export function dismissNotice(): void {
  change({ notice: null });
}

export function setTheme(theme: "system" | "light" | "dark"): void {
  change({ theme });
  document.documentElement.dataset.theme = theme;
}

// ---- training --------------------------------------------------------------------------------------------

export function startTraining(): Promise<void> {
  return told(async () => {
    begin("running");
    change({ model: await engine.ask("start", current().settings) });
  });
}

export function pauseTraining(): Promise<void> {
  return told(async () => {
    await engine.ask("pause", null);
  });
}

export function resumeTraining(): Promise<void> {
  return told(async () => {
    changeTraining({ status: "running" });
    frames.start();
    await engine.ask("resume", null);
  });
}

export function stepTraining(): Promise<void> {
  return told(async () => {
    if (current().training.status === "idle") begin("running");
    else changeTraining({ status: "running" });
    change({ model: await engine.ask("step", current().settings) });
  });
}

export function resetTraining(): Promise<void> {
  return told(async () => {
    frames.stop();
    const model = await engine.ask("reset", current().settings);
    change({ model, training: noTraining });
  });
}

function begin(status: TrainingState["status"]): void {
  change({ training: { ...noTraining, status, epochs: current().settings.epochs } });
  frames.start();
}

function onEvent(event: WorkerEvent): void {
  switch (event.type) {
    case "report":
      return onReport(event.report);
    case "epoch":
      return onEpoch(event.metrics);
    case "stopped":
      frames.stop();
      return changeTraining({ status: event.how, message: event.message, secondsLeft: null });
  }
}

function onReport(report: TrainingReport): void {
  const { epoch, epochs, batch, batches, samplesPerSecond, losses, thetas } = report;
  const { training, data, model } = current();
  const samplesLeft = ((epochs - epoch) * batches + batches - batch) * ((data?.train ?? 0) / batches);
  changeTraining({
    epoch,
    epochs,
    batch,
    batches,
    samplesPerSecond,
    secondsLeft: samplesPerSecond > 0 ? samplesLeft / samplesPerSecond : null,
    losses: [...training.losses, ...losses],
    thetas: thetas.map((values, layer) => [...(training.thetas[layer] ?? []), ...values]),
    frames: frames.count,
  });
  if (model === null) return;
  const layers = model.layers.map((layer, i) => ({ ...layer, theta: thetas[i]?.at(-1) ?? layer.theta }));
  change({ model: { ...model, layers } });
}

function onEpoch(metrics: EpochMetrics): void {
  changeTraining({ history: [...current().training.history, metrics] });
}

function changeTraining(changes: Partial<TrainingState>): void {
  change({ training: { ...current().training, ...changes } });
}

/** Runs an action; what goes wrong becomes a sentence on the page. */
async function told(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    change({ notice: { kind: "error", sentence: error instanceof Error ? error.message : String(error) } });
  }
}
