/**
 * One cycle: the rate grows to the highest and falls far below where it began.
 *
 * @source L. Smith, N. Topin, "Super-convergence", 2018; the phases are those of PyTorch
 */

import { readOptions, required, withDefault, type Schema } from "../schema/schema.js";
import { flag, oneOf, real, whole } from "../schema/value-types.js";
import { factor, learningRate, MAX_EPOCHS } from "./hyperparameters.js";
import type { Optimizer } from "./optimizer.js";
import { Scheduler } from "./schedulers.js";

export interface OneCycleLROptions {
  /** The highest rate; that of the optimizer is not used. */
  maxLr: number;
  /** Epochs of the whole run, at least 2. */
  totalSteps: number;
  /** Share of the epochs in which the rate grows (default 0.3). */
  pctStart?: number;
  /** Default "cos". */
  annealStrategy?: "cos" | "linear";
  /** The first rate is maxLr / divFactor (default 25). */
  divFactor?: number;
  /** The last rate is the first one / finalDivFactor (default 1e4). */
  finalDivFactor?: number;
  /** Whether the rate falls to the first one in as many epochs as it grew, and only then further (default false). */
  threePhase?: boolean;
}

type Resolved = Readonly<Required<OneCycleLROptions>>;

export const oneCycleLRSchema: Schema<Resolved> = {
  fields: {
    maxLr: required(learningRate, "The highest rate; that of the optimizer is not used."),
    totalSteps: required(whole(2, MAX_EPOCHS), "Epochs of the whole run: the schedule steps once per epoch."),
    pctStart: withDefault(real({ from: 0, to: 1 }), 0.3, "Share of the epochs in which the rate grows."),
    annealStrategy: withDefault(
      oneOf(["cos", "linear"]),
      "cos",
      "Whether the rate follows a cosine or a line.",
    ),
    divFactor: withDefault(factor, 25, "The first rate is max_lr divided by this."),
    finalDivFactor: withDefault(factor, 1e4, "The last rate is the first one divided by this."),
    threePhase: withDefault(
      flag,
      false,
      "Whether the rate first falls to where it began, and only then further.",
    ),
  },
};

interface Phase {
  /** The last epoch of it; PyTorch's may lie between two. */
  readonly end: number;
  readonly from: number;
  readonly to: number;
}

function phasesOf({ maxLr, totalSteps, pctStart, divFactor, finalDivFactor, threePhase }: Resolved): Phase[] {
  const first = maxLr / divFactor;
  const last = first / finalDivFactor;
  const top = pctStart * totalSteps - 1;
  const up = { end: top, from: first, to: maxLr };
  const end = totalSteps - 1;
  if (!threePhase) return [up, { end, from: maxLr, to: last }];
  return [up, { end: 2 * pctStart * totalSteps - 2, from: maxLr, to: first }, { end, from: first, to: last }];
}

export class OneCycleLR extends Scheduler {
  readonly #options: Resolved;
  readonly #phases: readonly Phase[];

  constructor(optimizer: Optimizer, options: OneCycleLROptions) {
    super(optimizer);
    this.#options = readOptions("OneCycleLR", options, oneCycleLRSchema);
    this.#phases = phasesOf(this.#options);
    this.setEpoch(0);
  }

  get options(): Resolved {
    return { ...this.#options };
  }

  /** After the last epoch, the last rate. */
  lrAt(epoch: number): number {
    const phases = this.#phases;
    const n = Math.min(epoch, this.#options.totalSteps - 1);
    const found = phases.findIndex(({ end }) => n <= end);
    const at = found < 0 ? phases.length - 1 : found;
    const { end, from, to } = phases[at];
    const start = at === 0 ? 0 : phases[at - 1].end;
    const done = end === start ? 1 : (n - start) / (end - start);
    if (this.#options.annealStrategy === "linear") return from + (to - from) * done;
    return to + ((from - to) / 2) * (1 + Math.cos(Math.PI * done));
  }
}
