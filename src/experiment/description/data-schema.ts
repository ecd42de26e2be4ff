/** Data sets, preprocessing and augmentation: kinds, parameters and defaults of their sections. */

import type { AugmentationName } from "../../datasets/augmentations/table.js";
import type { PreprocessingName } from "../../datasets/preprocessing/table.js";
import type {
  AugmentationKinds,
  AugmentationTimes,
  DatasetKinds,
  IdxParams,
  PreprocessingKinds,
} from "./experiment.js";
import { ignoredAlways, optional, required, withDefault } from "./fields.js";
import type { Fields, KindTable, Row } from "./fields.js";
import { flag, listFrom, listOf, oneOf, real, text, whole } from "./value-types.js";

const MAX_PIXELS = 65_536;

const idxRow: Row<IdxParams> = {
  fields: {
    path: required(text("the folder with the IDX files, in quotes")),
    dtype: withDefault(oneOf(["float32", "uint8"]), "float32"),
  },
};

export const DATASETS: KindTable<DatasetKinds> = {
  rows: {
    Digits: { fields: {} },
    MNIST: idxRow,
    FashionMNIST: idxRow,
  },
  elsewhere: ["CIFAR10", "CIFAR100", "SHD", "SSC", "GSC", "DVSGesture", "DVSGestureWithPreprocessing"],
};

/** Shape of one sample and number of classes. */
export const DATASET_FACTS: {
  readonly [K in keyof DatasetKinds]: { readonly shape: readonly number[]; readonly classes: number };
} = {
  Digits: { shape: [8, 8, 1], classes: 10 },
  MNIST: { shape: [28, 28, 1], classes: 10 },
  FashionMNIST: { shape: [28, 28, 1], classes: 10 },
};

export const PREPROCESSING: KindTable<Pick<PreprocessingKinds, PreprocessingName>> = {
  rows: {
    Class2BinMatrix: { fields: { classes: optional(whole(1, 1_000_000)) } },
    Normalize: {
      fields: {
        method: withDefault(oneOf(["z-score", "min-max"]), "z-score"),
        axis: withDefault(
          listFrom(listOf(whole(0, 3), 1, 4), (axis) => [axis]),
          [0],
        ),
      },
      ignored: { debug: ignoredAlways() },
      check({ axis }, place) {
        if (new Set(axis).size < axis.length)
          place.at("axis").fail("names an axis twice; expected each once.");
        if (!axis.includes(0)) place.at("axis").refuse(axis, "0, the samples, among them");
      },
    },
    DatasetSplitter: {
      fields: {
        source: withDefault(oneOf(["train", "valid", "test"]), "train"),
        dest: withDefault(oneOf(["train", "valid", "test"]), "test"),
        ratio: withDefault(real({ above: 0, below: 1 }), 0.1),
      },
      check({ source, dest }, place) {
        if (source === dest) place.at("dest").fail(`is "${dest}", as source is; expected another set.`);
      },
    },
    Reshape2DTo1D: { fields: {} },
  },
  elsewhere: [
    "IntegrateEventsByFixedDuration",
    "IntegrateEventsByFixedFramesNumber",
    "Group2TimeStepsBySample",
    "Split2TimeSteps",
  ],
};

const times: Fields<AugmentationTimes> = {
  before: withDefault(flag, false),
  after: withDefault(flag, true),
  evaluate: withDefault(flag, false),
};

const numberPerChannel = listFrom(listOf(real(), 1), (value) => [value]);

export const AUGMENTATIONS: KindTable<Pick<AugmentationKinds, AugmentationName>> = {
  rows: {
    IntToFloat32: { fields: { scale: required(flag), ...times } },
    Normalize: {
      fields: {
        mean: required(numberPerChannel),
        std: required(listFrom(listOf(real({ above: 0 }), 1), (value) => [value])),
        ...times,
      },
      check({ mean, std }, place) {
        if (mean.length === std.length || mean.length === 1 || std.length === 1) return;
        place
          .at("std")
          .fail(`has ${std.length} entries and mean has ${mean.length}; expected one per channel.`);
      },
    },
    HorizontalFlip: { fields: { p: withDefault(real({ from: 0, to: 1 }), 0.5), ...times } },
    Crop: {
      fields: {
        size: required(listFrom(listOf(whole(1, MAX_PIXELS), 2, 2), (side) => [side, side])),
        padding: withDefault(
          listFrom(listOf(whole(0, MAX_PIXELS), 2, 4), (side) => [side, side]),
          [0, 0],
        ),
        ...times,
      },
      check({ padding }, place) {
        if (padding.length === 3) place.at("padding").refuse(padding, "2 or 4 entries");
      },
    },
    GaussianNoise: { fields: { sigma: withDefault(real({ from: 0 }), 0.375), ...times } },
    Mixup: {
      fields: { alpha: withDefault(real({ above: 0 }), 1), ...times },
      check({ evaluate }, place) {
        if (evaluate)
          place
            .at("evaluate")
            .fail("is true; expected false, since mixed samples have no label to test against.");
      },
    },
  },
  elsewhere: [
    "Amplitude",
    "AutoAugment",
    "CMSISMFCC",
    "Cutout1D",
    "ExponentialNoise",
    "MFCC",
    "ResizedCrop",
    "Rotation",
    "Rotation2D",
    "TimeShifting",
    "TimeWarping",
    "TorchVisionModelTransforms",
  ],
};
