/** What the worker holds: the data, the model and its training. The library computes; this file only says what. */

import {
  decodeModel,
  encodeModel,
  init,
  loadDigits,
  recordActivity,
  scope,
  tensor,
  threads,
  type Activity,
  type Dataset,
  type FidelityReport,
  type ModelFacts,
  type SpikingModel,
  type TrainTest,
} from "atif";
import { traceOf } from "../../elements/trace-of.js";
import type { Picture } from "../pictures/picture.js";
import { preparePicture } from "../pictures/prepare-picture.js";
import { readPicture } from "../pictures/read-picture.js";
import type { Settings } from "../state/settings.js";
import { problems, speakOfProblems } from "../words/problems.js";
import { decodedModel } from "./decoded-model.js";
import type { Deploying } from "./deploying.js";
import type { Looked } from "./arrivals-of.js";
import { fingerprint } from "./fingerprint.js";
import { misfit } from "./misfit.js";
import {
  classNamesOf,
  fits,
  hasLearnedDigits,
  isUntrained,
  namesOf,
  nothingLearned,
  preparationFor,
} from "./model-facts.js";
import { checkShape, imageOfDrawing, inUnitsOf } from "./network-input.js";
import { Probe } from "./probe.js";
import type {
  DataSummary,
  Input,
  Look,
  ModelOrigin,
  ModelSummary,
  Opened,
  PickedNeuron,
  RequestName,
  Requests,
  Staircases,
  Trace,
  WhatIf,
  WorkerEvent,
} from "./protocol.js";
import { fetchModel } from "./shipped-model.js";
import { flowOf, shownNames } from "./spiking-layers.js";
import type { TrainingRun } from "./training-run.js";
import { notLoaded } from "../state/not-loaded.js";
import { viewShape } from "./view-shape.js";

type Handlers = {
  [Name in RequestName]: (args: Requests[Name]["args"]) => Promise<Requests[Name]["answer"]>;
};

/** Answers after 1, 2, 4 and 8 steps are shown side by side, whatever the model was trained with. */
const LEAST_STEPS = 8;

interface HeldModel {
  readonly model: SpikingModel;
  readonly origin: ModelOrigin;
  readonly fileName: string | null;
  /** As they are now: training changes them. */
  readonly facts: () => ModelFacts;
  /** That it was made with; null if it came from a file. */
  readonly settings: Settings | null;
  /** What was kept of it, if it is of another tool. */
  readonly report?: FidelityReport;
}

export class Session implements Handlers {
  readonly #tell: (event: WorkerEvent) => void;
  /** Before the page asks for it. */
  readonly #begun = begun();
  #data: TrainTest | null = null;
  /** Whether they are the digits that come with the library. */
  #isBuiltIn = true;
  /** The picture that was dropped last. */
  #picture: Picture | null = null;
  /** As it was prepared last. */
  #seen: { readonly picture: Picture; readonly key: string; readonly image: Float32Array } | null = null;
  #held: HeldModel | null = null;
  #run: TrainingRun | null = null;
  /** What replaces them, under way. */
  #turn: Promise<unknown> = Promise.resolve();
  /** Of the last look. */
  #activity: Activity | null = null;
  /** Who looked then, and at what. */
  #looked: Looked | null = null;
  /** Of the model as it was when it was last measured. */
  #probe: Probe | null = null;
  #deploying: Deploying | null = null;

  constructor(tell: (event: WorkerEvent) => void) {
    this.#tell = tell;
    // Who opens it is told what goes wrong.
    this.#begun.catch(() => undefined);
  }

  async open({
    shippedModel,
    settings,
    language,
  }: Requests["open"]["args"]): Promise<Requests["open"]["answer"]> {
    // Without the words it speaks English. Nothing waits for those of English.
    const spoken = speakOfProblems(language).catch(() => undefined);
    const [[shipped], data] = await Promise.all([
      Promise.allSettled([spoken.then(() => fetchModel(shippedModel))]),
      this.#begun,
    ]);
    this.#data = data;
    const problem = await this.#holdShipped(shipped, settings);
    return {
      engine: { isolated: globalThis.crossOriginIsolated, threads: threads() },
      data: this.#dataSummary(),
      model: this.#summary(),
      problem,
    };
  }

  /** Without it there is a new network. @returns why it could not be had; null if all is well */
  async #holdShipped(shipped: PromiseSettledResult<Uint8Array>, settings: Settings): Promise<string | null> {
    try {
      if (shipped.status === "rejected") throw shipped.reason;
      const { model, facts } = decodeModel(shipped.value, problems.shipped.name);
      this.#hold({
        model: model.eval(),
        origin: "shipped",
        fileName: null,
        facts: () => facts,
        settings: null,
      });
      return null;
    } catch (error) {
      await this.#renew(settings);
      return error instanceof Error ? error.message : String(error);
    }
  }

  start(settings: Settings): Promise<ModelSummary> {
    return this.#inTurn(async () => {
      (await this.#newRun(settings)).go();
      return this.#summary();
    });
  }

  pause(): Promise<null> {
    return this.#inTurn(async () => {
      await this.#run?.pause();
      return null;
    });
  }

  resume(): Promise<null> {
    return this.#inTurn(() => {
      this.#run?.go();
      return Promise.resolve(null);
    });
  }

  step(settings: Settings): Promise<ModelSummary> {
    return this.#inTurn(async () => {
      (this.#run ?? (await this.#newRun(settings))).go(true);
      return this.#summary();
    });
  }

  fingerprint(): Promise<Requests["fingerprint"]["answer"]> {
    return this.#inTurn(async () =>
      this.#run?.finished === true ? fingerprint(this.#run.model, this.#requireData().train) : null,
    );
  }

  reset(settings: Settings): Promise<ModelSummary> {
    return this.#inTurn(() => this.#renew(settings));
  }

  look({ input: asked, picked, whatIf }: Requests["look"]["args"]): Promise<Look> {
    const { input, image, label } = this.#imageOf(asked);
    const { model: own, facts } = this.#requireModel();
    const model = whatIf === null ? own : (this.#probe?.moved(whatIf) ?? own);
    const [learned, { test }] = [facts(), this.#requireData()];
    const timesteps = Math.max(LEAST_STEPS, model.timesteps);
    const shownImage = inUnitsOf(model, image);
    const activity = scope(() =>
      recordActivity(model, tensor(shownImage, [1, ...model.inputShape]), { timesteps }),
    );
    this.#activity = activity;
    this.#looked = { model, activity, image: shownImage };
    const shown = shownNames(model);
    const imageShape = viewShape(model.inputShape);
    return Promise.resolve({
      input,
      image,
      imageShape,
      label,
      labelName: label === null ? null : (test.classNames?.[label] ?? this.#classNames()[label]),
      classNames: this.#classNames(),
      isBlank: label === null && image.every((value) => value === 0),
      isUntrained: isUntrained(learned),
      madeFor: model.timesteps,
      preparation: preparationFor(imageShape, learned),
      hasLearnedDigits: hasLearnedDigits(learned),
      timesteps,
      classes: activity.classes,
      scores: activity.scores,
      answers: activity.answers,
      layers: activity.layers.map(({ name, kind, theta, shape, neurons, spikes }) => ({
        name: shown(name), kind, theta, shape, neurons, spikes,
      })), // prettier-ignore
      trace: picked === null ? null : traceOf(this.#activity, picked),
    });
  }

  trace(picked: PickedNeuron): Promise<Trace> {
    const trace = traceOf(this.#activity, picked);
    if (trace === null) throw new Error(problems.network.noNeuron);
    return Promise.resolve(trace);
  }

  async arrivals({ step, ...picked }: Requests["arrivals"]["args"]): Promise<Requests["arrivals"]["answer"]> {
    const { arrivalsOf } = await import("./arrivals-of.js").catch(notLoaded);
    const looked = this.#looked;
    return looked === null ? null : arrivalsOf(looked, picked, step);
  }

  async picture(file: File): Promise<string> {
    const picture = await readPicture(file, file.name);
    this.#picture = picture;
    return picture.name;
  }

  /** @returns the input that was really taken: of pictures, there is only the last */
  #imageOf(input: Input): { input: Input; image: Float32Array; label: number | null } {
    const { model, facts } = this.#requireModel();
    const shape = viewShape(model.inputShape);
    switch (input.source) {
      case "drawing":
        return { input, image: imageOfDrawing(input.strokes, shape), label: null };
      case "picture": {
        if (this.#picture === null) throw new Error(problems.picture.none);
        const image = this.#prepared(this.#picture, shape, facts());
        return { input: { source: "picture", name: this.#picture.name }, image, label: null };
      }
      case "sample": {
        const { test } = this.#requireFittingData();
        const { x, labels } = test.batch([input.index % test.length]);
        return { input, image: x, label: labels[0] };
      }
    }
  }

  /** A network that learns looks at the same picture again and again: it is prepared once. */
  #prepared(picture: Picture, shape: readonly number[], facts: ModelFacts): Float32Array {
    const preparation = preparationFor(shape, facts);
    const key = `${preparation} ${shape.join()}`;
    if (this.#seen?.picture !== picture || this.#seen.key !== key) {
      this.#seen = { picture, key, image: preparePicture(picture, shape, preparation) };
    }
    return this.#seen.image;
  }

  async staircases(whatIf: WhatIf | null): Promise<Staircases> {
    const { test } = this.#requireFittingData();
    const { model } = this.#requireModel();
    if (whatIf === null || this.#probe === null)
      this.#probe = new Probe(model, test.with({ sampleShape: model.inputShape }));
    return this.#probe.measure(whatIf);
  }

  load({ bytes, name }: Requests["load"]["args"]): Promise<ModelSummary> {
    return this.#inTurn(async () => {
      // Before anything is given up: the file may be damaged.
      const { model, facts } = await decodedModel(bytes, name);
      return this.#holdFile({ model, fileName: name, facts: () => facts });
    });
  }

  import({ bytes, name, options }: Requests["import"]["args"]): Promise<Opened> {
    return this.#inTurn(async () => {
      const { importNetwork } = await import("./import-network.js").catch(notLoaded);
      const imported = await importNetwork(bytes, name, options);
      if (imported.kind === "asks") return imported;
      const { model, report } = imported;
      await checkStill(model, { experiment: options.config });
      return {
        kind: "opened",
        model: await this.#holdFile({ model, report, fileName: name, facts: () => ({}) }),
      };
    });
  }

  async #holdFile(held: Omit<HeldModel, "origin" | "settings">): Promise<ModelSummary> {
    checkShape(held.model);
    await checkStill(held.model, held.facts());
    await this.#forgetRun();
    held.model.eval();
    this.#hold({ ...held, origin: "file", settings: null });
    return this.#summary();
  }

  save(): Promise<Uint8Array<ArrayBuffer>> {
    const { model, facts } = this.#requireModel();
    return Promise.resolve(encodeModel(model, facts()));
  }

  async deploy({ settings, anew }: Requests["deploy"]["args"]): Promise<Requests["deploy"]["answer"]> {
    this.#requireFittingData();
    return (await this.#toDevices(anew)).measure(settings);
  }

  async export(question: Requests["export"]["args"]): Promise<Requests["export"]["answer"]> {
    if (["c", "quantized"].includes(question.form)) this.#requireFittingData();
    return (await this.#toDevices(question.anew)).export(question);
  }

  async figure(question: Requests["figure"]["args"]): Promise<Requests["figure"]["answer"]> {
    const { figureOf } = await import("./figures.js").catch(notLoaded);
    return figureOf(question, { activity: this.#activity, inspections: this.#probe?.inspections ?? null });
  }

  async #toDevices(anew: boolean): Promise<Deploying> {
    const { Deploying } = await import("./deploying.js").catch(notLoaded);
    const { model, facts } = this.#requireModel();
    if (anew || this.#deploying === null)
      this.#deploying = new Deploying(model, facts(), this.#fitsData() ? this.#requireData() : null);
    return this.#deploying;
  }

  async loadData({ files, settings }: Requests["loadData"]["args"]): Promise<Requests["loadData"]["answer"]> {
    const { dataFromFiles } = await import("./data-files.js").catch(notLoaded);
    const data = await dataFromFiles(files);
    return this.#inTurn(async () => {
      await this.#forgetRun();
      this.#data = data;
      this.#deploying = null;
      this.#isBuiltIn = false;
      const model = this.#summary().fitsData ? this.#summary() : await this.#renew(settings);
      return { data: this.#dataSummary(), model };
    });
  }

  /** What replaces the network, or its training, is done one after the other. */
  #inTurn<A>(work: () => Promise<A>): Promise<A> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #forgetRun(): Promise<void> {
    await this.#run?.abandon();
    this.#run = null;
  }

  /** A new, untrained model. */
  async #renew(settings: Settings): Promise<ModelSummary> {
    const data = this.#requireData();
    const made = { train: data.train, builtIn: this.#isBuiltIn };
    const { pageFacts, prepared } = await import("./learning.js").catch(notLoaded);
    const { model } = await prepared(settings, data);
    await this.#forgetRun();
    const facts = pageFacts(settings, made, nothingLearned);
    this.#hold({ model: model.eval(), origin: "new", fileName: null, facts: () => facts, settings });
    return this.#summary();
  }

  async #newRun(settings: Settings): Promise<TrainingRun> {
    const data = this.#requireData();
    const made = { train: data.train, builtIn: this.#isBuiltIn };
    const { pageFacts, prepared, TrainingRun } = await import("./learning.js").catch(notLoaded);
    const run = new TrainingRun(await prepared(settings, data), data.train.length, this.#tell);
    await this.#forgetRun();
    this.#run = run;
    const facts = (): ModelFacts => pageFacts(settings, made, run.progress);
    this.#hold({ model: run.model, origin: "trained", fileName: null, facts, settings });
    return run;
  }

  #hold(held: HeldModel): void {
    this.#held = held;
    this.#activity = null;
    this.#probe = null;
    this.#deploying = null;
  }

  #requireData(): TrainTest {
    if (this.#data === null) throw new Error(problems.network.notReady);
    return this.#data;
  }

  /** @throws Error if the model takes other samples than the data at hand */
  #requireFittingData(): TrainTest {
    const data = this.#requireData();
    if (this.#fitsData()) return data;
    const { model, facts } = this.#requireModel();
    throw misfit(model, facts(), data.test);
  }

  #fitsData(): boolean {
    const { model, facts } = this.#requireModel();
    return fits(model, facts(), this.#requireData().test);
  }

  #classNames(): readonly string[] {
    const { model, facts } = this.#requireModel();
    const fitting: Dataset | null = this.#fitsData() ? this.#requireData().test : null;
    return classNamesOf(facts(), model.outputShape[0], fitting);
  }

  #requireModel(): HeldModel {
    if (this.#held === null) throw new Error(problems.network.notReady);
    return this.#held;
  }

  #dataSummary(): DataSummary {
    const { train, test } = this.#requireData();
    const { name, sampleShape } = train;
    return {
      name,
      train: train.length,
      test: test.length,
      sampleShape,
      classNames: namesOf(train),
    };
  }

  #summary(): ModelSummary {
    const { model, origin, fileName, facts, settings, report = null } = this.#requireModel();
    const { layers, answer: answerSources } = flowOf(model);
    return {
      origin,
      fileName,
      kind: model.architecture.kind,
      timesteps: model.timesteps,
      inputShape: model.inputShape,
      classes: model.outputShape[0],
      classNames: this.#classNames(),
      parameters: model.parameters().reduce((sum, { size }) => sum + size, 0),
      fitsData: this.#fitsData(),
      layers,
      answerSources,
      facts: facts(),
      settings,
      report,
    };
  }
}

/** The data that come with the page, and the kernels. */
async function begun(): Promise<TrainTest> {
  // One core is left to the page, so that it can draw while the worker computes.
  const wanted = globalThis.crossOriginIsolated ? Math.max(1, navigator.hardwareConcurrency - 1) : 1;
  const [data] = await Promise.all([loadDigits(), init({ threads: wanted })]);
  return data;
}

/** What reads experiments is loaded with the first model that carries one. */
async function checkStill(model: SpikingModel, facts: ModelFacts): Promise<void> {
  if (typeof facts.experiment !== "string") return;
  const check = await import("./check-still.js").catch(notLoaded);
  check.checkStill(model, facts);
}
