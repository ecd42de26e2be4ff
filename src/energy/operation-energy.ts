/**
 * What an operation costs in pJ, by the bits of its operands: figures of M. Horowitz for 45 nm ("Computing's energy problem",
 * ISSCC 2014), for 8 and 32 bits, and ways to guess what lies between.
 */

import { checkInteger, checkOneOf, checkOptions } from "../checks.js";
import { operationEstimations, type OpEstimation, type OpEstimations } from "./estimations.js";

/** In pJ. A multiplication whose product is added costs both. */
export interface OperationPrices {
  readonly add: number;
  readonly mul: number;
}

type Operation = keyof OpEstimations;

const measured: Readonly<Record<Operation, { readonly bits8: number; readonly bits32: number }>> = {
  add: { bits8: 0.03, bits32: 0.1 },
  mul: { bits8: 0.2, bits32: 3.1 },
};

/**
 * In pJ.
 *
 * @param width bits of the operands
 * @param estimation null: the figure for 8 or 32 bits, and that for 32 for every other width
 * @throws RangeError for a width that the estimation does not reach
 */
export function operationEnergy(
  where: string,
  operation: Operation,
  width: number,
  estimation: OpEstimation | null,
): number {
  const { bits8, bits32 } = measured[operation];
  switch (estimation) {
    case null:
      return width === 8 ? bits8 : bits32;
    case "ICONIP":
      return bits32;
    case "saturation":
      if (width <= 32) return width <= 8 ? bits8 : bits32;
      throw new RangeError(
        `${where}: ${operation} of ${width} bits cannot be estimated by "saturation"; expected at most 32 bits. Use "linear" or "quadratic".`,
      );
    case "linear":
      return bits8 + ((bits32 - bits8) / (32 - 8)) * (width - 8);
    case "quadratic": {
      // a w^2 + b w
      const a = (bits32 / 32 - bits8 / 8) / (32 - 8);
      const b = bits8 / 8 - 8 * a;
      return (a * width + b) * width;
    }
  }
}

/** @throws TypeError, RangeError unless both are estimated in a known way */
export function operationPrices(
  where: string,
  width: number,
  given: OpEstimations | undefined,
): OperationPrices {
  if (given === undefined)
    return {
      add: operationEnergy(where, "add", width, null),
      mul: operationEnergy(where, "mul", width, null),
    };
  const place = `${where}: opEstimation`;
  checkOptions(place, given ?? null, ["add", "mul"]);
  const priceOf = (operation: Operation): number => {
    const estimation: unknown = (given as Partial<OpEstimations>)[operation];
    if (estimation === undefined) {
      throw new TypeError(
        `${place} has no ${operation}; expected a way for both, such as { add: "linear", mul: "quadratic" }.`,
      );
    }
    return operationEnergy(
      where,
      operation,
      width,
      checkOneOf(`${place}.${operation}`, estimation, operationEstimations),
    );
  };
  return { add: priceOf("add"), mul: priceOf("mul") };
}

/** @throws TypeError, RangeError unless it is a width in bits */
export function checkWidth(where: string, width: unknown): number {
  return checkInteger(where, width, 1);
}
