/** The network at hand: where it comes from, what is known of it, and whether the data at hand are for it. */

import type { Dataset, FidelityReport, ModelFacts, SpikingModel } from "atif";
import type { Settings } from "../state/settings.js";
import { problems } from "../words/problems.js";
import type { DataAtHand } from "./data-at-hand.js";
import { sequences } from "./late-sequences.js";
import { misfit } from "./misfit.js";
import { classNamesOf, fits } from "./model-facts.js";
import type { ModelOrigin, ModelSummary } from "./protocol.js";
import type { Looking } from "./shown-input.js";
import { flowOf } from "./spiking-layers.js";
import type { TimeInData } from "./time-in-data.js";

export interface HeldModel {
  readonly model: SpikingModel;
  readonly origin: ModelOrigin;
  readonly fileName: string | null;
  /** As they are now: training changes them. */
  readonly facts: () => ModelFacts;
  /** That it was made with; null if it came from a file. */
  readonly settings: Settings | null;
  /** What was kept of it, if it is of another tool. */
  readonly report?: FidelityReport;
  /** That it learned from sequences; left out, if from what stands still. */
  readonly time?: TimeInData | null;
}

export class NetworkAtHand {
  readonly #data: DataAtHand;
  #held: HeldModel | null = null;

  constructor(data: DataAtHand) {
    this.#data = data;
  }

  hold(held: HeldModel): void {
    this.#held = held;
  }

  /** @throws Error if the model takes other samples than the data at hand */
  fittingTest(): Dataset {
    const { test } = this.#data;
    if (this.fitsData) return test;
    const { model, facts } = this.held;
    throw misfit(model, facts(), test);
  }

  get fitsData(): boolean {
    const { model, facts, time = null } = this.held;
    const { test } = this.#data;
    const takesTime = time !== null && time.encoder === null;
    return takesTime === test.time && fits(model, facts(), test);
  }

  /** The network at hand, as it is now. */
  get looking(): Looking {
    const { model, facts, time = null } = this.held;
    return { model, facts: facts(), time };
  }

  get classNames(): readonly string[] {
    const { model, facts } = this.held;
    const fitting: Dataset | null = this.fitsData ? this.#data.test : null;
    return classNamesOf(facts(), model.outputShape[0], fitting);
  }

  /** @throws Error with a sentence for the reader, before there is one */
  get held(): HeldModel {
    if (this.#held === null) throw new Error(problems.network.notReady);
    return this.#held;
  }

  get summary(): ModelSummary {
    const { model, origin, fileName, facts, settings, report = null, time = null } = this.held;
    const { layers, answer: answerSources } = flowOf(model);
    return {
      origin,
      fileName,
      kind: model.architecture.kind,
      timesteps: model.timesteps,
      inputShape: model.inputShape,
      classes: model.outputShape[0],
      classNames: this.classNames,
      parameters: model.parameters().reduce((sum, { size }) => sum + size, 0),
      fitsData: this.fitsData,
      sequences: time === null ? null : sequences().sequenceKindOf(model, time),
      layers,
      answerSources,
      facts: facts(),
      settings,
      report,
    };
  }
}
