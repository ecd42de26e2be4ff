/** The neuron alone: random currents, what it computes of them, and how results are compared. */

import { noGrad } from "../../autograd/grad-mode.js";
import { MultiStepATIF } from "../../neurons/atif.js";
import { Generator } from "../../random/generator.js";
import { scope } from "../../tensor/scope.js";
import { tensor, type Tensor } from "../../tensor/tensor.js";
import { nearValues, sameValues, type Check } from "./check.js";
import { byReferenceTwin, TWIN } from "./reference-twin.js";
import type { Results, Work } from "./work.js";

const NEURONS = { full: 2 ** 20, quick: 2 ** 14 } as const;
const TIMESTEPS = 4;
export const THETA = 0.75;
export const ALPHA = 4;
/** Of what the project demands of a backward pass: dx, and the long sum dtheta. */
const TOLERANCES = { dx: 1e-5, dtheta: 1e-4 } as const;

export type Part = "forward" | "both";

export const PART_NAMES: Readonly<Record<Part, string>> = {
  forward: "forward",
  both: "forward + backward",
};

/** Inputs, and what is computed of them. */
export interface Problem {
  readonly x: Float32Array;
  /** dL/dy */
  readonly gradient: Float32Array;
  readonly shape: readonly [T: number, N: number];
}

export function neuronCount(quick: boolean): number {
  return quick ? NEURONS.quick : NEURONS.full;
}

/** Forward and backward over four time steps. */
export function neuronWork(quick: boolean): Work {
  const problem = randomProblem(TIMESTEPS, neuronCount(quick));
  const { x, gradient, shape } = problem;
  const input = tensor(x, shape, { requiresGrad: true });
  const upstream = tensor(gradient, shape);
  const neuron = createNeuron();
  return {
    name: `neuron, T = ${shape[0]}, ${PART_NAMES.both}`,
    run: () => runNeuron(neuron, input, upstream, false),
    results: () => neuronResults(problem, "both"),
    check: (threads) => compareNeuronWithTwin(problem, "both", threads),
    items: { count: x.length, name: "steps of a neuron" },
    dispose: () => {
      for (const each of [input, upstream, ...neuron.parameters()]) each.dispose();
    },
  };
}

export function randomProblem(T: number, neurons: number): Problem {
  const generator = new Generator(T);
  const length = T * neurons;
  const draw = (low: number, high: number): Float32Array =>
    Float32Array.from({ length }, () => generator.uniform(low, high));
  return { x: draw(-0.25, 1.25), gradient: draw(-1, 1), shape: [T, neurons] };
}

export function createNeuron(): MultiStepATIF {
  return new MultiStepATIF({ vThreshold: THETA, vthInitL: 1, vthInitH: 1, alpha: ALPHA });
}

/**
 * @param upstream dL/dy for a backward pass, or null for none
 * @param elements whether the float32 elements of y are wanted
 */
export function runNeuron(
  neuron: MultiStepATIF,
  x: Tensor,
  upstream: Tensor | null,
  elements: boolean,
): void {
  neuron.reset();
  const forward = (): Tensor => {
    const y = neuron.forward(x);
    // Reading makes them.
    if (elements && y.data.length !== x.size) throw new RangeError("bench: y is not as large as x.");
    return y;
  };
  if (upstream === null) {
    noGrad(() => scope(() => void forward()));
    return;
  }
  x.grad = null;
  neuron.vThreshold.grad = null;
  scope(() => forward().backward(upstream));
}

/** By the present backend. */
export function neuronResults({ x, gradient, shape }: Problem, part: Part): Map<string, Float32Array> {
  return scope(() => {
    const neuron = createNeuron();
    const input = tensor(x, shape, { requiresGrad: part === "both" });
    const y = part === "forward" ? noGrad(() => neuron.forward(input)) : neuron.forward(input);
    const results = new Map([["y", y.toArray()]]);
    if (part === "both") {
      y.backward(tensor(gradient, shape));
      for (const [name, { grad }] of [
        ["dx", input],
        ["dtheta", neuron.vThreshold],
      ] as const) {
        if (grad !== null) results.set(name, grad.toArray());
      }
    }
    return results;
  });
}

/** @param threads that the kernels have again afterwards */
export async function compareNeuronWithTwin(problem: Problem, part: Part, threads: number): Promise<Check[]> {
  const twin = await byReferenceTwin(threads, () => neuronResults(problem, part));
  return compareNeuron(TWIN, problem, part, twin);
}

/** What the present backend computes beside what somebody else has computed. */
export function compareNeuron(against: string, problem: Problem, part: Part, theirs: Results): Check[] {
  const own = neuronResults(problem, part);
  return [...theirs].map(([name, expected]) => {
    const actual = own.get(name) ?? new Float32Array(0);
    // Spikes are exact: one rounding of x makes no difference anywhere.
    if (name === "y") return sameValues(against, name, actual, expected);
    return nearValues(against, name, actual, expected, name === "dx" ? TOLERANCES.dx : TOLERANCES.dtheta);
  });
}
