/** Optimizers and schedulers by name, as experiment files and the trainer know them: options, and how one is made. */

import { checkOneOf } from "../checks.js";
import type { Schema } from "../schema/schema.js";
import { Adam, AdamW, adamSchema, adamWSchema } from "./adam.js";
import type { AdamOptions } from "./adam-family.js";
import { ExponentialLR, exponentialLRSchema, type ExponentialLROptions } from "./exponential-lr.js";
import { LinearLR, linearLRSchema, type LinearLROptions } from "./linear-lr.js";
import { NAdam, nadamSchema, type NAdamOptions } from "./nadam.js";
import { OneCycleLR, oneCycleLRSchema, type OneCycleLROptions } from "./one-cycle-lr.js";
import type { Optimizer, Params } from "./optimizer.js";
import { RAdam, radamSchema, type RAdamOptions } from "./radam.js";
import {
  ReduceLROnPlateau, reduceLROnPlateauSchema, type ReduceLROnPlateauOptions,
} from "./reduce-lr-on-plateau.js"; // prettier-ignore
import { RMSprop, rmspropSchema, type RMSpropOptions } from "./rmsprop.js";
import {
  CosineAnnealingLR, cosineAnnealingLRSchema, MultiStepLR, multiStepLRSchema, SinDescent, sinDescentSchema, StepLR,
  stepLRSchema, type CosineAnnealingLROptions, type MultiStepLROptions, type Scheduler, type SinDescentOptions,
  type StepLROptions,
} from "./schedulers.js"; // prettier-ignore
import { SGD, sgdSchema, type SGDOptions } from "./sgd.js";

export interface OptimizerParams {
  SGD: SGDOptions;
  Adam: AdamOptions;
  AdamW: AdamOptions;
  RMSprop: RMSpropOptions;
  RAdam: RAdamOptions;
  NAdam: NAdamOptions;
}

export type OptimizerKind = keyof OptimizerParams;

/** Parameters with options of their own. */
export interface OptimizerGroup {
  /** The learned thresholds of all spiking layers; or names such as "layers.fc1.weight", where * stands for anything. */
  parameters: "thresholds" | readonly string[];
  /** Over those of all: { lr: 1e-4 }. */
  params: object;
}

/** How parameters are moved that are to be moved otherwise than the rest. */
export interface OptimizerGroups {
  /** Learning rate of the learned thresholds; that of all if it is left out. */
  thresholdLr?: number;
  groups?: readonly OptimizerGroup[];
}

/** { kind: "SGD", params: { lr: 0.1 } } */
export type OptimizerSpec = {
  [K in OptimizerKind]: { kind: K; params: OptimizerParams[K] } & OptimizerGroups;
}[OptimizerKind];

interface OptimizerRow<O> {
  /** In one line, for the reference. */
  readonly summary: string;
  readonly schema: Schema<Readonly<Required<O>>>;
  readonly create: (params: Params<O>, options: O) => Optimizer;
}

export const optimizerTable: { readonly [K in OptimizerKind]: OptimizerRow<OptimizerParams[K]> } = {
  SGD: {
    summary: "Stochastic gradient descent, with momentum if asked for.",
    schema: sgdSchema,
    create: (params, options) => new SGD(params, options),
  },
  Adam: {
    summary: "Steps scaled by running means of the gradient and of its square.",
    schema: adamSchema,
    create: (params, options) => new Adam(params, options),
  },
  AdamW: {
    summary: "Adam, with weight decay apart from the gradient.",
    schema: adamWSchema,
    create: (params, options) => new AdamW(params, options),
  },
  RMSprop: {
    summary: "Steps scaled by a running mean of the square of the gradient.",
    schema: rmspropSchema,
    create: (params, options) => new RMSprop(params, options),
  },
  RAdam: {
    summary: "Adam whose first steps are those of momentum alone, until the mean of the squares is certain.",
    schema: radamSchema,
    create: (params, options) => new RAdam(params, options),
  },
  NAdam: {
    summary: "Adam with Nesterov's momentum.",
    schema: nadamSchema,
    create: (params, options) => new NAdam(params, options),
  },
};

export interface SchedulerParams {
  StepLR: StepLROptions;
  MultiStepLR: MultiStepLROptions;
  CosineAnnealingLR: CosineAnnealingLROptions;
  SinDescent: SinDescentOptions;
  LinearLR: LinearLROptions;
  ExponentialLR: ExponentialLROptions;
  OneCycleLR: OneCycleLROptions;
  ReduceLROnPlateau: ReduceLROnPlateauOptions;
}

export type SchedulerKind = keyof SchedulerParams;

export type SchedulerSpec = { [K in SchedulerKind]: { kind: K; params: SchedulerParams[K] } }[SchedulerKind];

interface SchedulerRow<O> {
  /** In one line, for the reference. */
  readonly summary: string;
  readonly schema: Schema<Readonly<Required<O>>>;
  readonly create: (optimizer: Optimizer, options: O) => Scheduler;
}

export const schedulerTable: { readonly [K in SchedulerKind]: SchedulerRow<SchedulerParams[K]> } = {
  StepLR: {
    summary: "The rate decays every so many epochs.",
    schema: stepLRSchema,
    create: (optimizer, options) => new StepLR(optimizer, options),
  },
  MultiStepLR: {
    summary: "The rate decays at given epochs.",
    schema: multiStepLRSchema,
    create: (optimizer, options) => new MultiStepLR(optimizer, options),
  },
  CosineAnnealingLR: {
    summary: "The rate falls, and rises again, along a cosine.",
    schema: cosineAnnealingLRSchema,
    create: (optimizer, options) => new CosineAnnealingLR(optimizer, options),
  },
  SinDescent: {
    summary:
      "The rate of epoch n of E is (1 - n/E) pme sin(2π w n/E) + lr0 + n (lrf - lr0) / E, whatever that of the optimizer.",
    schema: sinDescentSchema,
    create: (optimizer, options) => new SinDescent(optimizer, options),
  },
  LinearLR: {
    summary: "The rate grows along a line over the first epochs, from a part of it to the whole: warm-up.",
    schema: linearLRSchema,
    create: (optimizer, options) => new LinearLR(optimizer, options),
  },
  ExponentialLR: {
    summary: "The rate decays by the same factor every epoch.",
    schema: exponentialLRSchema,
    create: (optimizer, options) => new ExponentialLR(optimizer, options),
  },
  OneCycleLR: {
    summary: "The rate grows to the highest and falls far below where it began, over all epochs.",
    schema: oneCycleLRSchema,
    create: (optimizer, options) => new OneCycleLR(optimizer, options),
  },
  ReduceLROnPlateau: {
    summary: "The rate decays when the checkpoint metric has not improved for some epochs.",
    schema: reduceLROnPlateauSchema,
    create: (optimizer, options) => new ReduceLROnPlateau(optimizer, options),
  },
};

export const optimizerKinds = /* @__PURE__ */ Object.keys(optimizerTable) as OptimizerKind[];
export const schedulerKinds = /* @__PURE__ */ Object.keys(schedulerTable) as SchedulerKind[];

/** @throws RangeError, TypeError on a kind or parameter that is not known */
export function createOptimizer(spec: OptimizerSpec, params: Params<object>): Optimizer {
  return build(checkOneOf("optimizer.kind", spec.kind, optimizerKinds), spec.params, params);
}

/** @throws RangeError, TypeError on a kind or parameter that is not known */
export function createScheduler(spec: SchedulerSpec, optimizer: Optimizer): Scheduler {
  return schedule(checkOneOf("scheduler.kind", spec.kind, schedulerKinds), spec.params, optimizer);
}

function build<K extends OptimizerKind>(
  kind: K,
  options: OptimizerParams[K],
  params: Params<OptimizerParams[K]>,
): Optimizer {
  return optimizerTable[kind].create(params, options);
}

function schedule<K extends SchedulerKind>(
  kind: K,
  options: SchedulerParams[K],
  optimizer: Optimizer,
): Scheduler {
  return schedulerTable[kind].create(optimizer, options);
}
