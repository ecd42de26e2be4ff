/** Data sets, preprocessing and augmentation: the kinds that files may name. */

import { augmentations } from "../../datasets/augmentations/table.js";
import { preprocessings } from "../../datasets/preprocessing/table.js";
import { required, withDefault, type Schema } from "../../schema/schema.js";
import { oneOf, text } from "../../schema/value-types.js";
import type { AugmentationKinds, DatasetKinds, IdxParams, PreprocessingKinds } from "./experiment.js";
import { ignoredAlways } from "./ignored-keys.js";
import { fileRows, type KindTable } from "./kinds.js";

const idxSchema: Schema<IdxParams> = {
  fields: {
    path: required(
      text("the folder with the IDX files, in quotes"),
      "The folder with the four IDX files, gzipped or not.",
    ),
    dtype: withDefault(
      oneOf(["float32", "uint8"]),
      "float32",
      "Type of the pixels, which stay 0 to 255 either way; IntToFloat32 scales those of uint8.",
    ),
  },
};

export const DATASETS: KindTable<DatasetKinds> = {
  rows: {
    Digits: {
      summary: "Built in: handwritten digits, 8 x 8 pixels from 0 to 1, ten classes.",
      schema: { fields: {} },
    },
    MNIST: { summary: "Handwritten digits, 28 x 28, ten classes.", schema: idxSchema },
    FashionMNIST: { summary: "Articles of clothing, 28 x 28, ten classes.", schema: idxSchema },
  },
  elsewhere: ["CIFAR10", "CIFAR100", "SHD", "SSC", "GSC", "DVSGesture", "DVSGestureWithPreprocessing"],
};

/** Shape of one sample and number of classes; of sets that are files, those of the set they are named after. */
export const DATASET_FACTS: {
  readonly [K in keyof DatasetKinds]: {
    readonly shape: readonly number[];
    readonly classes: number;
    /** Whether the files may hold others: models are compared with the data when these are there. */
    readonly fromFiles: boolean;
  };
} = {
  Digits: { shape: [8, 8, 1], classes: 10, fromFiles: false },
  MNIST: { shape: [28, 28, 1], classes: 10, fromFiles: true },
  FashionMNIST: { shape: [28, 28, 1], classes: 10, fromFiles: true },
};

export const PREPROCESSING: KindTable<PreprocessingKinds> = {
  rows: fileRows<PreprocessingKinds>(preprocessings, {
    Normalize: { ignored: { debug: ignoredAlways("prints, in Qualia") } },
  }),
  elsewhere: [
    "IntegrateEventsByFixedDuration",
    "IntegrateEventsByFixedFramesNumber",
    "Group2TimeStepsBySample",
    "Split2TimeSteps",
  ],
};

export const AUGMENTATIONS: KindTable<AugmentationKinds> = {
  rows: fileRows<AugmentationKinds>(augmentations),
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
