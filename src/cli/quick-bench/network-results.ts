/** What a network computes for one batch, and its comparison with what the reference twin or another library computes. */

import { noGrad } from "../../autograd/grad-mode.js";
import type { Batch } from "../../datasets/batch.js";
import type { SCNN } from "../../models/scnn.js";
import { crossEntropy } from "../../ops/cross-entropy.js";
import { scope } from "../../tensor/scope.js";
import { tensor } from "../../tensor/tensor.js";
import { nearOverall, type Check } from "./check.js";
import { byReferenceTwin, TWIN } from "./reference-twin.js";
import { createNetwork, type TrainedNetwork } from "./network.js";
import type { Results } from "./work.js";

/** A batch that the twin, which takes a quarter of a second per sample, computes in a moment. */
const TWIN_SAMPLES = 2;

/**
 * Of relative distance, from runs of this network against PyTorch 2.13: logits 1e-7 to 1e-3, gradients up to 2e-3. What
 * is above 1e-6 comes from single spikes, of millions, whose potentials lie between two roundings of the threshold.
 */
const TOLERANCES = { logits: 1e-2, gradient: 3e-2, statistics: 1e-3 } as const;

/** Logits in training mode, gradients of all parameters, and statistics of batch norm after the step. */
export function stepResults(trained: TrainedNetwork, batch: Batch): Results {
  const network = createNetwork(trained.sizes, trained.weights);
  return scope(() => {
    const logits = network.run(tensor(batch.x, batch.shape));
    crossEntropy(logits, batch.labels).backward();
    const results = new Map([["logits", logits.toArray()]]);
    for (const [name, data] of gradients(network)) results.set(`gradient of ${name}`, data);
    for (const [name, { data }] of Object.entries(network.stateDict())) {
      if (name.includes("running")) results.set(name, data);
    }
    return results;
  });
}

export function inferenceResults(trained: TrainedNetwork, batch: Batch): Results {
  const network = createNetwork(trained.sizes, trained.weights);
  network.eval();
  const logits = noGrad(() => scope(() => network.run(tensor(batch.x, batch.shape)).toArray()));
  return new Map([["logits", logits]]);
}

/** The same by the kernels and by their reference twins, for the first samples of the batch. */
export async function compareWithTwin(
  compute: (trained: TrainedNetwork, batch: Batch) => Results,
  trained: TrainedNetwork,
  batch: Batch,
  threads: number,
): Promise<Check[]> {
  const few = firstSamples(batch, TWIN_SAMPLES);
  const own = compute(trained, few);
  return compareResults(TWIN, own, await byReferenceTwin(threads, () => compute(trained, few)));
}

/** @throws RangeError if a result is missing on one side */
export function compareResults(against: string, own: Results, other: Results): Check[] {
  const strangers = [...other.keys()].filter((name) => !own.has(name));
  if (strangers.length > 0)
    throw new RangeError(`bench: ${against} has ${strangers[0]}, which is unknown here.`);
  return [...own].map(([what, actual]) => {
    const expected = other.get(what);
    if (expected === undefined) throw new RangeError(`bench: ${against} has no ${what}; expected it.`);
    return nearOverall(against, what, actual, expected, toleranceOf(what));
  });
}

function toleranceOf(what: string): number {
  if (what === "logits") return TOLERANCES.logits;
  return what.startsWith("gradient") ? TOLERANCES.gradient : TOLERANCES.statistics;
}

function firstSamples({ x, shape, labels }: Batch, most: number): Batch {
  const count = Math.min(most, labels.length);
  const size = x.length / labels.length;
  return { x: x.slice(0, count * size), shape: [count, ...shape.slice(1)], labels: labels.slice(0, count) };
}

/** By name, in the layout of state dicts. */
function gradients(network: SCNN): [string, Float32Array][] {
  // Parameters take their gradients' values for a moment: state dicts know the layouts.
  const parameters = network.namedParameters();
  for (const [name, parameter] of parameters) {
    if (parameter.grad === null) throw new RangeError(`bench: ${name} has no gradient.`);
    parameter.data.set(parameter.grad.data);
    parameter.touched();
  }
  const dict = network.stateDict();
  return parameters.map(([name]) => [name, dict[name].data]);
}
