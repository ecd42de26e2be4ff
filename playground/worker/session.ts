/** What the worker holds: the data, the model and its training. The library computes; this file only says what. */

import {
  decodeModel,
  encodeModel,
  init,
  loadDigits,
  threads,
  type Activity,
  type Dataset,
  type Events,
  type ModelFacts,
  type SpikingModel,
  type TrainTest,
} from "atif";
import { traceOf } from "../../elements/trace-of.js";
import { notLoaded } from "../state/not-loaded.js";
import { MOVING_SEED } from "../state/page-experiment.js";
import type { Settings } from "../state/settings.js";
import { problems, speakOfProblems } from "../words/problems.js";
import type { Looked } from "./arrivals-of.js";
import { DataAtHand, type Moving } from "./data-at-hand.js";
import { decodedModel } from "./decoded-model.js";
import type { Deploying } from "./deploying.js";
import { fingerprint } from "./fingerprint.js";
import { loadSequences, sequences } from "./late-sequences.js";
import { lookedAt, lookOf } from "./look-at.js";
import { nothingLearned } from "./model-facts.js";
import { NetworkAtHand, type HeldModel } from "./network-at-hand.js";
import { checkShape } from "./network-input.js";
import { Probe } from "./probe.js";
import type {
  Look,
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
import { ShownInput } from "./shown-input.js";
import type { TimeInData } from "./time-in-data.js";
import type { TrainingRun } from "./training-run.js";

type Handlers = {
  [Name in RequestName]: (args: Requests[Name]["args"]) => Promise<Requests[Name]["answer"]>;
};

export class Session implements Handlers {
  readonly #tell: (event: WorkerEvent) => void;
  /** Before the page asks for it. */
  readonly #begun = begun();
  readonly #data = new DataAtHand();
  readonly #shown = new ShownInput();
  readonly #network = new NetworkAtHand(this.#data);
  /** Of before a lesson. */
  #aside: HeldModel | null = null;
  #run: TrainingRun | null = null;
  /** What replaces them, under way. */
  #turn: Promise<unknown> = Promise.resolve();
  /** Of the last look. */
  #activity: Activity | null = null;
  /** Of the last look, where they are known. */
  #events: Events | null = null;
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
    this.#data.begin(data);
    const problem = await this.#holdShipped(shipped, settings);
    return {
      engine: { isolated: globalThis.crossOriginIsolated, threads: threads() },
      data: this.#data.summary,
      model: this.#network.summary,
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
      return this.#network.summary;
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
      return this.#network.summary;
    });
  }

  fingerprint(): Promise<Requests["fingerprint"]["answer"]> {
    return this.#inTurn(async () => {
      if (this.#run?.finished !== true) return null;
      return fingerprint(this.#run.model, (await this.#data.sets()).train);
    });
  }

  reset(settings: Settings): Promise<ModelSummary> {
    return this.#inTurn(() => this.#renew(settings));
  }

  look({ input: asked, motion, picked, whatIf }: Requests["look"]["args"]): Promise<Look> {
    const { looking } = this.#network;
    const shown = this.#shown.shown(asked, motion, looking, () => this.#network.fittingTest());
    const model = whatIf === null ? looking.model : (this.#probe?.moved(whatIf) ?? looking.model);
    const looked = lookedAt(model, shown, this.#run !== null);
    this.#looked = looked;
    this.#activity = looked.activity;
    this.#events = shown.sequence?.events ?? null;
    const names = { classes: this.#network.classNames, samples: this.#data.test.classNames };
    return Promise.resolve(lookOf(looked, shown, looking, names, picked));
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

  picture(file: File): Promise<string> {
    return this.#shown.takePicture(file);
  }

  recording(file: File): Promise<string> {
    return this.#shown.takeRecording(file, this.#network.looking);
  }

  async staircases(whatIf: WhatIf | null): Promise<Staircases> {
    const data = this.#network.fittingTest();
    const { model, time = null } = this.#network.held;
    if (whatIf === null || this.#probe === null) {
      const test =
        time === null ? data.with({ sampleShape: model.inputShape }) : sequences().asTaken(data, time);
      this.#probe = new Probe(model, test);
    }
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
      const file = { model, report, fileName: name, facts: () => ({}) };
      return { kind: "opened", model: await this.#holdFile(file, { experiment: options.config }) };
    });
  }

  /** @param said what is known of its training */
  async #holdFile(
    held: Omit<HeldModel, "origin" | "settings">,
    said: ModelFacts = held.facts(),
  ): Promise<ModelSummary> {
    const time = await this.#timeOf(said);
    if (time === null) checkShape(held.model);
    await this.#forgetRun();
    held.model.eval();
    this.#hold({ ...held, time, origin: "file", settings: null });
    // Without them there are no held-out samples to show, as with data that do not fit.
    void this.#inTurn(() => this.#digitsFor(held.model)).catch(() => undefined);
    return this.#network.summary;
  }

  /** What reads experiments is loaded with the first model that carries one. */
  async #timeOf(facts: ModelFacts): Promise<TimeInData | null> {
    if (typeof facts.experiment !== "string" && facts.time !== true) return null;
    return (await loadSequences()).timeInData(facts);
  }

  /** The digits that come with the library, moving or not, as a network from a file takes them; data of the reader stay. */
  async #digitsFor(model: SpikingModel): Promise<void> {
    const held = this.#network.held;
    // Another one has come meanwhile.
    if (held.model !== model) return;
    const { time = null } = held;
    const seed = time?.movingDigits ?? MOVING_SEED;
    const takes = time !== null && (await loadSequences()).takesMovingDigits(model, time);
    if (await this.#useDigits(takes ? { timesteps: model.timesteps, seed } : null)) this.#tellData();
  }

  /** @returns whether the data at hand are others now */
  async #useDigits(moving: Moving | null): Promise<boolean> {
    const isOther = await this.#data.useDigits(moving);
    if (isOther) this.#probe = this.#deploying = null;
    return isOther;
  }

  #tellData(): void {
    this.#tell({ type: "data", data: this.#data.summary, model: this.#network.summary });
  }

  setAside(): Promise<null> {
    return this.#inTurn(() => {
      this.#aside = this.#network.held;
      return Promise.resolve(null);
    });
  }

  takeBack(): Promise<ModelSummary> {
    return this.#inTurn(async () => {
      const held = this.#aside ?? this.#network.held;
      this.#aside = null;
      await this.#forgetRun();
      this.#hold(held);
      void this.#inTurn(() => this.#digitsFor(held.model)).catch(() => undefined);
      return this.#network.summary;
    });
  }

  save(): Promise<Uint8Array<ArrayBuffer>> {
    const { model, facts } = this.#network.held;
    return Promise.resolve(encodeModel(model, facts()));
  }

  async deploy({ settings, anew }: Requests["deploy"]["args"]): Promise<Requests["deploy"]["answer"]> {
    this.#network.fittingTest();
    return (await this.#toDevices(anew)).measure(settings);
  }

  async export(question: Requests["export"]["args"]): Promise<Requests["export"]["answer"]> {
    if (["c", "quantized"].includes(question.form)) this.#network.fittingTest();
    return (await this.#toDevices(question.anew)).export(question);
  }

  async figure(question: Requests["figure"]["args"]): Promise<Requests["figure"]["answer"]> {
    const { figureOf } = await import("./figures.js").catch(notLoaded);
    return figureOf(question, {
      activity: this.#activity,
      inspections: this.#probe?.inspections ?? null,
      events: this.#events,
      sequence: this.#looked?.isSequence === true ? this.#looked.image : null,
    });
  }

  async #toDevices(anew: boolean): Promise<Deploying> {
    const { Deploying } = await import("./deploying.js").catch(notLoaded);
    const { model, facts, time = null } = this.#network.held;
    if (anew || this.#deploying === null) {
      const data = this.#network.fitsData ? await this.#data.sets() : null;
      const taken = (set: Dataset): Dataset => (time === null ? set : sequences().asTaken(set, time));
      const sets = data === null ? null : { train: taken(data.train), test: taken(data.test) };
      this.#deploying = new Deploying(model, facts(), sets);
    }
    return this.#deploying;
  }

  async loadData({ files, settings }: Requests["loadData"]["args"]): Promise<Requests["loadData"]["answer"]> {
    const { dataFromFiles } = await import("./data-files.js").catch(notLoaded);
    const data = await dataFromFiles(files);
    return this.#inTurn(async () => {
      await this.#forgetRun();
      this.#data.bring(data);
      this.#deploying = null;
      const model = this.#network.summary.fitsData ? this.#network.summary : await this.#renew(settings);
      return { data: this.#data.summary, model };
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

  /** The digits as the settings want them, and the time of what learns from them. */
  async #dataOf({ data, timesteps }: Settings): Promise<{ isOther: boolean; time: TimeInData | null }> {
    const moving = data === "moving" && this.#data.isBuiltIn ? { timesteps, seed: MOVING_SEED } : null;
    const isOther = await this.#useDigits(moving);
    if (moving === null) return { isOther, time: null };
    return { isOther, time: (await loadSequences()).ofMovingDigits(timesteps, MOVING_SEED) };
  }

  /** A new, untrained model. */
  async #renew(settings: Settings): Promise<ModelSummary> {
    const { isOther, time } = await this.#dataOf(settings);
    const data = await this.#data.sets();
    const made = { train: data.train, builtIn: this.#data.isBuiltIn };
    const { pageFacts, prepared } = await import("./learning.js").catch(notLoaded);
    const { model } = await prepared(settings, data);
    await this.#forgetRun();
    const facts = pageFacts(settings, made, nothingLearned);
    this.#hold({ model: model.eval(), time, origin: "new", fileName: null, facts: () => facts, settings });
    if (isOther) this.#tellData();
    return this.#network.summary;
  }

  async #newRun(settings: Settings): Promise<TrainingRun> {
    const { isOther, time } = await this.#dataOf(settings);
    const data = await this.#data.sets();
    const made = { train: data.train, builtIn: this.#data.isBuiltIn };
    const { pageFacts, prepared, TrainingRun } = await import("./learning.js").catch(notLoaded);
    const run = new TrainingRun(await prepared(settings, data), data.train.length, this.#tell);
    await this.#forgetRun();
    this.#run = run;
    const facts = (): ModelFacts => pageFacts(settings, made, run.progress);
    this.#hold({ model: run.model, time, origin: "trained", fileName: null, facts, settings });
    if (isOther) this.#tellData();
    return run;
  }

  #hold(held: HeldModel): void {
    this.#network.hold(held);
    this.#activity = null;
    this.#probe = null;
    this.#deploying = null;
  }
}

/** The data that come with the page, and the kernels. */
async function begun(): Promise<TrainTest> {
  // One core is left to the page, so that it can draw while the worker computes.
  const wanted = globalThis.crossOriginIsolated ? Math.max(1, navigator.hardwareConcurrency - 1) : 1;
  const [data] = await Promise.all([loadDigits(), init({ threads: wanted })]);
  return data;
}
