/** Bench, learning framework, training of a model, optimizers and schedules: what files may say of them. */

import { firingRateSchema } from "../../losses/firing-rate.js";
import { lossNames } from "../../losses/table.js";
import { optimizerTable, schedulerTable } from "../../optimizers/table.js";
import { quantizerFields, quantParams, tensorTypes } from "../../quantization/quantizer-options.js";
import { groupOf, optional, required, withDefault, type AnyField, type Schema } from "../../schema/schema.js";
import { flag, listOf, oneOf, real, whole } from "../../schema/value-types.js";
import { bucketCap, overlapping, reduction, shardCount, shardFields } from "../../training/shard-options.js";
import { checkMetricName, checkpointMetricSchema, trainerSchema } from "../../training/trainer-options.js";
import { isList } from "./config-tree.js";
import type {
  Bench,
  LearningFramework,
  LearningFrameworkParams,
  Logger,
  Metric,
  ModelUpdate,
  OptimizerKinds,
  SchedulerKinds,
  Training,
} from "./experiment.js";
import { folderName, oneOfKnown } from "./file-types.js";
import { ignoredAlways, ignoredIf, type IgnoredKeys } from "./ignored-keys.js";
import { orOwn } from "./own-name.js";
import { fileRows, type FileAdditions, type KindRow, type KindTable, type TableRow } from "./kinds.js";

const MAX_RUNS = 10_000;
const { fields: trainer } = trainerSchema;

/** Without a default for the last run, which is the first. */
export type BenchKeys = Omit<Bench, "lastRun"> & Partial<Pick<Bench, "lastRun">>;

const benchSchema: Schema<BenchKeys> = {
  fields: {
    name: required(folderName, "What the run folder is called."),
    seed: required(
      trainer.seed.type,
      "Fixes every bit: initial weights, thresholds, order of the samples, augmentation. Run r has seed + r - first_run.",
    ),
    firstRun: withDefault(whole(0), 1, "Number of the first run."),
    lastRun: optional(whole(0), "Number of the last run; the first is the only one if it is left out."),
    useTestAsValid: withDefault(flag, false, "Whether the test set is measured after every epoch."),
  },
  check({ firstRun, lastRun = firstRun }, place) {
    const first = `${place.name("firstRun")}, ${firstRun}`;
    if (lastRun < firstRun)
      place.at("lastRun").fail(`is ${place.show(lastRun)}; expected at least ${first}.`);
    if (lastRun - firstRun >= MAX_RUNS) {
      place
        .at("lastRun")
        .fail(`is ${place.show(lastRun)}; expected at most ${MAX_RUNS} runs from ${first}, on.`);
    }
  },
};

export const BENCH: TableRow<BenchKeys> = {
  schema: benchSchema,
  ignored: {
    plugins: {
      passes: ["qualia_plugin_snn"],
      accepts: (value) => isList(value) && value.every((plugin) => plugin === "qualia_plugin_snn"),
      problem: "this library loads no plugins",
      otherwise: "warn",
    },
  },
};

const METRICS: { readonly [K in Metric]: true } = {
  prec: true,
  rec: true,
  f1: true,
  acc: true,
  avgclsacc: true,
};
const LOGGERS: { readonly [K in Logger]: true } = { csv: true, tensorboard: true };
const loggers = Object.keys(LOGGERS) as Logger[];

export const metrics = Object.keys(METRICS) as Metric[];
const REGRESSION_METRICS = ["mse", "mae", "mape", "corr", "slope"];

const { name: metricName, mode: metricMode } = checkpointMetricSchema.fields;

/** Files may leave out either. */
const fileMetricSchema: typeof checkpointMetricSchema = {
  fields: {
    name: withDefault(metricName.type, "val_avgclsacc", metricName.meaning),
    mode: withDefault(metricMode.type, "max", metricMode.meaning),
  },
};

const frameworkSchema: Schema<LearningFrameworkParams> = {
  fields: {
    useBestEpoch: trainer.useBestEpoch,
    enableProgressBar: withDefault(flag, true, "Whether the progress is shown."),
    enableConfusionMatrix: withDefault(flag, true, "Changes nothing: the confusion is always measured."),
    loss: withDefault(orOwn(oneOf(lossNames)), "crossentropy", trainer.loss.meaning),
    classWeights: optional(
      listOf(real({ from: 0 }), 1),
      `${trainer.classWeights.meaning} All alike if they are left out.`,
    ),
    labelSmoothing: optional(
      trainer.labelSmoothing.type,
      `${trainer.labelSmoothing.meaning} None if it is left out.`,
    ),
    metrics: withDefault(
      listOf(orOwn(oneOfKnown(metrics, REGRESSION_METRICS)), 0, 32),
      metrics,
      "Changes nothing: all are measured. prec, rec, f1 and acc are one number, avgclsacc is the mean accuracy per class.",
    ),
    checkpointMetric: withDefault(
      groupOf(fileMetricSchema),
      { name: "val_avgclsacc", mode: "max" },
      'By what epochs are compared: { name = "top3" } of metrics is "val_top3".',
    ),
    loggers: optional(
      listOf(oneOf(loggers), 0, loggers.length),
      "What the numbers of each epoch are written for, besides metrics.jsonl: tables (metrics.csv), TensorBoard (an event file). " +
        "Nothing else if it is left out.",
    ),
  },
  check({ loss, classWeights, labelSmoothing, metrics: measured, checkpointMetric }, place) {
    const own = measured.filter((metric) => typeof metric !== "string").map(({ name }) => name);
    checkMetricName(checkpointMetric.name, own, place.at("checkpointMetric").at("name"));
    const shown = typeof loss === "string" ? place.show(loss) : `${place.show(loss.name)}, a function`;
    const given = classWeights === undefined ? "labelSmoothing" : "classWeights";
    if (loss === "crossentropy" || (classWeights ?? labelSmoothing) === undefined) return;
    place.at(given).fail(`is given, but loss is ${shown}; expected "crossentropy", which knows it.`);
  },
};

const frameworkIgnored: IgnoredKeys = {
  progress_bar_refresh_rate: ignoredAlways("the progress is shown ten times a second"),
  accelerator: ignoredIf(["auto", "cpu"], "this library computes on the CPU", "warn"),
  devices: ignoredIf(["auto", 1], "this library uses one device", "warn"),
  precision: ignoredIf([32, "32", "32-true"], "expected 32, since this library computes in float32"),
};

function framework(summary: string): KindRow<LearningFrameworkParams> {
  return { summary, schema: frameworkSchema, ignored: frameworkIgnored };
}

export const FRAMEWORKS: KindTable<{ readonly [K in LearningFramework["kind"]]: LearningFrameworkParams }> = {
  rows: {
    SpikingJelly: framework("Single steps: the network is called once per time step."),
    SpikingJellyMultiStep: framework(
      'All time steps of a layer in one call, which is faster; neurons then say step_mode = "m".',
    ),
    SpikingJellyTimeStepsInData: framework(
      "Single steps of samples that change over time: the first dimension of samples is time.",
    ),
    SpikingJellyMultiStepTimeStepsInData: framework("All time steps of such samples in one call."),
  },
  elsewhere: ["PyTorch", "Keras"],
};

export const TRAINING: TableRow<Training> = {
  schema: {
    fields: {
      epochs: withDefault(trainer.epochs.type, 0, trainer.epochs.meaning),
      batchSize: trainer.batchSize,
      accumulateGradBatches: optional(
        whole(1),
        `${trainer.accumulateGradBatches.meaning} Each batch is a step if it is left out.`,
      ),
      shards: optional(shardCount, `${shardFields.shards.meaning} It is learned whole if it is left out.`),
      reduce: optional(reduction, `${shardFields.reduce.meaning} Exact if it is left out.`),
      overlap: optional(overlapping, `${shardFields.overlap.meaning} "auto" if it is left out.`),
      bucketCapMb: optional(bucketCap, `${shardFields.bucketCapMb.meaning} Half of them if it is left out.`),
      clipGradNorm: optional(
        real({ above: 0 }),
        `${trainer.clipGradNorm.meaning} As it is if it is left out.`,
      ),
      clipGradValue: optional(
        real({ above: 0 }),
        `${trainer.clipGradValue.meaning} As they are if it is left out.`,
      ),
      firingRate: optional(
        groupOf(firingRateSchema),
        `${trainer.firingRate.meaning} Nothing if it is left out.`,
      ),
      detachEvery: optional(whole(1), `${trainer.detachEvery.meaning ?? ""} All if it is left out.`),
      load: withDefault(
        flag,
        false,
        "Whether it starts from weights of a file, which this version does not.",
      ),
      train: withDefault(flag, true, "Whether it is trained at all."),
      evaluate: withDefault(flag, true, "Whether it is tested afterwards."),
      disabled: withDefault(flag, false, "Whether it is left out."),
    },
    check(training, place) {
      const { clipGradNorm, clipGradValue, shards, accumulateGradBatches = 1 } = training;
      for (const name of ["reduce", "overlap", "bucketCapMb"] as const) {
        if (training[name] === undefined || shards !== undefined) continue;
        place
          .at(name)
          .fail(`is given without ${place.name("shards")}; expected both. Say how many parts a batch has.`);
      }
      if (shards !== undefined && accumulateGradBatches > 1) {
        place
          .at("shards")
          .fail(
            `is given beside ${place.name("accumulateGradBatches")}; expected one of them: shards accumulate. ` +
              `Make batches ${accumulateGradBatches} times as large, and cut them into so many times the shards.`,
          );
      }
      if (clipGradNorm === undefined || clipGradValue === undefined) return;
      place
        .at("clipGradValue")
        .fail(`is given beside ${place.name("clipGradNorm")}; expected one of them. Leave out the other.`);
    },
  },
};

/** Options for one kind of tensor, told once. */
const ofOneType: AnyField[] = tensorTypes.map((type) => {
  const { meaning } = (quantParams.parts as Readonly<Record<string, AnyField>>)[type];
  const expects = "a table with the same keys, but for tables";
  return optional<unknown>({ expects, read: (value) => value, write: (value) => value }, meaning);
});

/** As files write them. */
export const fileQuantParams: typeof quantParams = {
  ...quantParams,
  expects: 'options of quantizers, such as { bits = 8, roundtype = "floor" }',
  parts: { ...quantizerFields, ...Object.fromEntries(tensorTypes.map((type, i) => [type, ofOneType[i]])) },
};

/** What steps of post-processing do otherwise to one model. */
export const UPDATE: TableRow<ModelUpdate> = {
  schema: {
    fields: {
      quantParams: optional(
        fileQuantParams,
        "Options of quantizers, over those of QuantizationAwareTraining.",
      ),
    },
  },
};

/** Switches of torch.optim that choose an implementation or are off by default. */
const torchSwitches: IgnoredKeys = {
  foreach: ignoredAlways("chooses an implementation of PyTorch"),
  fused: ignoredAlways("chooses an implementation of PyTorch"),
  capturable: ignoredAlways("chooses an implementation of PyTorch"),
  differentiable: ignoredIf([false], "expected false, since this version has no differentiable steps"),
  maximize: ignoredIf([false], "expected false, since this version minimizes only"),
};

const adamAdditions: FileAdditions = {
  ignored: {
    ...torchSwitches,
    amsgrad: ignoredIf([false], "expected false, since this version does not have AMSGrad"),
  },
};

/** PyTorch's default; code asks for one. */
const { lr } = optimizerTable.SGD.schema.fields;
const learningRate: AnyField = withDefault(lr.type, 1e-3, lr.meaning);

export const OPTIMIZERS: KindTable<OptimizerKinds> = {
  rows: fileRows<OptimizerKinds>(optimizerTable, {
    SGD: { ignored: torchSwitches, fields: { lr: learningRate } },
    Adam: adamAdditions,
    AdamW: adamAdditions,
    RMSprop: { ignored: torchSwitches },
    RAdam: { ignored: torchSwitches },
    NAdam: { ignored: torchSwitches },
  }),
  elsewhere: ["ASGD", "Adadelta", "Adafactor", "Adagrad", "Adamax", "LBFGS", "Rprop", "SparseAdam"],
};

const scheduled: FileAdditions = {
  ignored: {
    last_epoch: ignoredIf([-1], "expected -1, since a run is resumed from its checkpoint"),
    verbose: ignoredAlways("prints, in PyTorch"),
  },
};

/** Beside the rate, PyTorch lets the momentum cycle, unless told not to. */
const oneCycleIgnored: IgnoredKeys = {
  cycle_momentum: ignoredIf([false], "expected false, since the momentum stays as it is here"),
  base_momentum: ignoredAlways("the momentum stays as it is here"),
  max_momentum: ignoredAlways("the momentum stays as it is here"),
};

export const SCHEDULERS: KindTable<SchedulerKinds> = {
  rows: fileRows<SchedulerKinds>(schedulerTable, {
    StepLR: scheduled,
    MultiStepLR: scheduled,
    CosineAnnealingLR: scheduled,
    SinDescent: scheduled,
    LinearLR: scheduled,
    ExponentialLR: scheduled,
    OneCycleLR: { ignored: { ...scheduled.ignored, ...oneCycleIgnored } },
    ReduceLROnPlateau: scheduled,
  }),
  elsewhere: [
    "ChainedScheduler",
    "ConstantLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "LambdaLR",
    "MultiplicativeLR",
    "PolynomialLR",
    "SequentialLR",
  ],
};
