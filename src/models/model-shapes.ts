/** Checks of the shapes a model is made for. */

import { checkInteger, checkOneOf } from "../checks.js";
import type { StepMode } from "../module/module.js";
import { show } from "../show.js";
import { formatShape, type Shape } from "../shapes.js";

/** @throws TypeError, RangeError */
export function checkModelShapes(where: string, inputShape: Shape, outputShape: Shape): void {
  for (const [name, shape] of [
    ["inputShape", inputShape],
    ["outputShape", outputShape],
  ] as const) {
    if (!Array.isArray(shape) || shape.length === 0) {
      throw new TypeError(
        `${where}: ${name} is ${show(shape)}; expected an array such as ${name === "inputShape" ? "[8, 8, 1]" : "[10]"}.`,
      );
    }
    Array.from(shape).forEach((dimension, axis) => checkInteger(`${where}: ${name}[${axis}]`, dimension, 1));
  }
  if (outputShape.length !== 1)
    throw new RangeError(
      `${where}: outputShape is ${formatShape(outputShape)}; expected [classes], one number.`,
    );
}

/** @throws RangeError unless 's' or 'm' */
export function checkStepMode(where: string, stepMode: unknown): StepMode {
  return checkOneOf(`${where}: stepMode`, stepMode, ["s", "m"]);
}
