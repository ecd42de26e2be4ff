/** Everything that changes the state of the page: what the reader does, and what the worker reports. */

import type { EpochMetrics, Stroke } from "atif";
import { Engine, latestOnly } from "./engine.js";
import shippedModel from "./generated/digits.safetensors?url";
import { FrameMeter } from "./state/frame-meter.js";
import { change, current, noTraining, type Theme, type TrainingState } from "./state/page-state.js";
import { ordered, settingsFromHash, type Settings } from "./state/settings.js";
import type { Input, PickedNeuron, TrainingReport, WorkerEvent } from "./worker/protocol.js";

const engine = new Engine(onEvent, (sentence) => change({ notice: { kind: "error", sentence } }));
const frames = new FrameMeter();

/** Loads the library, the data and the model that come with the page. */
export async function open(): Promise<void> {
  const settings = settingsFromHash(location.hash);
  if (settings !== null) change({ settings });
  await told(async () => {
    const address = new URL(shippedModel, document.baseURI).href;
    change(await engine.ask("open", { shippedModel: address }));
    look(undefined);
  });
}

export function set(changes: Partial<Settings>): void {
  change({ settings: ordered({ ...current().settings, ...changes }) });
}

export function dismissNotice(): void {
  change({ notice: null });
}

export function setTheme(theme: Theme): void {
  change({ theme });
  document.documentElement.dataset.theme = theme;
  // Canvases are drawn again.
  document.dispatchEvent(new Event("themechange"));
}

// ---- looking ---------------------------------------------------------------------------------------------

/** Shows the input to the network again: it, or the network, has changed. */
const look = latestOnly(() =>
  told(async () => {
    const { input, picked } = current();
    const look = await engine.ask("look", { input, picked });
    const { step, look: before } = current();
    // Who looked at the end still does.
    const atEnd = before === null || step === before.timesteps;
    change({
      look,
      step: atEnd ? look.timesteps : Math.min(step, look.timesteps),
      trace: look.trace,
      picked: look.trace === null ? null : current().picked,
    });
  }),
);

export function draw(strokes: readonly Stroke[]): void {
  show({ source: "drawing", strokes });
}

/** The held-out sample that is so many further on. */
export function showSample(further: number): void {
  const { input, data } = current();
  const count = data?.test ?? 1;
  const index = input.source === "sample" ? input.index + further : 0;
  show({ source: "sample", index: ((index % count) + count) % count });
}

function show(input: Input): void {
  change({ input });
  look(undefined);
}

export function goToStep(step: number): void {
  change({ step: Math.min(current().look?.timesteps ?? 1, Math.max(1, step)) });
}

export function pick(picked: PickedNeuron): Promise<void> {
  change({ picked });
  return told(async () => {
    const trace = await engine.ask("trace", picked);
    if (current().picked === picked) change({ trace });
  });
}

// ---- training --------------------------------------------------------------------------------------------

export function startTraining(): Promise<void> {
  return told(async () => {
    begin("running");
    change({ model: await engine.ask("start", current().settings) });
    look(undefined);
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
    look(undefined);
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
  look(undefined);
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
