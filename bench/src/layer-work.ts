/** Open Neuromorphic's workload: one fully connected layer and LIF neurons behind it, the sum of all spikes, backward. */

import type { Results } from "../../dist/cli/quick-bench/work.js";
import { Generator, Linear, LIFNode, scope, tensor, type Tensor } from "../../dist/index.js";

export const TAU = 5;
export const ALPHA = 4;

export interface LayerProblem {
  readonly x: Float32Array;
  /** [out, in] and [out], as nn.Linear has them. */
  readonly w: Float32Array;
  readonly b: Float32Array;
  readonly shape: readonly [T: number, N: number, features: number];
}

/** Currents from a normal distribution; weights as nn.Linear draws them. */
export function randomLayer(T: number, N: number, features: number): LayerProblem {
  const generator = new Generator(T);
  const draw = (length: number, sample: () => number): Float32Array => Float32Array.from({ length }, sample);
  const bound = 1 / Math.sqrt(features);
  // The sum of twelve uniform numbers: mean 0, variance 1.
  const normal = (): number => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += generator.uniform(0, 1);
    return sum;
  };
  return {
    x: draw(T * N * features, normal),
    w: draw(features * features, () => generator.uniform(-bound, bound)),
    b: draw(features, () => generator.uniform(-bound, bound)),
    shape: [T, N, features],
  };
}

/** What a row times: both passes, or the forward pass, tape included. */
export type LayerPart = "forward" | "both";

export function layerWork(
  { x, w, b, shape }: LayerProblem,
  part: LayerPart,
): {
  run(): void;
  results(): Results;
  dispose(): void;
} {
  const [T, N, features] = shape;
  const linear = new Linear(features, features);
  linear.loadStateDict({
    weight: { data: w, shape: [features, features] },
    bias: { data: b, shape: [features] },
  });
  const neuron = new LIFNode({ tau: TAU, alpha: ALPHA, stepMode: "m" });
  const input = tensor(x, [T * N, features]);
  const parameters = linear.parameters();
  const step = (look: (y: Tensor) => void = () => undefined): void => {
    neuron.reset();
    for (const parameter of parameters) parameter.grad = null;
    scope(() => {
      const y = neuron.forward(linear.forward(input).reshape([T, N, features]));
      look(y);
      if (part === "both") y.sum().backward();
    });
  };
  return {
    run: () => step(),
    results: () => {
      let y = new Float32Array(0);
      step((spikes) => (y = Float32Array.from(spikes.data)));
      if (part === "forward") return new Map([["y", y]]);
      const [weight, bias] = parameters.map(({ grad }) => grad?.toArray() ?? new Float32Array(0));
      // Stored [in, out].
      return new Map([
        ["y", y],
        ["gradient of weight", transposed(weight, features)],
        ["gradient of bias", bias],
      ]);
    },
    dispose: () => {
      for (const each of [input, ...parameters]) each.dispose();
    },
  };
}

function transposed(from: Float32Array, n: number): Float32Array {
  const to = new Float32Array(from.length);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) to[j * n + i] = from[i * n + j];
  return to;
}
