/** Everything that happens in a network while it looks at one sample: every input, potential and spike. */

import { checkBoolean, checkOptions } from "../checks.js";
import { ShapeError } from "../errors.js";
import { checkModel } from "../models/check-model.js";
import { preparedTensor } from "../models/prepare-samples.js";
import type { SpikingModel } from "../models/spiking-model.js";
import { sizeOf, formatShape, type Shape } from "../shapes.js";
import { scope } from "../tensor/scope.js";
import { Tensor } from "../tensor/tensor.js";
import { walkLayers, type LayerVisit } from "./layer-walk.js";

/** One spiking layer over T steps; arrays are [T, neurons], row-major, neurons in the order of `shape`. */
export interface LayerActivity {
  /** In the state dict, without its parameter: "layers.neuron1". */
  readonly name: string;
  /** "ATIF" */
  readonly kind: string;
  readonly theta: number;
  /** One time step, channels last: [H, W, C], [S, C] or [F]. */
  readonly shape: Shape;
  readonly neurons: number;
  /** What each neuron took in. */
  readonly input: Float32Array;
  /** The potential u with that, before it fired. */
  readonly charged: Float32Array;
  /** 1 where it fired. */
  readonly spikes: Uint8Array;
  /** The potential v after the reset. */
  readonly potential: Float32Array;
  /** The potential before the first step, of all neurons. */
  readonly rest: number;
}

export interface Activity {
  readonly timesteps: number;
  readonly classes: number;
  /** In the order of the network. */
  readonly layers: readonly LayerActivity[];
  /** What the network gave at each step, [T, classes]. */
  readonly outputs: Float32Array;
  /**
   * The mean of the outputs so far, [T, classes]: row t - 1 is what run(model.prepare(x)) of a model with t time steps gives,
   * to the bit.
   */
  readonly scores: Float32Array;
  /** [T] the class with the highest score after each step; the first on a tie. */
  readonly answers: Int32Array;
}

/**
 * Shows one sample, prepared as model.preprocessing says, to the model from rest, in evaluation mode, and records. The state of the neurons is forgotten;
 * nothing else of the model changes.
 *
 * @param x [1, ...inputShape], as data give it: prepared by nobody; with `time`, a signal [T, 1, ...inputShape]
 * @param options timesteps: how many steps to record; those of the model if left out. More show how the answer of a
 *   still sample would settle. time: whether x changes over time, as runSequence() takes it.
 * @throws TypeError, ShapeError, RangeError for an input that the model does not take
 */
export function recordActivity(
  model: SpikingModel,
  x: Tensor,
  options: { readonly timesteps?: number; readonly time?: boolean } = {},
): Activity {
  const where = "recordActivity";
  checkOptions(where, options, ["timesteps", "time"]);
  const time = checkBoolean(`${where}: time`, options.time ?? false);
  if (Tensor.isTensor(x) && x.shape[time ? 1 : 0] !== 1) {
    const expected = time ? "one signal, [T, 1, ...]" : "one sample, [1, ...]";
    throw new ShapeError(`${where}: x is ${formatShape(x.shape)}; expected ${expected}.`);
  }
  const layers: LayerActivity[] = [];
  const visit = (layer: LayerVisit): void => void layers.push(activityOf(layer));
  checkModel(where, model);
  const shown = Tensor.isTensor(x) ? preparedOver(time, model, x) : x;
  const walk = { ...options, potentials: true, visit };
  try {
    return walkLayers(where, model, shown, walk, (outputs) => activityFrom(model, layers, outputs));
  } finally {
    if (shown !== x) shown.dispose();
  }
}

/** Of a signal [T, 1, ...], every step by itself. */
function preparedOver(time: boolean, model: SpikingModel, x: Tensor): Tensor {
  if (!time || model.preprocessing.length === 0) return preparedTensor(model, x);
  const [T, , ...frame] = x.shape;
  return scope(() => {
    const prepared = preparedTensor(model, x.alias([T, ...frame]));
    return prepared.alias([T, 1, ...prepared.shape.slice(1)]);
  });
}

function activityFrom(model: SpikingModel, layers: readonly LayerActivity[], outputs: Tensor): Activity {
  const [timesteps, , classes] = outputs.shape;
  const scores = new Float32Array(timesteps * classes);
  const answers = new Int32Array(timesteps);
  let total: Tensor | null = null;
  for (let t = 1; t <= timesteps; t++) {
    const before: Tensor | null = total;
    // In the order of run(), step by step or all at once: rounding is part of the answer.
    const sum: Tensor =
      model.stepMode === "m" ? sumOfFirst(outputs, t) : sumWithNext(before, outputs.at(t - 1));
    scope(() => {
      const mean = sum.div(t);
      scores.set(mean.data, (t - 1) * classes);
      answers[t - 1] = mean.argmax()[0];
    });
    before?.dispose();
    total = sum;
  }
  total?.dispose();
  return { timesteps, classes, layers, outputs: outputs.toArray(), scores, answers };
}

function sumOfFirst(outputs: Tensor, steps: number): Tensor {
  return scope(() => outputs.alias([steps, ...outputs.shape.slice(1)]).sum(0));
}

function sumWithNext(sum: Tensor | null, next: Tensor): Tensor {
  if (sum === null) return next;
  const total = sum.add(next);
  next.dispose();
  return total;
}

function activityOf({ name, neuron, input, output, potential }: LayerVisit): LayerActivity {
  const shape = input.shape.slice(2);
  const neurons = sizeOf(shape);
  const after = potential ?? Tensor.full(input.shape, 0, input.backend);
  return {
    name,
    kind: neuron.traits.kind,
    theta: neuron.theta,
    shape,
    neurons,
    input: input.toArray(),
    charged: neuron.chargedFromRest(input, after).toArray(),
    spikes: Uint8Array.from(output.data, (y) => (y === 0 ? 0 : 1)),
    potential: after.toArray(),
    rest: neuron.rest,
  };
}
