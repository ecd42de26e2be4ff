/** One forward and backward pass of a layer, and all numbers that come of it. */

import type { BaseNode } from "../../src/neurons/base-node.js";
import { Generator } from "../../src/random/generator.js";
import { stack } from "../../src/ops/slice.js";
import { scope } from "../../src/tensor/scope.js";
import { tensor } from "../../src/tensor/tensor.js";

export const STEPS = 6;
export const NEURONS = 37;

export interface TrainStep {
  readonly y: readonly number[];
  readonly v: readonly number[];
  readonly dx: readonly number[];
  /** Of every parameter; NaN: none. */
  readonly dp: readonly number[];
}

/** From rest, of an input that fires many of the neurons and not all, with a loss of all outputs and of the last potential. */
export function trainStep(neuron: BaseNode): TrainStep {
  const random = new Generator(5);
  const normals = (count: number) => Float32Array.from({ length: count }, () => random.normal());
  const [x, w, wv] = [normals(STEPS * NEURONS), normals(STEPS * NEURONS), normals(NEURONS)];
  return scope(() => {
    neuron.reset();
    neuron.zeroGrad();
    const input = tensor(
      x.map((each) => 1.5 * each + 0.5),
      [STEPS, NEURONS],
      { requiresGrad: true },
    );
    const rows = Array.from({ length: STEPS }, (_, t) => t);
    const y =
      neuron.stepMode === "m" ? neuron.forward(input) : stack(rows.map((t) => neuron.forward(input.at(t))));
    const v = neuron.v;
    y.mul(tensor(w, [STEPS, NEURONS]))
      .sum()
      .add(v.mul(tensor(wv, [NEURONS])).sum())
      .backward();
    const step = {
      y: [...y.toArray()],
      v: [...v.toArray()],
      dx: [...(input.grad?.toArray() ?? [])],
      dp: neuron.parameters().map(({ grad }) => grad?.item() ?? NaN),
    };
    neuron.reset();
    return step;
  });
}
