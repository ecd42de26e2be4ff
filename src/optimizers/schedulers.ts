/** Learning rate by epoch. A schedule is a pure function of the epoch number, so that a resumed run needs no state. */

import { checkInteger } from "../checks.js";
import type { Place } from "../schema/place.js";
import { readOptions, required, withDefault, type Schema } from "../schema/schema.js";
import { listOf, real, whole } from "../schema/value-types.js";
import { show } from "../show.js";
import { factor, learningRate, MAX_EPOCHS } from "./hyperparameters.js";
import { Optimizer } from "./optimizer.js";

/** Sets the optimizer's learning rate: step() after each epoch. */
export abstract class Scheduler {
  readonly #optimizer: Optimizer;
  readonly #baseLr: number;
  /** By group. */
  readonly #baseLrs: readonly number[];
  /** Whose rate is asked for. */
  #group: number | null = null;
  #epoch = 0;

  /** @throws TypeError unless it is an optimizer */
  constructor(optimizer: Optimizer) {
    if (!(optimizer instanceof Optimizer)) {
      throw new TypeError(
        `${new.target.name}: the optimizer is ${show(optimizer)}; expected an Optimizer, such as new SGD(model.parameters(), { lr: 0.1 }).`,
      );
    }
    this.#optimizer = optimizer;
    this.#baseLr = optimizer.lr;
    this.#baseLrs = optimizer.paramGroups.map(({ lr = optimizer.lr }) => lr);
  }

  get optimizer(): Optimizer {
    return this.#optimizer;
  }

  /** The optimizer's rate when the schedule was made; that of a group of parameters while its rate is set. */
  get baseLr(): number {
    return this.#group === null ? this.#baseLr : this.#baseLrs[this.#group];
  }

  /** Epochs done. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Learning rate of epoch n = 0, 1, …, of all groups without one of their own. */
  abstract lrAt(epoch: number): number;

  step(): void {
    this.setEpoch(this.epoch + 1);
  }

  /** As if `epoch` epochs had been done: for a resumed run. */
  setEpoch(epoch: number): void {
    this.#epoch = checkInteger(`${this.constructor.name}: epoch`, epoch);
    this.optimizer.lr = this.lrAt(epoch);
    this.#optimizer.paramGroups.forEach((group, i) => {
      if (group.lr === undefined) return;
      this.#group = i;
      try {
        group.lr = this.lrAt(epoch);
      } finally {
        this.#group = null;
      }
    });
  }
}

const epochCount = whole(1, MAX_EPOCHS);
const gamma = withDefault(factor, 0.1, "What the rate is multiplied by.");

export interface StepLROptions {
  /** Epochs between decays. */
  stepSize: number;
  /** Default 0.1. */
  gamma?: number;
}

export const stepLRSchema: Schema<Readonly<Required<StepLROptions>>> = {
  fields: { stepSize: required(epochCount, "Epochs between decays."), gamma },
};

/** lr gamma^floor(n / stepSize) */
export class StepLR extends Scheduler {
  readonly #options: Readonly<Required<StepLROptions>>;

  constructor(optimizer: Optimizer, options: StepLROptions) {
    super(optimizer);
    this.#options = readOptions("StepLR", options, stepLRSchema);
  }

  get stepSize(): number {
    return this.#options.stepSize;
  }

  get gamma(): number {
    return this.#options.gamma;
  }

  lrAt(epoch: number): number {
    return this.baseLr * this.gamma ** Math.floor(epoch / this.stepSize);
  }
}

export interface MultiStepLROptions {
  /** Epochs at which the rate decays. */
  milestones: readonly number[];
  /** Default 0.1. */
  gamma?: number;
}

export const multiStepLRSchema: Schema<Readonly<Required<MultiStepLROptions>>> = {
  fields: {
    milestones: required(
      listOf(whole(0, MAX_EPOCHS)),
      "Epochs at which the rate decays; one given twice counts twice.",
    ),
    gamma,
  },
  check: warnOfDisorder,
};

/** The order means nothing, so another one is likely a slip. */
function warnOfDisorder({ milestones }: MultiStepLROptions, at: Place): void {
  const place = at.at("milestones");
  if (milestones.length === 0) place.warn("is empty, so the rate stays as it is.");
  const late = milestones.findIndex((epoch, i) => i > 0 && epoch <= milestones[i - 1]);
  if (late > 0) {
    place
      .at(late)
      .warn(`is ${milestones[late]}, not after ${milestones[late - 1]}; each counts, in whatever order.`);
  }
}

/** lr gamma^(number of milestones <= n) */
export class MultiStepLR extends Scheduler {
  readonly #options: Readonly<Required<MultiStepLROptions>>;

  constructor(optimizer: Optimizer, options: MultiStepLROptions) {
    super(optimizer);
    this.#options = readOptions("MultiStepLR", options, multiStepLRSchema);
    // A milestone at 0 counts from the start.
    this.setEpoch(0);
  }

  get milestones(): readonly number[] {
    return [...this.#options.milestones];
  }

  get gamma(): number {
    return this.#options.gamma;
  }

  lrAt(epoch: number): number {
    const passed = this.#options.milestones.filter((milestone) => milestone <= epoch).length;
    return this.baseLr * this.gamma ** passed;
  }
}

export interface CosineAnnealingLROptions {
  /** Epochs from the base rate to the lowest. */
  tMax: number;
  /** Default 0. */
  etaMin?: number;
}

export const cosineAnnealingLRSchema: Schema<Readonly<Required<CosineAnnealingLROptions>>> = {
  fields: {
    tMax: required(epochCount, "Epochs from the base rate to the lowest.", { key: "T_max" }),
    etaMin: withDefault(real({ from: 0 }), 0, "The lowest rate."),
  },
};

/** etaMin + (lr - etaMin) (1 + cos(pi n / tMax)) / 2. @source I. Loshchilov, F. Hutter, "SGDR", ICLR 2017, eq. 5 */
export class CosineAnnealingLR extends Scheduler {
  readonly #options: Readonly<Required<CosineAnnealingLROptions>>;

  constructor(optimizer: Optimizer, options: CosineAnnealingLROptions) {
    super(optimizer);
    this.#options = readOptions("CosineAnnealingLR", options, cosineAnnealingLRSchema);
  }

  get tMax(): number {
    return this.#options.tMax;
  }

  get etaMin(): number {
    return this.#options.etaMin;
  }

  lrAt(epoch: number): number {
    return this.etaMin + ((this.baseLr - this.etaMin) * (1 + Math.cos((Math.PI * epoch) / this.tMax))) / 2;
  }
}

export interface SinDescentOptions {
  /** E: epochs of the whole run. */
  epochs: number;
  /** Amplitude of the oscillation. */
  pme: number;
  /** Oscillations over the run. */
  w: number;
  lr0: number;
  lrf: number;
}

/** The reference gives these defaults that divide by zero, so they are asked for. */
export const sinDescentSchema: Schema<Readonly<SinDescentOptions>> = {
  fields: {
    epochs: required(epochCount, "Epochs of the whole run.", { key: "epoch" }),
    pme: required(real(), "Amplitude of the oscillation."),
    w: required(real(), "Oscillations over the run."),
    lr0: required(learningRate, "The rate that it oscillates around in the first epoch."),
    lrf: required(learningRate, "The same after the last epoch."),
  },
  check: checkSinDescent,
};

/** The sine must not take the rate below 0. */
function checkSinDescent(options: SinDescentOptions, place: Place): void {
  for (let n = 0; n <= options.epochs; n++) {
    const lr = sinDescentRate(options, n);
    if (lr < 0) {
      const [pme, problem] = [place.show(options.pme), `the rate of epoch ${n} would be ${place.show(lr)}`];
      place.at("pme").fail(`is ${pme}, so ${problem}; expected at least 0. Use a smaller pme.`);
    }
  }
}

function sinDescentRate({ epochs, pme, w, lr0, lrf }: SinDescentOptions, epoch: number): number {
  const done = epoch / epochs;
  return (1 - done) * pme * Math.sin(2 * Math.PI * w * done) + lr0 + (epoch * (lrf - lr0)) / epochs;
}

/** (1 - n/E) pme sin(2 pi w n/E) + lr0 + n (lrf - lr0) / E; the optimizer's own rate is not used. */
export class SinDescent extends Scheduler {
  readonly #options: Readonly<SinDescentOptions>;

  constructor(optimizer: Optimizer, options: SinDescentOptions) {
    super(optimizer);
    this.#options = readOptions("SinDescent", options, sinDescentSchema);
    this.setEpoch(0);
  }

  get options(): Readonly<SinDescentOptions> {
    return { ...this.#options };
  }

  lrAt(epoch: number): number {
    return sinDescentRate(this.#options, epoch);
  }
}
