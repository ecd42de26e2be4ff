/** Everything that changes the state of the page: what the reader does, and what the worker reports. */

import type { EpochMetrics, ImportModelOptions, Stroke } from "atif";
import { livelyNeuron } from "../elements/lively-neuron.js";
import { Engine, latestOnly } from "./engine.js";
import shippedModel from "./generated/digits.safetensors?url";
import { counted } from "./format.js";
import { fetchModel, modelAddress } from "./model-address.js";
import { FrameMeter } from "./state/frame-meter.js";
import { change, current, noTraining, type Theme, type TrainingState } from "./state/page-state.js";
import { followAddress, writeAddress } from "./address.js";
import { extended } from "./state/curves.js";
import { notLoaded } from "./state/not-loaded.js";
import { ordered, settingsToHash, type Settings } from "./state/settings.js";
import { rememberTheme } from "./state/theme.js";
import { recognised } from "./state/recognised.js";
import type { DataFiles, DroppedFile } from "./worker/data-files.js";
import type {
  Input,
  ModelSummary,
  Opened,
  PickedNeuron,
  TrainingReport,
  WhatIf,
  WorkerEvent,
} from "./worker/protocol.js";

const engine = new Engine(onEvent, onCrash);
const frames = new FrameMeter();

/** Milliseconds between two looks at the input while the network learns: each draws half of the page again. */
const LOOK_INTERVAL = 500;
let lastLook = 0;

/** Loads the library, the data and the model that come with the page. */
export async function open(): Promise<void> {
  followAddress();
  await told(async () => {
    const address = new URL(shippedModel, document.baseURI).href;
    const { problem, ...opened } = await engine.ask("open", {
      shippedModel: address,
      settings: current().settings,
    });
    change(opened);
    if (problem !== null) change({ notice: { kind: "error", sentence: problem } });
    modelChanged();
  });
  if (current().engine === null) change({ failed: true });
  else await openFromAddress();
}

/** The network that the address of the page names, if it does. */
async function openFromAddress(): Promise<void> {
  const given = modelAddress(location.search);
  if (given === null) return;
  await told(async () => {
    const file = await fetchModel(given, document.baseURI);
    await takeFiles([{ path: `/${file.name}`, file }]);
  });
}

export function set(changes: Partial<Settings>): void {
  change({ settings: ordered({ ...current().settings, ...changes }) });
  writeAddress();
}

export function dismissNotice(): void {
  change({ notice: null });
}

export function setTheme(theme: Theme): void {
  change({ theme });
  document.documentElement.dataset.theme = theme;
  rememberTheme(theme, () => localStorage);
  // Canvases are drawn again.
  document.dispatchEvent(new Event("themechange"));
}

// ---- looking ---------------------------------------------------------------------------------------------

/** Shows the input to the network again: it, or the network, has changed. */
const look = latestOnly(() =>
  told(async () => {
    const { input, picked } = current();
    const look = await engine.ask("look", { input, picked }).catch((error: unknown) => {
      // What was seen before is not what is asked about now.
      change({ look: null, trace: null, picked: null });
      throw error;
    });
    const { step, look: before } = current();
    // Who looked at the end still does.
    const atEnd = before === null || step === before.timesteps;
    change({
      look,
      step: atEnd ? look.timesteps : Math.min(step, look.timesteps),
      trace: look.trace,
      picked: look.trace === null ? null : current().picked,
    });
    const first = current().picked === null ? livelyNeuron(look) : null;
    if (first !== null) await pick(first);
  }),
);

export function draw(strokes: readonly Stroke[]): void {
  show({ source: "drawing", strokes });
}

/** The held-out sample that is so many further on. */
export function showSample(further: number): void {
  const { input, data, model } = current();
  if (model?.fitsData === false) {
    const sentence =
      "The held-out images are of another size than this network takes. Drop the data it was trained on, or draw.";
    return change({ notice: { kind: "error", sentence } });
  }
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

// ---- staircases ------------------------------------------------------------------------------------------

/** Counts the networks, and the states of one that learns: what was measured of one is not said of the next. */
let generation = 0;

const measure = latestOnly((whatIf: WhatIf | null) =>
  told(async () => {
    if (current().model?.fitsData === false) return;
    const asked = generation;
    const answer = await engine.ask("staircases", whatIf);
    const { staircases, training } = current();
    // The network has begun to change meanwhile, or is another one.
    if (training.status === "running" || asked !== generation) return;
    if (whatIf === null) {
      const layer = Math.max(0, Math.min(staircases.layer, answer.layers.length - 1));
      change({
        staircases: { trained: answer, moved: null, whatIf: null, layer },
        findings: answer.findings,
        measured: "now",
      });
    } else if (staircases.whatIf !== null) {
      change({ staircases: { ...staircases, moved: answer } });
    }
  }),
);

export function showStaircase(layer: number): void {
  change({ staircases: { ...current().staircases, layer } });
}

/** Moves a threshold, or T, of a copy of the network. */
export function moveStaircase(changes: { readonly theta?: number; readonly timesteps?: number }): void {
  const { staircases } = current();
  const { trained, layer } = staircases;
  if (trained === null || (changes.theta !== undefined && !trained.layers[layer].isMovable)) return;
  const before = staircases.whatIf ?? {
    thetas: trained.layers.map(({ theta }) => theta),
    timesteps: trained.timesteps,
  };
  const whatIf: WhatIf = {
    thetas: before.thetas.map((theta, i) => (i === layer ? (changes.theta ?? theta) : theta)),
    timesteps: changes.timesteps ?? before.timesteps,
  };
  change({ staircases: { ...staircases, whatIf } });
  measure(whatIf);
}

/** Puts every threshold and T back where they were learned. */
export function restoreStaircases(): void {
  change({ staircases: { ...current().staircases, moved: null, whatIf: null } });
}

/** The network has begun to change, or is another one. */
function forgetMeasurements(): void {
  generation++;
  const staircases = { ...current().staircases, trained: null, moved: null, whatIf: null };
  change({ staircases, findings: [], measured: null });
}

/** Everything that is shown of the network is asked for again. */
function modelChanged(): void {
  forgetMeasurements();
  const { input, model } = current();
  if (input.source === "sample" && model?.fitsData === false) {
    change({ input: { source: "drawing", strokes: [] } });
  }
  look(undefined);
  measure(null);
}

// ---- carrying --------------------------------------------------------------------------------------------

/** Files that were dropped or chosen: a model, a data set, or a picture to look at. */
export function takeFiles(files: readonly DroppedFile[]): Promise<void> {
  return told(async () => {
    const found = await recognised(files);
    const { networks, foreign, texts, pictures, idx } = found;
    const models = networks.length + foreign.length;
    const count = models + pictures.length + idx.length;
    if (models > 0 && count > 1)
      throw new Error(`These are ${count} files; expected one model, or data. Drop them one after another.`);
    if (texts.length > 0 && foreign.length === 0 && current().asking === null)
      throw new Error(texts[0].sentence);
    if (foreign.length + texts.length > 0) {
      const { takeForeign } = await import("./foreign/take-foreign.js").catch(notLoaded);
      await takeForeign(found);
    } else if (models > 0) {
      await loadModel(networks[0].file);
    } else if (count === 1 && pictures.length === 1) {
      // Before anything is given up: the browser may not be able to read it.
      const name = await engine.ask("picture", pictures[0].file);
      show({ source: "picture", name });
      done(`The network looks at ${name}.`);
    } else {
      await loadData({ pictures, idx });
    }
  });
}

async function loadModel(file: File): Promise<void> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  opened(await engine.ask("load", { bytes, name: file.name }));
}

/** A file of another tool. */
export function importModel(file: File, options: ImportModelOptions): Promise<Opened> {
  const bytes = file.arrayBuffer().then((buffer) => new Uint8Array(buffer));
  return bytes.then((bytes) => engine.ask("import", { bytes, name: file.name, options }));
}

/** A network came from a file. */
export function opened(model: ModelSummary): void {
  frames.stop();
  change({ model, training: noTraining, picked: null, asking: null });
  const verdict = model.report === null ? "" : ` What was kept of it is ${model.report.verdict}.`;
  done(`${model.fileName} is loaded: ${model.kind}, ${model.timesteps} time steps.${verdict}`);
  modelChanged();
}

async function loadData(files: DataFiles): Promise<void> {
  const { data, model } = await engine.ask("loadData", { files, settings: current().settings });
  frames.stop();
  change({ data, model, training: noTraining, input: { source: "sample", index: 0 } });
  done(`${data.name}: ${data.train} images to learn from, ${data.test} held out. Start training.`);
  modelChanged();
}

/** The network as a file. */
export async function saveModel(): Promise<void> {
  await told(async () => {
    const bytes = await engine.ask("save", null);
    const address = URL.createObjectURL(new Blob([bytes]));
    const link = document.createElement("a");
    link.href = address;
    link.download = "model.safetensors";
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  });
}

/** An address that opens this page with these settings. */
export function linkToSettings(settings: Settings): string {
  return `${location.origin}${location.pathname}${location.search}#${settingsToHash(settings)}`;
}

export function copyLink(): Promise<void> {
  return told(async () => {
    const link = linkToSettings(current().settings);
    try {
      await navigator.clipboard.writeText(link);
    } catch {
      throw new Error(
        "The browser did not let the page copy. Select the address beside the button and copy it.",
      );
    }
    done("The address is copied. Whoever opens it gets this page with these settings.");
  });
}

function done(sentence: string): void {
  change({ notice: { kind: "done", sentence } });
}

// ---- training --------------------------------------------------------------------------------------------

export function startTraining(): Promise<void> {
  return asked(async () => {
    begin("running");
    change({ model: await engine.ask("start", current().settings) });
    forgetMeasurements();
    look(undefined);
  });
}

export function pauseTraining(): Promise<void> {
  return told(async () => {
    await engine.ask("pause", null);
  });
}

export function resumeTraining(): Promise<void> {
  return asked(async () => {
    changeTraining({ status: "running" });
    forgetMeasurements();
    frames.start();
    await engine.ask("resume", null);
  });
}

export function stepTraining(): Promise<void> {
  return asked(async () => {
    const { status, epochs } = current().training;
    if (status === "finished") {
      done(
        `${counted(epochs, "epoch is", "epochs are")} over, so there is no batch left. ` +
          "Train again begins anew with the settings as they are; Reset gives a network that has learned nothing.",
      );
      return;
    }
    if (status === "idle") begin("running");
    else changeTraining({ status: "running" });
    forgetMeasurements();
    change({ model: await engine.ask("step", current().settings) });
  });
}

export function resetTraining(): Promise<void> {
  return told(async () => {
    frames.stop();
    const model = await engine.ask("reset", current().settings);
    change({ model, training: noTraining });
    modelChanged();
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
      change({ findings: event.findings, measured: { epoch: event.metrics.epoch } });
      return onEpoch(event.metrics);
    case "stopped":
      frames.stop();
      changeTraining({ status: event.how, message: event.message, secondsLeft: null });
      return modelChanged();
  }
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

function onCrash(sentence: string): void {
  change({ notice: { kind: "error", sentence }, failed: true });
}

/** Runs an action; what goes wrong becomes a sentence on the page. */
export async function told(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    change({ notice: { kind: "error", sentence: error instanceof Error ? error.message : String(error) } });
  }
}
