/** The learnable threshold theta of a layer: one number, or one for each channel, drawn once, kept above a small minimum. */

import { checkFloat32, fitsFloat32, FLOAT32_EXPECTED } from "../checks.js";
import { ShapeError } from "../errors.js";
import { formatShape } from "../shapes.js";
import { Parameter } from "../module/parameter.js";
import { defaultGenerator } from "../random/generator.js";
import type { Place } from "../schema/place.js";
import { optional, withDefault, type Schema } from "../schema/schema.js";
import { float32, oneOf, orNone, real, whole, type ValueType } from "../schema/value-types.js";
import { Tensor } from "../tensor/tensor.js";
import {
  detachResetField,
  sigmoidBackendField,
  steepness,
  storeVSeqField,
  type NodeBackend,
} from "./node-options.js";
import { channelThresholds, type ThresholdShape } from "./threshold-shape.js";

/** Options of the neurons with a learnable threshold, with the defaults of the reference. */
export interface ThresholdOptions extends ThresholdShape {
  /** Scale of the initial threshold (default 1), > 0. */
  vThreshold?: number;
  /** theta starts uniform in [vthInitL vThreshold, vthInitH vThreshold] (defaults 0.8 and 1). */
  vthInitL?: number;
  vthInitH?: number;
  /** Steepness of the sigmoid surrogate (default 1), > 0. */
  alpha?: number;
  /** Only 'cpu'; there for configurations of the reference. */
  device?: "cpu";
  /** The optimizer keeps theta at or above this (default 1e-3); null turns the guard off. */
  minThreshold?: number | null;
  /** Default false. */
  detachReset?: boolean;
  /** Default 'fused'. */
  backend?: NodeBackend;
  /** Default false. */
  storeVSeq?: boolean;
}

export type ThresholdSettings = Required<Omit<ThresholdOptions, keyof ThresholdShape>> & ThresholdShape;

const cpu: ValueType<"cpu"> = {
  expects: '"cpu"',
  read: (value, place) =>
    value === "cpu" ? value : place.fail(`is ${place.show(value)}; expected "cpu". Leave it out.`),
  write: (value) => value,
};

/** What the options mean is told in experiment/description/neuron-schema.ts. */
export const thresholdSchema: Schema<ThresholdSettings> = {
  fields: {
    vThreshold: withDefault(float32({ above: 0 }), 1, "Scale of the initial threshold."),
    vthInitL: withDefault(real({ from: 0 }), 0.8),
    vthInitH: withDefault(real({ from: 0 }), 1),
    alpha: withDefault(
      steepness,
      1,
      "Steepness of the sigmoid whose slope stands in for that of the spike; the slope is at most a quarter of it.",
    ),
    // Where it computes.
    device: withDefault(cpu, "cpu", "", { inFiles: false }),
    minThreshold: withDefault(orNone(float32({ above: 0 })), 1e-3),
    detachReset: detachResetField,
    backend: sigmoidBackendField,
    storeVSeq: storeVSeqField,
    thresholdShape: optional(oneOf(["layer", "channel"])),
    channels: optional(whole(1), "", { inFiles: false }),
  },
  check: checkInitialRange,
};

function checkInitialRange({ vThreshold, vthInitL, vthInitH }: ThresholdSettings, place: Place): void {
  const [low, high] = [place.name("vthInitL"), place.name("vthInitH")];
  if (vthInitL > vthInitH) {
    place
      .at("vthInitL")
      .fail(`is ${place.show(vthInitL)} and ${high} ${place.show(vthInitH)}; expected ${low} <= ${high}.`);
  }
  const highest = vthInitH * vThreshold;
  if (!fitsFloat32(highest)) {
    place
      .at("vthInitH")
      .fail(`times ${place.name("vThreshold")} is ${place.show(highest)}; ${FLOAT32_EXPECTED}`);
  }
}

/** Draws theta: one number, for all channels. @throws as ChannelThresholds.check */
export function createThreshold(where: string, settings: ThresholdSettings): Parameter {
  const { vThreshold, vthInitL, vthInitH, minThreshold, thresholdShape, channels } = settings;
  if (thresholdShape === "channel") channelThresholds().check(where, channels);
  const minimum = minThreshold === null ? null : Math.fround(minThreshold);
  const drawn = defaultGenerator().uniform(vthInitL * vThreshold, vthInitH * vThreshold);
  const theta = Tensor.full([channels ?? 1], Math.max(drawn, minimum ?? 0));
  return new Parameter(theta, { decays: false, minimum });
}

/** The value as a float32 threshold. @throws TypeError, RangeError if it cannot be one */
export function checkThreshold(where: string, value: unknown, guarded: boolean): number {
  const theta = checkFloat32(where, value);
  if (guarded && theta <= 0) {
    throw new RangeError(
      `${where} is ${theta}; expected a threshold above 0. Set minimum = null on the parameter to allow it.`,
    );
  }
  return theta;
}

/** What one number says of several. */
export function meanOf({ data }: Tensor): number {
  return data.reduce((sum, value) => sum + value) / data.length;
}

/**
 * Sets theta in place: all of it, from one number, or from as many as there are.
 *
 * @throws TypeError, ShapeError for another number of elements; RangeError unless they are finite and, when guarded, > 0
 */
export function setThreshold(where: string, theta: Parameter, coeffs: Tensor | number): void {
  const given = coeffs instanceof Tensor ? coeffs.data : [coeffs];
  if (coeffs instanceof Tensor && coeffs.size !== 1 && coeffs.size !== theta.size) {
    throw new ShapeError(
      `${where}: got a tensor of shape ${formatShape(coeffs.shape)}; expected ${theta.size === 1 ? "one element: a layer has one threshold" : `one element, or ${theta.size}`}.`,
    );
  }
  const values = theta.data.map((_, i) =>
    checkThreshold(`${where}: the threshold`, given[i % given.length], theta.minimum !== null),
  );
  theta.data.set(values);
  theta.touched();
}
