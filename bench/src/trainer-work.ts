/** The training of the bench's network as a trainer does it, in this process alone or with others: batches of two shards. */

import { createNetwork, LEARNING_RATE, type TrainedNetwork } from "../../dist/cli/quick-bench/network.js";
import { stepResults } from "../../dist/cli/quick-bench/network-results.js";
import type { Results } from "../../dist/cli/quick-bench/work.js";
import {
  Dataset,
  Generator,
  Trainer,
  type Batch,
  type StateDict,
  type TrainerOptions,
} from "../../dist/index.js";
import { DataParallel, type Communicator } from "../../dist/parallel/index.js";

/** One for each rank, as PyTorch's ranks have it: batch normalisation is over a shard. */
export const SHARDS = 2;

/** Of the order of samples. */
const SEED = 1;

export interface Together {
  /** null: the batches are not cut. */
  readonly communicator: Communicator | null;
  readonly reduce: "exact" | "fast";
}

/** Milliseconds of each of that many steps, after one that is not counted. */
export async function timeSteps(
  trained: TrainedNetwork,
  runs: number,
  together: Together,
): Promise<number[]> {
  const { trainBatches, sizes } = trained;
  const times: number[] = [];
  let last = performance.now();
  await train(trained, trainBatches, together, {
    optimizer: { kind: "Adam", params: { lr: LEARNING_RATE } },
    epochs: Math.ceil((runs + 1) / trainBatches.length),
    batchSize: sizes.batch,
    callbacks: [
      {
        onBatch: () => {
          const now = performance.now();
          times.push(now - last);
          last = now;
        },
      },
    ],
  });
  return times.slice(1, runs + 1);
}

/** Gradients of the first batch: what a step of SGD with a rate of 1 takes from the weights. */
export async function sharedGradients(trained: TrainedNetwork, communicator: Communicator): Promise<Results> {
  const [batch] = trained.trainBatches;
  const { stateDict, names } = await train(
    trained,
    [batch],
    { communicator, reduce: "exact" },
    { optimizer: { kind: "SGD", params: { lr: 1 } }, epochs: 1, batchSize: trained.sizes.batch },
  );
  return new Map(
    names.map((name) => {
      const before = trained.weights[name].data;
      return [`gradient of ${name}`, stateDict[name].data.map((after, i) => before[i] - after)];
    }),
  );
}

/** As the trainer shuffles it, so that peers have the halves that the ranks have. */
export function firstBatchAsShown({ trainBatches: [{ x, shape, labels }] }: TrainedNetwork): Batch {
  const order = new Generator(new Generator(SEED).uint32()).shuffle(Uint32Array.from(labels, (_, i) => i));
  const size = x.length / labels.length;
  const shown = new Float32Array(x.length);
  order.forEach((from, to) => shown.set(x.subarray(from * size, (from + 1) * size), to * size));
  return { x: shown, shape, labels: Int32Array.from(order, (from) => labels[from]) };
}

/** Gradients of the first batch, whose halves are shown by themselves: batch normalisation is over a half. */
export function meanOfHalves(trained: TrainedNetwork): Results {
  const { x, shape, labels } = firstBatchAsShown(trained);
  const half = labels.length / SHARDS;
  const size = x.length / labels.length;
  const results = Array.from({ length: SHARDS }, (_, i) =>
    stepResults(trained, {
      x: x.subarray(i * half * size, (i + 1) * half * size),
      shape: [half, ...shape.slice(1)],
      labels: labels.subarray(i * half, (i + 1) * half),
    }),
  );
  const [first, ...others] = results;
  const gradients = [...first].filter(([name]) => name.startsWith("gradient"));
  return new Map(
    gradients.map(([name, values]) => [
      name,
      values.map(
        (value, i) => others.reduce((sum, other) => sum + (other.get(name)?.[i] ?? NaN), value) / SHARDS,
      ),
    ]),
  );
}

async function train(
  { sizes, weights }: TrainedNetwork,
  batches: readonly Batch[],
  { communicator, reduce }: Together,
  options: Omit<TrainerOptions, "seed" | "parallel">,
): Promise<{ stateDict: StateDict; names: string[] }> {
  const network = createNetwork(sizes, weights);
  const parallel =
    communicator === null ? {} : { parallel: new DataParallel({ shards: SHARDS, reduce, communicator }) };
  await new Trainer(network, joined(batches), { ...options, ...parallel, seed: SEED }).fit();
  return { stateDict: network.stateDict(), names: network.namedParameters().map(([name]) => name) };
}

function joined(batches: readonly Batch[]): Dataset {
  const x = new Float32Array(batches.reduce((sum, batch) => sum + batch.x.length, 0));
  let at = 0;
  for (const batch of batches) {
    x.set(batch.x, at);
    at += batch.x.length;
  }
  const labels = batches.flatMap((batch) => [...batch.labels]);
  return new Dataset({ name: "batches", x, labels, sampleShape: batches[0].shape.slice(1), classes: 10 });
}
