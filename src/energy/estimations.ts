/** Ways to estimate what operations and memories cost, by name: experiment files and the command line offer them without the figures. */

/**
 * What widths other than 8 and 32 bits are taken for: ICONIP, 32 bits, as in the paper of Lemaire et al. (ICONIP 2022); saturation,
 * the next of the two above; linear, on the line through both; quadratic, on the parabola through both and 0.
 */
export type OpEstimation = "ICONIP" | "saturation" | "linear" | "quadratic";

/** How additions and how multiplications are estimated. */
export interface OpEstimations {
  readonly add: OpEstimation;
  readonly mul: OpEstimation;
}

export const operationEstimations: readonly OpEstimation[] = ["ICONIP", "saturation", "linear", "quadratic"];

/**
 * old: by the size of the memory; new: 10 pJ for 64 bits, whatever the size, with as many words as fit read at once.
 */
export type SramEstimation = "old" | "new";

export const sramEstimations: readonly SramEstimation[] = ["old", "new"];
