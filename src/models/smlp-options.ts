/** Options of an SMLP: what they mean, their defaults, and which of them make no network. */

import type { StepMode } from "../module/module.js";
import type { NeuronSpec } from "../neurons/table.js";
import { readOptions, required, type Schema } from "../schema/schema.js";
import { listOf } from "../schema/value-types.js";
import type { Shape } from "../shapes.js";
import { neuronFields, shapeFields, timestepCount, width } from "./model-fields.js";

export interface SMLPOptions {
  /** Channels last, without batch and time: [H, W, C], [S, C] or [F]. */
  inputShape: Shape;
  /** [classes] */
  outputShape: Shape;
  /** Neurons of each hidden layer. */
  units: readonly number[];
  /** T */
  timesteps: number;
  neuron: NeuronSpec;
  /** Default 's'. */
  stepMode?: StepMode;
}

/** Options with every default filled in. */
export type ResolvedSMLPOptions = Required<SMLPOptions>;

export const smlpSchema: Schema<ResolvedSMLPOptions> = {
  fields: {
    ...shapeFields,
    units: required(listOf(width), "Neurons of each hidden layer."),
    timesteps: required(timestepCount, "Time steps T that an input is shown for."),
    ...neuronFields,
  },
};

/** Copies, so that what the caller changes later is not this network. @throws TypeError, RangeError */
export function resolveSMLPOptions(options: SMLPOptions): ResolvedSMLPOptions {
  return readOptions("SMLP", options, smlpSchema);
}
