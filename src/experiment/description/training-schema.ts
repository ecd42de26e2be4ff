/** Bench, learning framework, optimizers and schedulers: kinds, parameters and defaults. */

import type { LossName } from "../../losses/table.js";
import type { OptimizerKind, SchedulerKind } from "../../optimizers/table.js";
import { isList } from "./config-tree.js";
import type {
  AdamParams,
  Bench,
  CheckpointMetricName,
  LearningFramework,
  LearningFrameworkParams,
  Metric,
  OptimizerKinds,
  SchedulerKinds,
} from "./experiment.js";
import { ignoredAlways, ignoredIf, required, tableOf, withDefault } from "./fields.js";
import type { Fields, IgnoredKeys, KindTable, Row } from "./fields.js";
import type { Place } from "./report.js";
import { flag, listOf, name, oneOf, oneOfKnown, pairOf, real, whole } from "./value-types.js";

const MAX_RUNS = 10_000;
export const MAX_EPOCHS = 1_000_000;

export const BENCH: Row<Bench> = {
  fields: {
    name: required(name),
    seed: required(whole(0)),
    firstRun: required(whole(0)),
    lastRun: required(whole(0)),
    useTestAsValid: withDefault(flag, false),
  },
  ignored: {
    plugins: {
      accepts: (value) => isList(value) && value.every((plugin) => plugin === "qualia_plugin_snn"),
      problem: "this library loads no plugins",
      otherwise: "warn",
    },
  },
  check({ firstRun, lastRun }, place) {
    if (lastRun < firstRun) place.at("last_run").refuse(lastRun, `at least first_run, ${firstRun}`);
    if (lastRun - firstRun >= MAX_RUNS) {
      place.at("last_run").refuse(lastRun, `at most ${MAX_RUNS} runs from first_run, ${firstRun}, on`);
    }
  },
};

const METRICS: { readonly [K in Metric]: true } = {
  prec: true,
  rec: true,
  f1: true,
  acc: true,
  avgclsacc: true,
};
const metrics = Object.keys(METRICS) as Metric[];
const REGRESSION_METRICS = ["mse", "mae", "mape", "corr", "slope"];

const checkpointMetrics = ["loss" as const, ...metrics].flatMap((metric): CheckpointMetricName[] => [
  `val_${metric}`,
  `train_${metric}`,
]);

const LOSSES: { readonly [K in LossName]: true } = { crossentropy: true, mse: true };
const losses = Object.keys(LOSSES) as LossName[];

const frameworkRow: Row<LearningFrameworkParams> = {
  fields: {
    useBestEpoch: withDefault(flag, false),
    enableProgressBar: withDefault(flag, true),
    enableConfusionMatrix: withDefault(flag, true),
    loss: withDefault(oneOf(losses), "crossentropy"),
    metrics: withDefault(listOf(oneOfKnown(metrics, REGRESSION_METRICS), 0, 32), metrics),
    checkpointMetric: withDefault(
      tableOf<LearningFrameworkParams["checkpointMetric"]>({
        fields: {
          name: withDefault(oneOf(checkpointMetrics), "val_avgclsacc"),
          mode: withDefault(oneOf(["min", "max"]), "max"),
        },
      }),
      { name: "val_avgclsacc", mode: "max" },
    ),
  },
  ignored: {
    progress_bar_refresh_rate: ignoredAlways(),
    accelerator: ignoredIf(["auto", "cpu"], "this library computes on the CPU", "warn"),
    devices: ignoredIf(["auto", 1], "this library uses one device", "warn"),
    precision: ignoredIf([32, "32", "32-true"], "expected 32, since this library computes in float32"),
  },
};

export const FRAMEWORKS: KindTable<{ readonly [K in LearningFramework["kind"]]: LearningFrameworkParams }> = {
  rows: { SpikingJelly: frameworkRow, SpikingJellyMultiStep: frameworkRow },
  elsewhere: ["SpikingJellyTimeStepsInData", "SpikingJellyMultiStepTimeStepsInData", "PyTorch", "Keras"],
};

/** Switches of torch.optim that choose an implementation or are off by default. */
const torchSwitches: IgnoredKeys = {
  foreach: ignoredAlways(),
  fused: ignoredAlways(),
  capturable: ignoredAlways(),
  differentiable: ignoredIf([false], "expected false, since this version has no differentiable steps"),
  maximize: ignoredIf([false], "expected false, since this version minimizes only"),
};

const amsgrad = ignoredIf([false], "expected false, since this version does not have AMSGrad");

const learningRate = withDefault(real({ from: 0 }), 1e-3);

function adamFields(weightDecay: number): Fields<AdamParams> {
  return {
    lr: learningRate,
    betas: withDefault(pairOf(real({ from: 0, below: 1 })), [0.9, 0.999]),
    eps: withDefault(real({ above: 0 }), 1e-8),
    weightDecay: withDefault(real({ from: 0 }), weightDecay),
  };
}

export const OPTIMIZERS: KindTable<Pick<OptimizerKinds, OptimizerKind>> = {
  rows: {
    SGD: {
      fields: {
        lr: learningRate,
        momentum: withDefault(real({ from: 0, below: 1 }), 0),
        dampening: withDefault(real(), 0),
        weightDecay: withDefault(real({ from: 0 }), 0),
        nesterov: withDefault(flag, false),
      },
      ignored: torchSwitches,
      check({ nesterov, momentum, dampening }, place) {
        if (!nesterov || (momentum > 0 && dampening === 0)) return;
        place
          .at("nesterov")
          .fail(
            `is true with momentum ${momentum} and dampening ${dampening}; expected a momentum above 0 and no dampening.`,
          );
      },
    },
    Adam: { fields: adamFields(0), ignored: { ...torchSwitches, amsgrad } },
    AdamW: { fields: adamFields(1e-2), ignored: { ...torchSwitches, amsgrad } },
  },
  elsewhere: [
    "ASGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adamax",
    "LBFGS",
    "NAdam",
    "RAdam",
    "RMSprop",
    "Rprop",
    "SparseAdam",
  ],
};

const schedulerIgnored: IgnoredKeys = {
  last_epoch: ignoredIf([-1], "expected -1, since a run is resumed from its checkpoint"),
  verbose: ignoredAlways(),
};

export const SCHEDULERS: KindTable<Pick<SchedulerKinds, SchedulerKind>> = {
  rows: {
    StepLR: {
      fields: {
        stepSize: required(whole(1, MAX_EPOCHS)),
        gamma: withDefault(real({ above: 0 }), 0.1),
      },
      ignored: schedulerIgnored,
    },
    MultiStepLR: {
      fields: {
        milestones: required(listOf(whole(0, MAX_EPOCHS), 1)),
        gamma: withDefault(real({ above: 0 }), 0.1),
      },
      ignored: schedulerIgnored,
      check({ milestones }, place) {
        const late = milestones.findIndex((epoch, i) => i > 0 && epoch <= milestones[i - 1]);
        if (late >= 0) {
          place
            .at("milestones")
            .at(late)
            .refuse(milestones[late], `an epoch after ${milestones[late - 1]}`);
        }
      },
    },
    CosineAnnealingLR: {
      fields: {
        tMax: required(whole(1, MAX_EPOCHS), "T_max"),
        etaMin: withDefault(real({ from: 0 }), 0),
      },
      ignored: schedulerIgnored,
    },
    // The reference gives these defaults that divide by zero, so they are asked for.
    SinDescent: {
      fields: {
        epochs: required(whole(1, MAX_EPOCHS), "epoch"),
        pme: required(real()),
        w: required(real()),
        lr0: required(real({ from: 0 })),
        lrf: required(real({ from: 0 })),
      },
      ignored: schedulerIgnored,
      check: checkSinDescent,
    },
  },
  elsewhere: [
    "ChainedScheduler",
    "ConstantLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "ExponentialLR",
    "LambdaLR",
    "LinearLR",
    "MultiplicativeLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
  ],
};

/** The sine must not take the rate below 0. */
function checkSinDescent({ epochs, pme, w, lr0, lrf }: SchedulerKinds["SinDescent"], place: Place): void {
  for (let n = 0; n <= epochs; n++) {
    const done = n / epochs;
    const lr = (1 - done) * pme * Math.sin(2 * Math.PI * w * done) + lr0 + (n * (lrf - lr0)) / epochs;
    if (lr < 0) place.at("pme").refuse(pme, `a smaller one, since the rate of epoch ${n} would be ${lr}`);
  }
}
