/** Finite differences: compares an analytic gradient with (f(x + h) - f(x - h)) / 2h. */

import { checkFunction, checkOptions, checkPositive, isList } from "../checks.js";
import { show } from "../show.js";
import { noGrad } from "./grad-mode.js";
import { Tensor } from "../tensor/tensor.js";
import { scope } from "../tensor/scope.js";

export interface GradcheckOptions {
  /** Step h; float32 wants it large (default 1e-2). */
  step?: number;
  /** Largest allowed |analytic - numeric| / max(1, |numeric|) (default 1e-2). */
  tolerance?: number;
}

export interface GradcheckResult {
  readonly ok: boolean;
  /** The worst disagreement: which input and element, and both values. */
  readonly worst: { input: number; element: number; analytic: number; numeric: number; error: number };
}

/**
 * Checks dL/dinputs of L = sum(weights * fn(inputs)) for fixed irregular weights.
 *
 * @param inputs leaves; those that require a gradient are checked, element by element
 */
export function gradcheck(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  options: GradcheckOptions = {},
): GradcheckResult {
  checkFunction("gradcheck: the first argument", fn, "(x) => x.mul(x)");
  if (!isList(inputs) || !inputs.every((input) => Tensor.isTensor(input)) || inputs.length === 0) {
    throw new TypeError(
      `gradcheck: the inputs are ${show(inputs)}; expected an array of tensors. Make those to be checked with requiresGrad.`,
    );
  }
  checkOptions("gradcheck", options ?? null, ["step", "tolerance"]);
  const step = checkPositive("gradcheck: step", options.step ?? 1e-2);
  const tolerance = checkPositive("gradcheck: tolerance", options.tolerance ?? 1e-2);
  const weight = (i: number): number => Math.sin(1 + 2 * i);
  // The loss is summed in float64: only fn itself works in float32.
  const loss = (): number =>
    scope(() => noGrad(() => fn(...inputs).data.reduce((total, y, i) => total + y * weight(i), 0)));
  for (const input of inputs) input.grad = null;
  scope(() => {
    const output: unknown = fn(...inputs);
    if (!Tensor.isTensor(output))
      throw new TypeError(`gradcheck: the function returned ${show(output)}; expected a Tensor.`);
    const grad = Tensor.empty(output.shape, output.backend);
    grad.data.forEach((_, i) => (grad.data[i] = weight(i)));
    output.backward(grad);
  });
  const worst = { input: -1, element: -1, analytic: 0, numeric: 0, error: 0 };
  inputs.forEach((input, which) => {
    if (!input.requiresGrad) return;
    for (let element = 0; element < input.size; element++) {
      const kept = input.data[element];
      input.data[element] = kept + step;
      const [high, above] = [input.data[element], loss()];
      input.data[element] = kept - step;
      const [low, below] = [input.data[element], loss()];
      input.data[element] = kept;
      const numeric = (above - below) / (high - low);
      const analytic = input.grad?.data[element] ?? 0;
      const error = Math.abs(analytic - numeric) / Math.max(1, Math.abs(numeric));
      // A NaN is worse than any number, and stays.
      if (!Number.isNaN(worst.error) && !(error <= worst.error))
        Object.assign(worst, { input: which, element, analytic, numeric, error });
    }
  });
  return { ok: worst.error <= tolerance, worst };
}
