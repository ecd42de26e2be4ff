/** Data sets, preprocessing and augmentation: the kinds that files may name. */

import { augmentations } from "../../datasets/augmentations/table.js";
import { preprocessings } from "../../datasets/preprocessing/table.js";
import { optional, required, withDefault, type Schema } from "../../schema/schema.js";
import { flag, listOf, oneOf, text, whole } from "../../schema/value-types.js";
import type {
  AugmentationKinds,
  DatasetConfig,
  DatasetKinds,
  FilesConfig,
  IdxParams,
  InMemoryParams,
  LoadedKind,
  PreprocessingKinds,
} from "./experiment.js";
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

const inMemorySchema: Schema<InMemoryParams> = {
  fields: {
    name: required(text("what the samples are called, in quotes"), "What the samples are called."),
    sampleShape: required(
      listOf(whole(1, 2 ** 31 - 1), 1, 8),
      "Of one sample, channels last: [height, width, channels], [length, channels] or [features]; with time, [T, …].",
    ),
    classes: required(whole(1), "How many classes they have."),
    time: optional(flag, "Whether samples change over time, the first dimension being time steps."),
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
    InMemory: {
      summary: "Samples that a program gives (`runExperiment` with `data`); `atif train` has none to give.",
      schema: inMemorySchema,
      forPrograms: true,
    },
  },
  elsewhere: ["CIFAR10", "CIFAR100", "SHD", "SSC", "GSC", "DVSGesture", "DVSGestureWithPreprocessing"],
};

export interface DatasetFacts {
  readonly name: string;
  /** Of one sample, at one time step. */
  readonly shape: readonly number[];
  /** Of samples that change over time, how many steps; null: they are still. */
  readonly timesteps: number | null;
  readonly classes: number;
  /** Whether the files may hold others: models are compared with the data when these are there. */
  readonly fromFiles: boolean;
}

/** Of sets that are files, those of the set they are named after. */
export const DATASET_FACTS: { readonly [K in LoadedKind]: Omit<DatasetFacts, "name" | "timesteps"> } = {
  Digits: { shape: [8, 8, 1], classes: 10, fromFiles: false },
  MNIST: { shape: [28, 28, 1], classes: 10, fromFiles: true },
  FashionMNIST: { shape: [28, 28, 1], classes: 10, fromFiles: true },
};

/** What is known before the samples are there. */
export function datasetFacts(dataset: DatasetConfig): DatasetFacts {
  if (dataset.kind !== "InMemory") {
    return { name: dataset.kind, ...DATASET_FACTS[dataset.kind], timesteps: null };
  }
  const { name, sampleShape, classes, time = false } = dataset.params;
  const timesteps = time ? sampleShape[0] : null;
  return { name, shape: time ? sampleShape.slice(1) : sampleShape, timesteps, classes, fromFiles: false };
}

export function isFromFiles(dataset: DatasetConfig): dataset is FilesConfig {
  return dataset.kind === "MNIST" || dataset.kind === "FashionMNIST";
}

export const PREPROCESSING: KindTable<PreprocessingKinds> = {
  rows: fileRows<PreprocessingKinds>(preprocessings, {
    Normalize: { ignored: { debug: ignoredAlways("prints, in Qualia") } },
  }),
  elsewhere: [
    "IntegrateEventsByFixedDuration",
    "IntegrateEventsByFixedFramesNumber",
    "Group2TimeStepsBySample",
  ],
};

export const AUGMENTATIONS: KindTable<AugmentationKinds> = {
  rows: fileRows<AugmentationKinds>(augmentations, {
    ExponentialNoise: { ignored: { dims: ignoredAlways("changes nothing, in Qualia") } },
  }),
  elsewhere: ["AutoAugment", "CMSISMFCC", "MFCC", "Rotation", "TorchVisionModelTransforms"],
};
