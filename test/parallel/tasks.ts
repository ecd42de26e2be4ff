/** Trainings that ranks share: what a thread is told, as plain data. */

import { Crop } from "../../src/datasets/augmentations/crop.js";
import { GaussianNoise } from "../../src/datasets/augmentations/gaussian-noise.js";
import { HorizontalFlip } from "../../src/datasets/augmentations/horizontal-flip.js";
import { Mixup } from "../../src/datasets/augmentations/mixup.js";
import { AugmentationPipeline } from "../../src/datasets/augmentations/pipeline.js";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/formats/checkpoint.js";
import { ShapeError } from "../../src/errors.js";
import type { NamedLoss } from "../../src/losses/loss-spec.js";
import { crossEntropy } from "../../src/ops/cross-entropy.js";
import type { SpikingModel } from "../../src/models/spiking-model.js";
import type { Communicator } from "../../src/parallel/communicator.js";
import { DataParallel } from "../../src/parallel/data-parallel.js";
import type { StateDict } from "../../src/module/state-dict.js";
import type { Overlap } from "../../src/training/shard-options.js";
import { Trainer, type TrainerOptions } from "../../src/training/trainer.js";
import { stripes, tinySCNN, tinySMLP } from "../training/tiny.js";

export interface Task {
  readonly network: "SCNN" | "SMLP";
  readonly shards: number;
  readonly reduce?: "exact" | "fast";
  readonly overlap?: Overlap;
  readonly bucketCapMb?: number | null;
  readonly detachEvery?: number;
  readonly epochs?: number;
  readonly mixup?: boolean;
  readonly validation?: boolean;
  readonly seed?: number;
  /** Batches after which this rank is asked to stop. */
  readonly stopAfter?: { readonly rank: number; readonly batches: number };
  /** What this rank is given otherwise. */
  readonly spoilt?: { readonly rank: number; readonly what: "seed" | "weights" };
  /** What the loss of this rank does when it is asked for the so-manieth time. */
  readonly failure?: { readonly rank: number; readonly call: number; readonly how: Failure };
  /** Of a checkpoint. */
  readonly from?: Uint8Array;
}

export type Failure = "loss is NaN" | "gradient is infinite" | "throws";

export interface Outcome {
  readonly weights: StateDict;
  readonly history: readonly unknown[];
  readonly losses: readonly number[];
  readonly checkpoint: Uint8Array;
  /** What fit() threw. */
  readonly error: string | null;
  readonly completed: boolean;
}

/** 22 samples in batches of 9: two full ones and one of 4, which are fewer than 6 shards. */
const train = () => stripes(22);

/** Cross-entropy, until it fails. */
function failingLoss({ rank, call, how }: NonNullable<Task["failure"]>, own: number): NamedLoss {
  let calls = 0;
  return {
    name: "failing",
    loss(outputs, labels) {
      const loss = crossEntropy(outputs, labels);
      if (rank !== own || ++calls !== call) return loss;
      if (how === "throws") throw new ShapeError("the loss does not like it");
      if (how === "loss is NaN") return loss.mul(NaN);
      return loss.add(outputs.sub(outputs.detach()).sum().mul(3e38).mul(3e38));
    },
  };
}

export async function run(task: Task, communicator: Communicator): Promise<Outcome> {
  const {
    network,
    shards,
    reduce = "exact",
    overlap = "auto",
    bucketCapMb = null,
    detachEvery = null,
    epochs = 2,
    mixup = false,
    validation = true,
    seed = 7,
    spoilt,
    failure,
  } = task;
  const { rank } = communicator;
  const isSpoilt = (what: string): boolean => spoilt?.rank === rank && spoilt.what === what;
  const model: SpikingModel = network === "SCNN" ? tinySCNN() : tinySMLP();
  if (isSpoilt("weights")) model.parameters()[0].data[0] += 2 ** -20;
  const losses: number[] = [];
  const stop = new AbortController();
  const steps = [new HorizontalFlip(), new Crop({ size: 4, padding: 1 }), new GaussianNoise({ sigma: 0.1 })];
  const options: TrainerOptions = {
    optimizer: { kind: "Adam", params: { lr: 0.01, weightDecay: 0.001 } },
    epochs,
    batchSize: 9,
    seed: isSpoilt("seed") ? 8 : seed,
    ...(failure === undefined ? {} : { loss: failingLoss(failure, rank) }),
    ...(mixup || failure !== undefined ? {} : { classWeights: [1, 2, 0.5] }),
    clipGradNorm: 2,
    ...(validation ? { validation: stripes(23, 2) } : {}),
    augmentations: new AugmentationPipeline(mixup ? [...steps, new Mixup({ alpha: 0.4 })] : steps),
    ...(detachEvery === null ? {} : { detachEvery }),
    parallel: new DataParallel({ shards, reduce, overlap, bucketCapMb, communicator }),
    callbacks: [
      {
        onBatch: ({ loss }) => {
          losses.push(loss);
          if (task.stopAfter?.rank === rank && losses.length === task.stopAfter.batches) stop.abort();
        },
      },
    ],
  };
  const trainer = new Trainer(model, train(), options);
  if (task.from !== undefined) trainer.loadState(decodeCheckpoint(task.from).state);
  let [error, completed]: [string | null, boolean] = [null, false];
  try {
    ({ completed } = await trainer.fit({ signal: stop.signal }));
  } catch (thrown) {
    error = String(thrown);
  }
  const state = trainer.state();
  return {
    weights: model.stateDict(),
    history: state.history.map((metrics) => ({ ...metrics, seconds: 0, samplesPerSecond: 0 })),
    losses,
    checkpoint: encodeCheckpoint(state, model.architecture),
    error,
    completed,
  };
}
