/** The learnable threshold theta of a layer: one scalar, drawn once, kept above a small minimum. */

import { checkFinite, checkFloat32, checkNonNegative, checkPositive } from "../checks.js";
import { show } from "../show.js";
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
  checkFloat32(`${where}: vThreshold`, vThreshold);
  checkNonNegative(`${where}: vthInitL`, vthInitL);
  checkFinite(`${where}: vthInitH`, vthInitH);
  if (vthInitL > vthInitH) {
    throw new RangeError(
      `${where}: vthInitL is ${vthInitL} and vthInitH ${vthInitH}; expected vthInitL <= vthInitH.`,
    );
  }
  if (device !== "cpu")
    throw new RangeError(`${where}: device is ${show(device)}; expected "cpu". Leave it out.`);
  const minimum =
    minThreshold === null
      ? null
      : checkFloat32(`${where}: minThreshold`, checkPositive(`${where}: minThreshold`, minThreshold));
  checkPositive(`${where}: alpha`, alpha);
  const steepness = checkFloat32(`${where}: alpha`, alpha);
  checkFloat32(`${where}: vthInitH times vThreshold`, vthInitH * vThreshold);
  const drawn = defaultGenerator().uniform(vthInitL * vThreshold, vthInitH * vThreshold);
  const theta = Tensor.full([1], Math.max(drawn, minimum ?? 0));
  return { theta: new Parameter(theta, { decays: false, minimum }), alpha: steepness };
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
