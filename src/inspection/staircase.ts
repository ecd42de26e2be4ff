/**
 * The quantizer that a layer of ATIF neurons is. From rest, a constant input x gives the mean output
 *
 *   theta clip(floor(T x / theta), 0, T) / T
 *
 * over T steps: a staircase with T + 1 levels up to theta (docs/neuron.md, equation 7). What it leaves of a positive input
 * is lost in two ways: rounding down to a level below theta, and clipping above it.
 */

import { checkFloat32, checkInteger, checkOptions, checkPositive } from "../checks.js";
import { show } from "../show.js";

/** A staircase. */
export interface Staircase {
  /** The highest level, > 0. */
  readonly theta: number;
  /** Steps below it. */
  readonly timesteps: number;
}

/** Of inputs x against max(0, x), what a neuron without steps and without a ceiling would give. */
export interface QuantizationError {
  /** Mean square over all inputs, of the part lost below theta. */
  readonly rounding: number;
  /** Mean square over all inputs, of the part lost above theta. */
  readonly clipping: number;
  /** Their sum. */
  readonly total: number;
  /** Share of the inputs that are above theta. */
  readonly clipped: number;
  /** Share of the inputs that are positive but below the first step. */
  readonly vanished: number;
}

/** How many values lie in each of equal intervals. */
export interface Histogram {
  readonly low: number;
  readonly high: number;
  /** One per interval; the last one includes `high`. */
  readonly counts: Int32Array;
  /** Values outside. */
  readonly below: number;
  readonly above: number;
}

/** The mean output for a constant input x. @throws TypeError, RangeError */
export function staircase(x: number, stairs: Staircase): number {
  checkStaircase("staircase", stairs);
  return level(x, stairs);
}

function level(x: number, { theta, timesteps }: Staircase): number {
  return (theta * Math.min(timesteps, Math.max(0, Math.floor((timesteps * x) / theta)))) / timesteps;
}

/** A corner of a staircase: input and mean output. */
export type Corner = readonly [x: number, y: number];

/** The corners from (0, 0) to (theta, theta), for drawing: at every k theta / T the output rises from one level to the next. */
export function staircaseCorners(stairs: Staircase): Corner[] {
  const { theta, timesteps } = checkStaircase("staircaseCorners", stairs);
  const levelOf = (k: number): number => (theta * k) / timesteps;
  const corners: Corner[] = [[0, 0]];
  for (let k = 1; k <= timesteps; k++) corners.push([levelOf(k), levelOf(k - 1)], [levelOf(k), levelOf(k)]);
  return corners;
}

/** What a staircase loses of these inputs. All numbers are 0 if there are none. @throws TypeError, RangeError */
export function quantizationError(inputs: Float32Array, stairs: Staircase): QuantizationError {
  const where = "quantizationError";
  checkInputs(where, inputs);
  const { theta, timesteps } = checkStaircase(where, stairs);
  const first = theta / timesteps;
  let [rounding, clipping, clipped, vanished] = [0, 0, 0, 0];
  for (let i = 0; i < inputs.length; i++) {
    const x = inputs[i];
    if (x <= 0) continue;
    if (x > theta) {
      clipped++;
      clipping += (x - theta) ** 2;
    } else {
      if (x < first) vanished++;
      rounding += (x - level(x, stairs)) ** 2;
    }
  }
  const count = Math.max(1, inputs.length);
  return {
    rounding: rounding / count,
    clipping: clipping / count,
    total: (rounding + clipping) / count,
    clipped: clipped / count,
    vanished: vanished / count,
  };
}

/** @throws TypeError, RangeError unless low < high and there is at least one bin */
export function histogram(
  values: Float32Array,
  options: { readonly low: number; readonly high: number; readonly bins: number },
): Histogram {
  checkInputs("histogram", values);
  checkOptions("histogram", options ?? null, ["low", "high", "bins"]);
  const low = checkFloat32("histogram: low", options.low);
  const high = checkFloat32("histogram: high", options.high);
  const bins = checkInteger("histogram: bins", options.bins, 1);
  if (low >= high) {
    throw new RangeError(`histogram: low is ${low} and high ${high}; expected low < high.`);
  }
  const counts = new Int32Array(bins);
  let [below, above] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value < low) below++;
    else if (value > high) above++;
    else counts[Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins))]++;
  }
  return { low, high, counts, below, above };
}

function checkStaircase(where: string, stairs: Staircase): Staircase {
  checkOptions(where, stairs ?? null, ["theta", "timesteps"]);
  checkPositive(`${where}: theta`, stairs.theta);
  checkInteger(`${where}: timesteps`, stairs.timesteps, 1);
  return stairs;
}

function checkInputs(where: string, inputs: unknown): void {
  if (inputs instanceof Float32Array) return;
  throw new TypeError(`${where}: the inputs are ${show(inputs)}; expected a Float32Array.`);
}
