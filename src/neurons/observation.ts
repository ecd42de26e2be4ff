/** Looking at neurons while they compute, without changing a bit of what they give. */

import type { Tensor } from "../tensor/tensor.js";

/** One call of a neuron's forward(). The tensors are the neuron's own: copy what is to be kept. */
export interface Observation {
  /** What it took in: [N, ...] in step mode 's', [T, N, ...] in 'm', also of a still input. */
  readonly input: Tensor;
  /** What it gave, of the same shape. */
  readonly output: Tensor;
  /** The potential after each of these steps, of the same shape, without its history; null unless asked for. */
  readonly potential: Tensor | null;
}

export interface NeuronObserver {
  /** Whether to ask for the potentials, which cost the memory of another output. */
  readonly potentials?: boolean;
  /** Is called after every forward(). */
  readonly seen: (observation: Observation) => void;
}

/** What can be observed. */
interface Observed {
  /** @returns what ends it */
  observe(observer: NeuronObserver): () => void;
}

/**
 * Tells of every neuron what it does while fn runs, whoever else is looking. Neurons that are observed compute by
 * themselves: no kernel takes their neighbours along.
 *
 * @param observerOf a neuron, by its place in the list
 */
export function observing<N extends Observed, R>(
  neurons: readonly N[],
  observerOf: (neuron: N, place: number) => NeuronObserver,
  fn: () => R,
): R {
  const ends: (() => void)[] = [];
  try {
    neurons.forEach((neuron, place) => ends.push(neuron.observe(observerOf(neuron, place))));
    return fn();
  } finally {
    for (const end of ends) end();
  }
}
