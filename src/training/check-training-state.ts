/** Whether a state could have come from a run of this model. What it contains may have come from a file. */

import { checkBetween, checkInteger } from "../checks.js";
import { show } from "../show.js";
import { ShapeError, StateError } from "../errors.js";
import type { SpikingModel } from "../models/spiking-model.js";
import type { StateDict } from "../module/state-dict.js";
import { Generator } from "../random/generator.js";
import { formatShape, sameShape, sizeOf, type Shape } from "../shapes.js";
import type { TrainingState } from "./training-state.js";

/** @throws TypeError unless it is made like a state; whether it fits is asked after that */
export function checkIsState(where: string, state: unknown): asserts state is TrainingState {
  const parts = (state ?? {}) as Record<string, unknown>;
  const missing = STATE_PARTS.find((name) => typeof parts[name] !== "object" || parts[name] === null);
  if (typeof state === "object" && missing === undefined) return;
  throw new TypeError(
    `${where}: the state is ${show(state)}${missing === undefined ? "" : ` without ${missing}`}; ` +
      `expected what Trainer.state() or loadCheckpoint() gave.`,
  );
}

const STATE_PARTS = [
  "fingerprint",
  "weights",
  "optimizer",
  "epochStart",
  "generator",
  "dropout",
  "totals",
  "selection",
  "history",
];

/** @throws RangeError, ShapeError, StateError naming the entry that no run leaves */
export function checkTrainingState(
  where: string,
  state: TrainingState,
  model: SpikingModel,
  batches: number,
  batchesPerStep = 1,
): void {
  const { epoch, batch, totals, selection, history, weights, bestWeights } = state;
  checkInteger(`${where}: epoch`, epoch);
  checkBetween(`${where}: batch`, checkInteger(`${where}: batch`, batch), 0, batches);
  if (batch % batchesPerStep !== 0 && batch !== batches) {
    throw new RangeError(
      `${where}: batch is ${batch} of ${batches}; expected one after a step of ${batchesPerStep} batches.`,
    );
  }
  checkInteger(`${where}: optimizer.steps`, state.optimizer.steps);
  if (history.length !== epoch) {
    throw new StateError(
      `${where}: the history has ${history.length} epochs; expected ${epoch}, as many as are over.`,
    );
  }
  for (const generator of [state.epochStart, state.generator, state.dropout])
    new Generator(0).state = generator;
  const layers = model.spikingLayers().length;
  if (totals.spikes.length !== 0 && totals.spikes.length !== layers) {
    throw new StateError(`${where}: spikes of ${totals.spikes.length} layers; expected ${layers}.`);
  }
  const [classes] = model.outputShape;
  if (totals.confusion !== null && !isSquare(totals.confusion, classes)) {
    throw new StateError(
      `${where}: the confusion matrix is not ${classes} by ${classes}; expected one row per class.`,
    );
  }
  if (selection.best !== null) checkInteger(`${where}: the best epoch`, selection.best.epoch, 1);
  const own = model.stateDict();
  const extraShape = (name: string): Shape | null => model.extraShape(name);
  checkWeights(`${where}: weights`, weights, own, extraShape);
  if (bestWeights !== null) checkWeights(`${where}: weights of the best epoch`, bestWeights, own, extraShape);
}

function isSquare(counts: readonly (readonly number[])[], size: number): boolean {
  return counts.length === size && counts.every((row) => row.length === size);
}

/** Names, shapes and finite numbers. */
function checkWeights(
  where: string,
  weights: StateDict,
  own: StateDict,
  extraShape: (name: string) => Shape | null,
): void {
  const differing = [
    ...Object.keys(own).filter((name) => !Object.hasOwn(weights, name) && extraShape(name) === null),
    ...Object.keys(weights).filter((name) => !Object.hasOwn(own, name) && extraShape(name) === null),
  ];
  if (differing.length > 0) {
    throw new StateError(`${where}: ${differing[0]} is on one side only; expected the names of the model.`);
  }
  for (const [name, { shape, data }] of Object.entries(weights)) {
    const expected = Object.hasOwn(own, name) ? own[name].shape : (extraShape(name) ?? []);
    if (!sameShape(shape, expected) || data.length !== sizeOf(expected)) {
      throw new ShapeError(`${where}: ${name} is ${formatShape(shape)}; expected ${formatShape(expected)}.`);
    }
    const wrong = data.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) {
      throw new RangeError(
        `${where}: ${name} holds ${data[wrong]} at element ${wrong}; expected finite numbers.`,
      );
    }
  }
}
