/** The learnable threshold theta of a layer: one scalar, drawn once, kept above a small minimum. */

import { checkFloat32, fitsFloat32, FLOAT32_EXPECTED } from "../checks.js";
import { ShapeError } from "../errors.js";
import { formatShape } from "../shapes.js";
import { Parameter } from "../module/parameter.js";
import { defaultGenerator } from "../random/generator.js";
import type { Place } from "../schema/place.js";
import { withDefault, type Schema } from "../schema/schema.js";
import { float32, orNone, real, type ValueType } from "../schema/value-types.js";
import { Tensor } from "../tensor/tensor.js";
import {
  detachResetField,
  sigmoidBackendField,
  steepness,
  storeVSeqField,
  type NodeBackend,
} from "./node-options.js";

/** Options of the neurons with a learnable threshold, with the defaults of the reference. */
export interface ThresholdOptions {
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

export type ThresholdSettings = Required<ThresholdOptions>;

const cpu: ValueType<"cpu"> = {
  expects: '"cpu"',
  read: (value, place) =>
    value === "cpu" ? value : place.fail(`is ${place.show(value)}; expected "cpu". Leave it out.`),
  write: (value) => value,
};

export const thresholdSchema: Schema<ThresholdSettings> = {
  fields: {
    vThreshold: withDefault(float32({ above: 0 }), 1, "Scale of the initial threshold."),
    vthInitL: withDefault(
      real({ from: 0 }),
      0.8,
      "Lower end of the range, in units of v_threshold, that the initial threshold of each layer is drawn from.",
    ),
    vthInitH: withDefault(real({ from: 0 }), 1, "Upper end of that range."),
    alpha: withDefault(
      steepness,
      1,
      "Steepness of the sigmoid whose slope stands in for that of the spike; the slope is at most a quarter of it.",
    ),
    // Where it computes.
    device: withDefault(cpu, "cpu", "", { inFiles: false }),
    minThreshold: withDefault(
      orNone(float32({ above: 0 })),
      1e-3,
      "What the optimizer keeps the threshold at or above; none: it may become 0 or negative.",
    ),
    detachReset: detachResetField,
    backend: sigmoidBackendField,
    storeVSeq: storeVSeqField,
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

/** Draws theta, once. */
export function createThreshold(settings: ThresholdSettings): Parameter {
  const { vThreshold, vthInitL, vthInitH, minThreshold } = settings;
  const minimum = minThreshold === null ? null : Math.fround(minThreshold);
  const drawn = defaultGenerator().uniform(vthInitL * vThreshold, vthInitH * vThreshold);
  const theta = Tensor.full([1], Math.max(drawn, minimum ?? 0));
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

/**
 * Sets theta in place.
 *
 * @throws TypeError, ShapeError unless there is exactly one element; RangeError unless it is finite and, when
 *   guarded, > 0
 */
export function setThreshold(where: string, theta: Parameter, coeffs: Tensor | number): void {
  if (coeffs instanceof Tensor && coeffs.size !== 1) {
    throw new ShapeError(
      `${where}: got a tensor of shape ${formatShape(coeffs.shape)}; expected one element: a layer has one threshold.`,
    );
  }
  const value = Tensor.isTensor(coeffs) ? coeffs.item() : coeffs;
  theta.data[0] = checkThreshold(`${where}: the threshold`, value, theta.minimum !== null);
  theta.touched();
}
