/** Learning rate by epoch. A schedule is a pure function of the epoch number, so that a resumed run needs no state. */

import { checkFinite, checkInteger, checkNonNegative, checkOptions, checkPositive } from "../checks.js";
import { show } from "../show.js";
import { Optimizer } from "./optimizer.js";

/** Sets the optimizer's learning rate: step() after each epoch. */
export abstract class Scheduler {
  /** Epochs done. */
  epoch = 0;
  readonly baseLr: number;

  /** @throws TypeError unless it is an optimizer */
  constructor(readonly optimizer: Optimizer) {
    if (!(optimizer instanceof Optimizer)) {
      throw new TypeError(
        `${new.target.name}: the optimizer is ${show(optimizer)}; expected an Optimizer, such as new SGD(model.parameters(), { lr: 0.1 }).`,
      );
    }
    this.baseLr = optimizer.lr;
  }

  /** Learning rate of epoch n = 0, 1, … */
  abstract lrAt(epoch: number): number;

  step(): void {
    this.setEpoch(this.epoch + 1);
  }

  /** As if `epoch` epochs had been done: for a resumed run. */
  setEpoch(epoch: number): void {
    this.epoch = checkInteger(`${this.constructor.name}: epoch`, epoch);
    this.optimizer.lr = this.lrAt(epoch);
  }
}

export interface StepLROptions {
  /** Epochs between decays. */
  stepSize: number;
  /** Default 0.1. */
  gamma?: number;
}

/** lr gamma^floor(n / stepSize) */
export class StepLR extends Scheduler {
  readonly stepSize: number;
  readonly gamma: number;

  constructor(optimizer: Optimizer, options: StepLROptions) {
    super(optimizer);
    checkOptions("StepLR", options ?? null, ["stepSize", "gamma"]);
    this.stepSize = checkInteger("StepLR: stepSize", options.stepSize, 1);
    this.gamma = checkPositive("StepLR: gamma", options.gamma ?? 0.1);
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

/** lr gamma^(number of milestones <= n) */
export class MultiStepLR extends Scheduler {
  readonly milestones: readonly number[];
  readonly gamma: number;

  constructor(optimizer: Optimizer, options: MultiStepLROptions) {
    super(optimizer);
    checkOptions("MultiStepLR", options ?? null, ["milestones", "gamma"]);
    if (!Array.isArray(options.milestones))
      throw new TypeError(
        `MultiStepLR: milestones is ${show(options.milestones)}; expected an array of epochs.`,
      );
    this.milestones = options.milestones.map((each: number) =>
      checkInteger("MultiStepLR: a milestone", each),
    );
    this.gamma = checkPositive("MultiStepLR: gamma", options.gamma ?? 0.1);
    // A milestone at 0 counts from the start.
    this.setEpoch(0);
  }

  lrAt(epoch: number): number {
    return this.baseLr * this.gamma ** this.milestones.filter((milestone) => milestone <= epoch).length;
  }
}

export interface CosineAnnealingLROptions {
  /** Epochs from the base rate to the lowest. */
  tMax: number;
  /** Default 0. */
  etaMin?: number;
}

/** etaMin + (lr - etaMin) (1 + cos(pi n / tMax)) / 2. @source I. Loshchilov, F. Hutter, "SGDR", ICLR 2017, eq. 5 */
export class CosineAnnealingLR extends Scheduler {
  readonly tMax: number;
  readonly etaMin: number;

  constructor(optimizer: Optimizer, options: CosineAnnealingLROptions) {
    super(optimizer);
    checkOptions("CosineAnnealingLR", options ?? null, ["tMax", "etaMin"]);
    this.tMax = checkInteger("CosineAnnealingLR: tMax", options.tMax, 1);
    this.etaMin = checkNonNegative("CosineAnnealingLR: etaMin", options.etaMin ?? 0);
  }

  lrAt(epoch: number): number {
    return this.etaMin + ((this.baseLr - this.etaMin) * (1 + Math.cos((Math.PI * epoch) / this.tMax))) / 2;
  }
}

const MAX_EPOCHS = 1_000_000;

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

/** (1 - n/E) pme sin(2 pi w n/E) + lr0 + n (lrf - lr0) / E; the optimizer's own rate is not used. */
export class SinDescent extends Scheduler {
  readonly options: Readonly<SinDescentOptions>;

  constructor(optimizer: Optimizer, options: SinDescentOptions) {
    super(optimizer);
    checkOptions("SinDescent", options ?? null, ["epochs", "pme", "w", "lr0", "lrf"]);
    if (checkInteger("SinDescent: epochs", options.epochs, 1) > MAX_EPOCHS) {
      throw new RangeError(
        `SinDescent: epochs is ${options.epochs}; expected at most ${MAX_EPOCHS}, since the rate of each is checked.`,
      );
    }
    for (const name of ["pme", "w", "lr0", "lrf"] as const) checkFinite(`SinDescent: ${name}`, options[name]);
    this.options = { ...options };
    for (let n = 0; n <= options.epochs; n++) {
      if (this.lrAt(n) < 0)
        throw new RangeError(
          `SinDescent: the rate of epoch ${n} would be ${this.lrAt(n)}; expected at least 0. Use a smaller pme.`,
        );
    }
    this.setEpoch(0);
  }

  lrAt(epoch: number): number {
    const { epochs, pme, w, lr0, lrf } = this.options;
    const done = epoch / epochs;
    return (1 - done) * pme * Math.sin(2 * Math.PI * w * done) + lr0 + (epoch * (lrf - lr0)) / epochs;
  }
}
