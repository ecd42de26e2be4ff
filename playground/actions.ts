/** Everything that changes the state of the page: what the reader does, and what the worker reports. */

import type { EpochMetrics, ImportModelOptions, Stroke } from "atif";
import { livelyNeuron } from "../elements/lively-neuron.js";
import { Engine, latestOnly, TaskError } from "./engine.js";
import shippedModel from "./generated/digits.safetensors?url";
import { fetchModel, modelAddress } from "./model-address.js";
import { FrameMeter } from "./state/frame-meter.js";
import {
  change,
  current,
  firstInput,
  noTraining,
  type PageState,
  type Theme,
  type TrainingState,
} from "./state/page-state.js";
import { followAddress, linkTo } from "./address.js";
import { onGrid } from "./state/drawing-code.js";
import { extended } from "./state/curves.js";
import { withPanel, type PanelId } from "./state/panels.js";
import { keptRun } from "./state/past-run.js";
import { notLoaded } from "./state/not-loaded.js";
import { addressOf, sameSettings } from "./state/page-address.js";
import { ordered, type Settings } from "./state/settings.js";
import { shownDataName } from "./state/data-name.js";
import { rememberTheme } from "./state/theme.js";
import { placed } from "./state/wanted-staircases.js";
import { recognised } from "./state/recognised.js";
import type { Motion } from "./state/motion.js";
import type { Language } from "./words/languages.js";
import { words } from "./words/words.js";
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

/** Loads the library, the data and the model that come with the page. @param language in which the worker says what is wrong */
export async function open(language: Language): Promise<void> {
  followAddress(restored);
  await told(async () => {
    const address = new URL(shippedModel, document.baseURI).href;
    const { problem, ...opened } = await engine.ask("open", {
      shippedModel: address,
      settings: current().settings,
      language,
    });
    change(opened);
    showOpeningSample();
    checkSample();
    if (problem !== null) change({ notice: { kind: "error", sentence: problem } });
    modelChanged();
  });
  if (current().engine === null) change({ failed: true });
  else await openFromAddress();
}

/** The held-out image that the network changes its mind about, unless something else is asked for. */
function showOpeningSample(): void {
  const { model, input } = current();
  const index = model?.facts.openingSample;
  if (typeof index === "number" && input === firstInput) change({ input: { source: "sample", index } });
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

/** The address has changed, and with it what is to be shown. */
function restored(): void {
  checkSample();
  look(undefined);
  placeStaircases();
}

/** An address may name a held-out image that there is not. */
function checkSample(): void {
  const { input, data } = current();
  if (input.source !== "sample" || data === null || input.index < data.test) return;
  change({ input: { source: "sample", index: 0 } });
  complain(words.notices.noSample(input.index + 1, data.test));
}

/** Besides what is wrong already: of an address several things may be. */
function complain(sentence: string): void {
  const { notice } = current();
  const before = notice?.kind === "error" ? `${notice.sentence} ` : "";
  change({ notice: { kind: "error", sentence: before + sentence } });
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
  rememberTheme(theme, () => localStorage);
  // Canvases are drawn again.
  document.dispatchEvent(new Event("themechange"));
}

// ---- looking ---------------------------------------------------------------------------------------------

/** Shows the input to the network again: it, or the network, has changed. */
const look = latestOnly(() =>
  told(async () => {
    const { input, motion, picked, staircases: asked } = current();
    const look = await engine
      .ask("look", { input, motion, picked, whatIf: asked.whatIf })
      .catch((error: unknown) => {
        // What was seen before is not what is asked about now.
        change({ look: null, trace: null, picked: null, ...withoutRecording(input) });
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
    const { staircases, wanted } = current();
    const layer = Math.min((wanted ?? staircases).layer, look.layers.length - 1);
    const first = current().picked === null ? livelyNeuron(look, Math.max(0, layer)) : null;
    if (first !== null) await pick(first);
  }),
);

/** A recording was read for one network: another may take others. */
function withoutRecording({ source }: Input): Partial<PageState> {
  return source === "recording" ? { input: { source: "drawing", strokes: [] } } : {};
}

/** Selects a layer everywhere: its staircase, its raster, and one of its neurons. */
export function selectLayer(layer: number): void {
  const { staircases, look, picked } = current();
  change({ staircases: { ...staircases, layer }, wanted: null });
  if (look === null || picked?.layer === layer) return;
  const neuron = livelyNeuron(look, layer);
  if (neuron !== null) void pick(neuron);
}

export function draw(strokes: readonly Stroke[]): void {
  // As the address has them, so that whoever opens it sees the same.
  show({ source: "drawing", strokes: onGrid(strokes) });
}

/** How a drawing moves, for a network that takes sequences. */
export function setMotion(motion: Motion): void {
  change({ motion });
  look(undefined);
}

/** The held-out sample that is so many further on. */
export function showSample(further: number): void {
  const { input, data, model } = current();
  if (model?.fitsData === false) {
    return change({ notice: { kind: "error", sentence: words.notices.otherSize } });
  }
  const count = data?.test ?? 1;
  const index = input.source === "sample" ? input.index + further : 0;
  show({ source: "sample", index: ((index % count) + count) % count });
}

function show(input: Input): void {
  // What is drawn is answered at once, and not only when the steps have been played.
  const { playing, look: before } = current();
  change({ input, playing: false, ...(playing && before !== null ? { step: before.timesteps } : {}) });
  look(undefined);
}

export function goToStep(step: number): void {
  change({ step: Math.min(current().look?.timesteps ?? 1, Math.max(1, step)) });
}

export function pick(picked: PickedNeuron): Promise<void> {
  const { staircases } = current();
  change({ picked, staircases: { ...staircases, layer: picked.layer } });
  return told(async () => {
    const trace = await engine.ask("trace", picked);
    if (current().picked === picked) change({ trace });
  });
}

/** What the picked neuron receives at a step; asked for where it is shown. */
export const askArrivals = latestOnly((of: PickedNeuron & { readonly step: number }) =>
  told(async () => change({ arrivals: await engine.ask("arrivals", of) })),
);

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
      placeStaircases();
    } else if (staircases.whatIf !== null) {
      change({ staircases: { ...staircases, moved: answer } });
    }
  }),
);

export function setPanel(id: PanelId, isOpen: boolean): void {
  change({ open: withPanel(current().open, id, isOpen) });
}

/** Shows what the address wants, as soon as it can be: thresholds of a run that is shared are those of its end. */
function placeStaircases(): void {
  const { wanted, staircases, shared, training, model } = current();
  const { trained } = staircases;
  if (wanted === null || trained === null) return;
  // Not on the network before it.
  if (model?.origin === "shipped" && modelAddress(location.search) !== null) return;
  const isMoved = wanted.timesteps !== null || wanted.thetas.length > 0;
  const inUse = model?.settings;
  const isRepeated =
    training.status === "finished" && shared !== null && inUse && sameSettings(inUse, shared.settings);
  if (isMoved && shared !== null && !isRepeated) {
    return change({
      staircases: { ...staircases, layer: Math.min(wanted.layer, trained.layers.length - 1) },
    });
  }
  const place = placed(wanted, trained);
  change({ wanted: null });
  if (place === null) {
    return complain(words.notices.otherLayers(trained.layers.length));
  }
  const { layer, whatIf } = place;
  change({ staircases: { trained, moved: null, whatIf, layer } });
  if (whatIf !== null) moveAll(whatIf);
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
  // Short enough for an address.
  const moved = changes.theta === undefined ? undefined : Number(changes.theta.toPrecision(5));
  const whatIf: WhatIf = {
    thetas: before.thetas.map((theta, i) => (i === layer ? (moved ?? theta) : theta)),
    timesteps: changes.timesteps ?? before.timesteps,
  };
  moveAll(whatIf);
}

/** The whole page shows the copy, until it is put back. */
export function moveAll(whatIf: WhatIf): void {
  change({ staircases: { ...current().staircases, whatIf }, wanted: null });
  measure(whatIf);
  look(undefined);
}

/** Puts every threshold and T back where they were learned. */
export function restoreStaircases(): void {
  const { staircases } = current();
  change({ staircases: { ...staircases, moved: null, whatIf: null }, wanted: null, lesson: null });
  if (staircases.whatIf !== null) look(undefined);
}

/** The network has begun to change, or is another one. */
function forgetMeasurements(): void {
  generation++;
  const staircases = { ...current().staircases, trained: null, moved: null, whatIf: null };
  change({ lesson: null, staircases, findings: [], measured: null });
}

/** Everything that is shown of the network is asked for again. */
export function modelChanged(): void {
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
    const { networks, foreign, texts, pictures, idx, recordings } = found;
    const models = networks.length + foreign.length;
    const count = models + pictures.length + idx.length + recordings.length;
    if (models + recordings.length > 0 && count > 1) throw new Error(words.notices.manyFiles(count));
    if (texts.length > 0 && foreign.length === 0 && current().asking === null)
      throw new Error(texts[0].sentence);
    if (foreign.length + texts.length > 0) {
      const { takeForeign } = await import("./foreign/take-foreign.js").catch(notLoaded);
      await takeForeign(found);
    } else if (models > 0) {
      await loadModel(networks[0].file);
    } else if (recordings.length > 0) {
      // Before anything is given up: it may be none that the network takes.
      const name = await engine.ask("recording", recordings[0].file);
      show({ source: "recording", name });
      done(words.notices.recording(name));
    } else if (count === 1 && pictures.length === 1) {
      // Before anything is given up: the browser may not be able to read it.
      const name = await engine.ask("picture", pictures[0].file);
      show({ source: "picture", name });
      done(words.notices.picture(name));
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
  change({ model, training: noTraining, picked: null, asking: null, ...withoutRecording(current().input) });
  const { notices, foreign, status } = words;
  const kept = model.report === null ? "" : notices.kept(foreign.verdicts[model.report.verdict]);
  done(notices.loaded(model.fileName ?? status.origins.file, model.kind, model.timesteps) + kept);
  modelChanged();
}

async function loadData(files: DataFiles): Promise<void> {
  const { data, model } = await engine.ask("loadData", { files, settings: current().settings });
  frames.stop();
  change({ data, model, training: noTraining, previous: null, input: { source: "sample", index: 0 } });
  done(words.notices.data(shownDataName(data.name), data.train, data.test));
  modelChanged();
}

/** The name of the file. */
export const SAVED_AS = "model.safetensors";

/** The network as a file. */
export async function saveModel(): Promise<void> {
  await told(async () => {
    download(SAVED_AS, await engine.ask("save", null));
  });
}

/** Hands a file to the browser, which keeps it. */
export function download(name: string, content: BlobPart): void {
  const address = URL.createObjectURL(new Blob([content]));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

/** For panels that are loaded when they are needed. */
export const ask: Engine["ask"] = (name, args) => engine.ask(name, args);

export function copyLink(): Promise<void> {
  return copyText(linkTo(addressOf(current())), words.notices.copied);
}

/** @param sentence that tells that it is copied */
export function copyText(text: string, sentence: string): Promise<void> {
  return told(async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      throw new Error(words.notices.notCopied);
    }
    done(sentence);
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
      done(words.notices.noBatchLeft(epochs));
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
    const previous = keptRun(current());
    const model = await engine.ask("reset", current().settings);
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

function onEvent(event: WorkerEvent): void {
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
  const result = await engine.ask("fingerprint", null);
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

function onCrash(sentence: string): void {
  change({ notice: { kind: "error", sentence }, failed: true });
}

/** Runs an action; what goes wrong becomes a sentence on the page. */
export async function told(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    const detail = error instanceof TaskError ? error.detail : null;
    change({ notice: { kind: "error", sentence, ...(detail === null ? {} : { detail }) } });
  }
}
