/** Gradients made smaller between backward() and the step of the optimizer. */

import { checkPositive } from "../checks.js";
import { show } from "../show.js";
import { Tensor } from "../tensor/tensor.js";

/** Added to the norm that a scale is divided by, as PyTorch does. */
const EPS = 1e-6;

/**
 * Scales all gradients together, where their norm as one vector is larger: g *= min(1, maxNorm / (norm + 1e-6)).
 *
 * @param parameters those without a gradient do not count
 * @returns the norm before
 * @throws TypeError, RangeError
 * @source R. Pascanu, T. Mikolov, Y. Bengio, "On the difficulty of training recurrent neural networks", ICML 2013
 */
export function clipGradNorm(parameters: readonly Tensor[], maxNorm: number): number {
  checkPositive("clipGradNorm: maxNorm", maxNorm);
  const gradients = gradientsIn("clipGradNorm", parameters);
  let squares = 0;
  for (const { data } of gradients) {
    // By index, here and below: an iterator takes several times as long, at every step, for every weight.
    for (let i = 0; i < data.length; i++) squares += data[i] * data[i];
  }
  const norm = Math.sqrt(squares);
  const scale = maxNorm / (norm + EPS);
  // A norm that is not finite leaves the gradients as they are: whoever takes the step finds them.
  if (scale < 1 && Number.isFinite(norm)) change(gradients, (value) => value * scale);
  return norm;
}

/** Puts every element of the gradients into [-clipValue, clipValue]. @throws TypeError, RangeError */
export function clipGradValue(parameters: readonly Tensor[], clipValue: number): void {
  checkPositive("clipGradValue: clipValue", clipValue);
  change(gradientsIn("clipGradValue", parameters), (value) =>
    Math.min(clipValue, Math.max(-clipValue, value)),
  );
}

/** Either, or none, as the options of a Trainer say. */
export function clipGradients(
  parameters: readonly Tensor[],
  { clipGradNorm: norm, clipGradValue: value }: Record<"clipGradNorm" | "clipGradValue", number | null>,
): void {
  if (norm !== null) clipGradNorm(parameters, norm);
  if (value !== null) clipGradValue(parameters, value);
}

/** Multiplies all of them. */
export function scaleGradients(parameters: readonly Tensor[], factor: number): void {
  change(gradientsIn("scaleGradients", parameters), (value) => value * factor);
}

function gradientsIn(where: string, parameters: unknown): Tensor[] {
  const list: unknown[] = Array.isArray(parameters) ? parameters : [];
  if (list.length === 0 || !list.every((each) => Tensor.isTensor(each))) {
    throw new TypeError(
      `${where}: the parameters are ${show(parameters)}; expected a list of tensors. Give it model.parameters().`,
    );
  }
  return list.flatMap(({ grad }) => (grad === null ? [] : [grad]));
}

function change(gradients: readonly Tensor[], to: (value: number) => number): void {
  for (const gradient of gradients) {
    const { data } = gradient;
    for (let i = 0; i < data.length; i++) data[i] = to(data[i]);
    gradient.storage.version++;
  }
}
