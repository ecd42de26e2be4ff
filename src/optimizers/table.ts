/** Optimizers and schedulers by name, as configuration files and the trainer know them. */

import { checkOneOf } from "../checks.js";
import type { Tensor } from "../tensor/tensor.js";
import { Adam, AdamW, type AdamOptions } from "./adam.js";
import type { Optimizer } from "./optimizer.js";
import {
  CosineAnnealingLR, MultiStepLR, SinDescent, StepLR,
  type CosineAnnealingLROptions, type MultiStepLROptions, type Scheduler, type SinDescentOptions, type StepLROptions,
} from "./schedulers.js"; // prettier-ignore
import { SGD, type SGDOptions } from "./sgd.js";

export interface OptimizerParams {
  SGD: SGDOptions;
  Adam: AdamOptions;
  AdamW: AdamOptions;
}

export type OptimizerKind = keyof OptimizerParams;

/** { kind: "SGD", params: { lr: 0.1 } } */
export type OptimizerSpec = { [K in OptimizerKind]: { kind: K; params: OptimizerParams[K] } }[OptimizerKind];

export const optimizerTable: {
  readonly [K in OptimizerKind]: (params: Iterable<Tensor>, options: OptimizerParams[K]) => Optimizer;
} = {
  SGD: (params, options) => new SGD(params, options),
  Adam: (params, options) => new Adam(params, options),
  AdamW: (params, options) => new AdamW(params, options),
};

export interface SchedulerParams {
  StepLR: StepLROptions;
  MultiStepLR: MultiStepLROptions;
  CosineAnnealingLR: CosineAnnealingLROptions;
  SinDescent: SinDescentOptions;
}

export type SchedulerKind = keyof SchedulerParams;

export type SchedulerSpec = { [K in SchedulerKind]: { kind: K; params: SchedulerParams[K] } }[SchedulerKind];

export const schedulerTable: {
  readonly [K in SchedulerKind]: (optimizer: Optimizer, options: SchedulerParams[K]) => Scheduler;
} = {
  StepLR: (optimizer, options) => new StepLR(optimizer, options),
  MultiStepLR: (optimizer, options) => new MultiStepLR(optimizer, options),
  CosineAnnealingLR: (optimizer, options) => new CosineAnnealingLR(optimizer, options),
  SinDescent: (optimizer, options) => new SinDescent(optimizer, options),
};

export const optimizerKinds = Object.keys(optimizerTable) as OptimizerKind[];
export const schedulerKinds = Object.keys(schedulerTable) as SchedulerKind[];

/** @throws RangeError, TypeError on a kind or parameter that is not known */
export function createOptimizer(spec: OptimizerSpec, params: Iterable<Tensor>): Optimizer {
  return build(checkOneOf("optimizer.kind", spec.kind, optimizerKinds), spec.params, params);
}

/** @throws RangeError, TypeError on a kind or parameter that is not known */
export function createScheduler(spec: SchedulerSpec, optimizer: Optimizer): Scheduler {
  return schedule(checkOneOf("scheduler.kind", spec.kind, schedulerKinds), spec.params, optimizer);
}

function build<K extends OptimizerKind>(
  kind: K,
  options: OptimizerParams[K],
  params: Iterable<Tensor>,
): Optimizer {
  return optimizerTable[kind](params, options);
}

function schedule<K extends SchedulerKind>(
  kind: K,
  options: SchedulerParams[K],
  optimizer: Optimizer,
): Scheduler {
  return schedulerTable[kind](optimizer, options);
}
