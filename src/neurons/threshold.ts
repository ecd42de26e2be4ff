/** The learnable threshold theta of a layer: one scalar, drawn once, kept above a small minimum. */

import { checkBetween, checkFinite, checkPositive } from "../checks.js";
import { ShapeError } from "../errors.js";
import { formatShape } from "../shapes.js";
import { Parameter } from "../module/parameter.js";
import { defaultGenerator } from "../random/generator.js";
import { Tensor } from "../tensor/tensor.js";

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
}

export const thresholdOptionNames = [
  "vThreshold",
  "vthInitL",
  "vthInitH",
  "alpha",
  "device",
  "minThreshold",
] as const;

const DEFAULT_MINIMUM = 1e-3;

/** @throws RangeError, TypeError with a sentence for every option that makes no threshold */
export function createThreshold(
  where: string,
  options: ThresholdOptions,
): { theta: Parameter; alpha: number } {
  const {
    vThreshold = 1,
    vthInitL = 0.8,
    vthInitH = 1,
    alpha = 1,
    device = "cpu",
    minThreshold = DEFAULT_MINIMUM,
  } = options;
  checkPositive(`${where}: vThreshold`, vThreshold);
  checkBetween(`${where}: vthInitL`, vthInitL, 0, Number.MAX_VALUE);
  checkFinite(`${where}: vthInitH`, vthInitH);
  if (vthInitL > vthInitH) {
    throw new RangeError(
      `${where}: vthInitL is ${vthInitL} and vthInitH ${vthInitH}; expected vthInitL <= vthInitH.`,
    );
  }
  if (device !== "cpu")
    throw new RangeError(`${where}: device is ${JSON.stringify(device)}; expected "cpu".`);
  if (minThreshold !== null) checkPositive(`${where}: minThreshold`, minThreshold);
  checkPositive(`${where}: alpha`, alpha);
  const drawn = defaultGenerator().uniform(vthInitL * vThreshold, vthInitH * vThreshold);
  const theta = Tensor.full([1], Math.max(drawn, minThreshold ?? 0));
  return { theta: new Parameter(theta, { decays: false, minimum: minThreshold }), alpha: Math.fround(alpha) };
}

/** Whether a value may be a threshold. @throws RangeError */
export function checkThreshold(where: string, value: number, guarded: boolean): number {
  checkFinite(where, value);
  if (guarded && value <= 0) {
    throw new RangeError(
      `${where} is ${value}; expected a threshold above 0. Set minimum = null on the parameter to allow it.`,
    );
  }
  return value;
}

/**
 * Sets theta in place.
 *
 * @throws ShapeError unless there is exactly one element; RangeError unless it is finite and, when guarded, > 0
 */
export function setThreshold(where: string, theta: Parameter, coeffs: Tensor | number): void {
  const value = typeof coeffs === "number" ? coeffs : coeffs.size === 1 ? coeffs.item() : null;
  if (value === null) {
    throw new ShapeError(
      `${where}: got a tensor of shape ${formatShape((coeffs as Tensor).shape)}; expected one element: a layer has one threshold.`,
    );
  }
  theta.data[0] = checkThreshold(`${where}: the threshold`, value, theta.minimum !== null);
  theta.touched();
}
