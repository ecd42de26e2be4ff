/** The network that is timed, 32C3-BN-ATIF-MP2-64C3-BN-ATIF-MP2-FC128-ATIF-FC10, trained before it is measured. */

import { ConfigError } from "../../errors.js";
import { noGrad } from "../../autograd/grad-mode.js";
import type { Batch } from "../../datasets/batch.js";
import { SCNN } from "../../models/scnn.js";
import type { LoadableStateDict, StateDict } from "../../module/state-dict.js";
import { crossEntropy } from "../../ops/cross-entropy.js";
import { Adam } from "../../optimizers/adam.js";
import { Generator, manualSeed } from "../../random/generator.js";
import { scope } from "../../tensor/scope.js";
import { tensor } from "../../tensor/tensor.js";
import { evaluate } from "../../training/evaluate.js";
import type { BenchRun } from "./bench-run.js";
import { loadNetworkData } from "./network-data.js";

export const TIMESTEPS = 4;
/** Steepness of the surrogate gradient. */
export const ALPHA = 1;
export const LEARNING_RATE = 1e-3;
const SEED = 1;
/** Batches that a measurement goes through in turn. */
const BATCHES = 16;
const TESTED = 1000;

interface Sizes {
  readonly batch: number;
  readonly trainingSteps: number;
  readonly filters: readonly number[];
  readonly units: number;
}

export const SIZES: { readonly full: Sizes; readonly quick: Sizes } = {
  full: { batch: 64, trainingSteps: 200, filters: [32, 64], units: 128 },
  quick: { batch: 8, trainingSteps: 5, filters: [4, 8], units: 16 },
};

export interface TrainedNetwork {
  readonly sizes: Sizes;
  readonly weights: StateDict;
  readonly trainBatches: readonly Batch[];
  readonly testBatches: readonly Batch[];
  /** What it was trained on, how well it does, how much its layers fire. */
  readonly facts: NetworkFacts;
}

export interface NetworkFacts {
  readonly data: string;
  readonly trainingSteps: number;
  readonly accuracy: number;
  readonly firingRates: Readonly<Record<string, number>>;
}

export function createNetwork({ filters, units }: Sizes, weights?: LoadableStateDict): SCNN {
  const network = new SCNN({
    inputShape: [28, 28, 1],
    outputShape: [10],
    filters,
    kernelSizes: [3, 3],
    paddings: [1, 1],
    strides: [1, 1],
    poolSizes: [2, 2],
    fcUnits: [units],
    batchNorm: true,
    timesteps: TIMESTEPS,
    neuron: { kind: "ATIF", params: { alpha: ALPHA } },
    stepMode: "m",
  });
  if (weights !== undefined) network.loadStateDict(weights);
  return network;
}

export function createOptimizer(network: SCNN): Adam {
  return new Adam(network.parameters(), { lr: LEARNING_RATE });
}

/** One step as a user writes it. @returns the loss */
export function trainingStep(network: SCNN, optimizer: Adam, { x, shape, labels }: Batch): number {
  return scope(() => {
    optimizer.zeroGrad();
    const loss = crossEntropy(network.run(tensor(x, shape)), labels);
    loss.backward();
    optimizer.step();
    return loss.item();
  });
}

/** The classes of a batch. The network must be in eval(). */
export function classify(network: SCNN, { x, shape }: Batch): Int32Array {
  return noGrad(() => scope(() => network.run(tensor(x, shape)).argmax()));
}

export async function trainNetwork(bench: Pick<BenchRun, "options" | "say">): Promise<TrainedNetwork> {
  const { quick, data: folder } = bench.options;
  const sizes = quick ? SIZES.quick : SIZES.full;
  await bench.say("reading the data", 0);
  const data = await loadNetworkData(folder, quick);
  for (const { name, length } of [data.train, data.test]) {
    if (length >= sizes.batch) continue;
    throw new ConfigError(`${name} has ${length} samples; expected at least a batch of ${sizes.batch}.`);
  }
  manualSeed(SEED);
  const network = createNetwork(sizes);
  const optimizer = createOptimizer(network);
  const generator = new Generator(SEED);
  const next = endless(() => data.train.batches({ batchSize: sizes.batch, shuffle: generator }), sizes.batch);
  for (let step = 0; step < sizes.trainingSteps; step++) {
    await bench.say(`training step ${step + 1} of ${sizes.trainingSteps}`, 0);
    trainingStep(network, optimizer, next());
  }
  await bench.say("testing the network", 0);
  const tested = data.test.subset({ start: 0, end: Math.min(data.test.length, TESTED) });
  const { accuracy, layers } = await evaluate(network, tested, { batchSize: sizes.batch });
  const nextTest = endless(() => data.test.batches({ batchSize: sizes.batch }), sizes.batch);
  return {
    sizes,
    weights: network.stateDict(),
    trainBatches: Array.from({ length: BATCHES }, next),
    testBatches: Array.from({ length: BATCHES }, nextTest),
    facts: {
      data: data.source,
      trainingSteps: sizes.trainingSteps,
      accuracy,
      firingRates: Object.fromEntries(layers.map(({ name, firingRate }) => [name, firingRate])),
    },
  };
}

/** Goes round in a list. */
export function cycle<T>(list: readonly T[]): () => T {
  let next = 0;
  return () => list[next++ % list.length];
}

/** Full batches, pass after pass. */
function endless(pass: () => IterableIterator<Batch>, size: number): () => Batch {
  let batches = pass();
  return () => {
    for (;;) {
      const next = batches.next();
      if (next.done !== true && next.value.labels.length === size) return next.value;
      batches = pass();
    }
  };
}
