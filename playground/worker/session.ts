/** What the worker holds: the data, the model and its training. The library computes; this file only says what. */

import { decodeModel, init, loadDigits, type ModelFacts, type SpikingModel, type TrainTest } from "atif";
import type { Settings } from "../state/settings.js";
import type {
  DataSummary,
  ModelOrigin,
  ModelSummary,
  RequestName,
  Requests,
  WorkerEvent,
} from "./protocol.js";
import { newModel, TrainingRun } from "./training-run.js";

type Handlers = {
  [Name in RequestName]: (args: Requests[Name]["args"]) => Promise<Requests[Name]["answer"]>;
};

interface HeldModel {
  readonly model: SpikingModel;
  readonly origin: ModelOrigin;
  readonly fileName: string | null;
  readonly facts: ModelFacts;
}

export class Session implements Handlers {
  readonly #tell: (event: WorkerEvent) => void;
  #data: TrainTest | null = null;
  #held: HeldModel | null = null;
  #run: TrainingRun | null = null;

  constructor(tell: (event: WorkerEvent) => void) {
    this.#tell = tell;
  }

  async open({ shippedModel }: Requests["open"]["args"]): Promise<Requests["open"]["answer"]> {
    const isolated = globalThis.crossOriginIsolated;
    // One core is left to the page, so that it can draw while the worker computes.
    const threads = isolated ? Math.max(1, navigator.hardwareConcurrency - 1) : 1;
    const file = fetch(shippedModel).then((response) => response.arrayBuffer());
    await init({ threads });
    this.#data = await loadDigits();
    const { model, facts } = decodeModel(new Uint8Array(await file), "the digits network");
    this.#hold({ model: model.eval(), origin: "shipped", fileName: null, facts });
    return { engine: { isolated, threads }, data: this.#dataSummary(), model: this.#summary() };
  }

  async start(settings: Settings): Promise<ModelSummary> {
    await this.#newRun(settings);
    this.#run?.go();
    return this.#summary();
  }

  async pause(): Promise<null> {
    await this.#run?.pause();
    return null;
  }

  resume(): Promise<null> {
    this.#run?.go();
    return Promise.resolve(null);
  }

  async step(settings: Settings): Promise<ModelSummary> {
    if (this.#run === null) await this.#newRun(settings);
    this.#run?.go(true);
    return this.#summary();
  }

  async reset(settings: Settings): Promise<ModelSummary> {
    await this.#run?.abandon();
    this.#run = null;
    const model = newModel(settings, this.#requireData().train).eval();
    this.#hold({ model, origin: "new", fileName: null, facts: {} });
    return this.#summary();
  }

  async #newRun(settings: Settings): Promise<void> {
    await this.#run?.abandon();
    const run = new TrainingRun(settings, this.#requireData(), this.#tell);
    this.#run = run;
    this.#hold({ model: run.model, origin: "trained", fileName: null, facts: {} });
  }

  #hold(held: HeldModel): void {
    this.#held = held;
  }

  #requireData(): TrainTest {
    if (this.#data === null) throw new Error("The page is not ready yet; wait a moment.");
    return this.#data;
  }

  #requireModel(): HeldModel {
    if (this.#held === null) throw new Error("The page is not ready yet; wait a moment.");
    return this.#held;
  }

  #dataSummary(): DataSummary {
    const { train, test } = this.#requireData();
    const { name, sampleShape, classes, classNames } = train;
    return {
      name,
      train: train.length,
      test: test.length,
      sampleShape,
      classNames: classNames ?? Array.from({ length: classes }, (_, i) => String(i)),
    };
  }

  #summary(): ModelSummary {
    const { model, origin, fileName, facts } = this.#requireModel();
    return {
      origin,
      fileName,
      kind: model.architecture.kind,
      timesteps: model.timesteps,
      inputShape: model.inputShape,
      classes: model.outputShape[0],
      parameters: model.parameters().reduce((sum, { size }) => sum + size, 0),
      layers: model.spikingLayers().map(([name, neuron]) => ({
        name: name.replace(/^layers\./, ""),
        kind: neuron.constructor.name.replace(/^MultiStep/, ""),
        theta: neuron.theta,
      })),
      facts,
    };
  }
}
