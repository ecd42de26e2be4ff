/** Options that all networks described by a few numbers have in common. */

import type { StepMode } from "../module/module.js";
import { copyNeuronSpec, type NeuronSpec } from "../neurons/table.js";
import type { Place } from "../schema/place.js";
import { required, withDefault, type Fields } from "../schema/schema.js";
import { listOf, oneOf, whole, type ValueType } from "../schema/value-types.js";
import type { Shape } from "../shapes.js";

/** Neurons of a layer, or channels of a map. */
export const width = whole(1, 1_000_000);

/** run() of more would not end in reasonable time. */
const MAX_TIMESTEPS = 65536;

const steps = whole(1);

/** T */
export const timestepCount: ValueType<number> = {
  ...steps,
  read(value, place) {
    const count = steps.read(value, place);
    if (count > MAX_TIMESTEPS) {
      place.fail(
        `is ${place.show(count)}; expected at most ${MAX_TIMESTEPS}. Use stream() for longer signals.`,
      );
    }
    return count;
  },
};

const lengths = listOf(whole(1, 2 ** 31 - 1), 1, 8);

function readLengths(value: unknown, place: Place, example: string): readonly number[] {
  if (!Array.isArray(value) || value.length === 0)
    place.fail(`is ${place.show(value)}; expected an array such as ${example}.`, "type");
  return lengths.read(value, place);
}

const inputShape: ValueType<Shape> = {
  ...lengths,
  read: (value, place) => readLengths(value, place, "[8, 8, 1]"),
};

const outputShape: ValueType<Shape> = {
  ...lengths,
  expects: "a list with the number of classes",
  read(value, place) {
    const shape = readLengths(value, place, "[10]");
    if (shape.length !== 1) place.fail(`is ${place.show(shape)}; expected [classes], one number.`);
    return shape;
  },
};

/** Kept as it is given: its kind checks its params when a neuron is made. */
const neuron: ValueType<NeuronSpec> = {
  expects: '{ kind, params }, such as { kind: "ATIF" }',
  read: (value) => copyNeuronSpec(value as NeuronSpec),
  write: () => undefined,
};

export interface ModelShapes {
  readonly inputShape: Shape;
  readonly outputShape: Shape;
}

/** Channels last, without batch and time. */
export const shapeFields: Fields<ModelShapes> = {
  inputShape: required(
    inputShape,
    "Of one sample, channels last: [height, width, channels], [length, channels] or [features].",
  ),
  outputShape: required(outputShape, "[classes]"),
};

export interface NeuronChoice {
  readonly neuron: NeuronSpec;
  readonly stepMode: StepMode;
}

export const neuronFields: Fields<NeuronChoice> = {
  neuron: required(neuron, "The spiking neuron of every hidden layer."),
  // 's': one time step after the other; 'm': all time steps of a layer in one call.
  stepMode: withDefault(oneOf(["s", "m"]), "s", "", { inFiles: false }),
};
