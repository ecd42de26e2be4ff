/** The options that all neurons share, and the types of those that several have. */

import type { StepMode } from "../module/module.js";
import { refuse } from "../schema/place.js";
import { optional, required, withDefault, type Schema } from "../schema/schema.js";
import { flag, float32, oneOf, orNone, type ValueType } from "../schema/value-types.js";
import type { Surrogate } from "../surrogates/surrogate.js";

/**
 * How a neuron computes. 'fused': one kernel for the whole time loop. 'eager': tensor operations step by step,
 * for surrogates that the kernels do not know and as a check.
 */
export type NodeBackend = "fused" | "eager";

/** What a class that extends BaseNode hands up. */
export interface BaseNodeOptions {
  vReset: number | null;
  surrogateFunction: Surrogate;
  detachReset?: boolean;
  stepMode?: StepMode;
  backend?: NodeBackend;
  storeVSeq?: boolean;
}

type BaseNodeSettings = Required<Omit<BaseNodeOptions, "backend">> & Pick<BaseNodeOptions, "backend">;

/** A number that a potential can be set to, or none: soft reset. */
export const reset = orNone(float32());

/** alpha of a sigmoid surrogate. */
export const steepness = float32({ above: 0 });

const aboveOneStep = "a time constant above 1 time step";

/** In time steps. With 1 or less, nothing of the potential would remain. */
export const timeConstant: ValueType<number> = {
  ...float32(),
  expects: aboveOneStep,
  read(value, place) {
    if (typeof value !== "number") return place.mistype(value, "a number", aboveOneStep);
    const tau = float32().read(value, place);
    return Math.fround(tau) > 1 ? tau : refuse(place, value, aboveOneStep);
  },
};

const exampleOfSurrogate = "a function of q = u - theta, such as sigmoidSurrogate(1)";

export const surrogate: ValueType<Surrogate> = {
  expects: exampleOfSurrogate,
  read: (value, place) =>
    typeof value === "function" ? (value as Surrogate) : refuse(place, value, exampleOfSurrogate, "type"),
  write: () => undefined,
};

const nodeBackend = oneOf(["fused", "eager"]);

// What these mean is told in experiment/description/neuron-schema.ts.
export const detachResetField = withDefault(flag, false);
export const storeVSeqField = withDefault(flag, false);

/** Whether x is one time step (s) or all of them (m). */
export const stepModeField = withDefault(oneOf(["s", "m"]), "s", "", { inFiles: false });

/** Of a neuron whose surrogate is always the sigmoid. */
export const sigmoidBackendField = withDefault(
  nodeBackend,
  "fused",
  "How the neuron computes: one kernel for all time steps (fused), or tensor operations step by step (eager).",
);

export const backendField = optional(
  nodeBackend,
  "How the neuron computes: one kernel for all time steps (fused), or tensor operations step by step (eager). " +
    "Fused if it is left out, unless the surrogate is another one than the sigmoid.",
);

export const baseNodeSchema: Schema<BaseNodeSettings> = {
  fields: {
    // What the potential is set to after a spike; none: the threshold is subtracted.
    vReset: required(reset),
    // What stands in for the slope of the spike.
    surrogateFunction: required(surrogate),
    detachReset: detachResetField,
    stepMode: stepModeField,
    backend: backendField,
    storeVSeq: storeVSeqField,
  },
};
