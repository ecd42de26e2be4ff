/** Data sets, preprocessing and augmentation: the kinds that files may name. */

import { augmentations } from "../../datasets/augmentations/table.js";
import { preprocessings } from "../../datasets/preprocessing/table.js";
import { optional, required, withDefault, type Schema } from "../../schema/schema.js";
import { flag, listOf, oneOf, real, text, whole } from "../../schema/value-types.js";
import type {
  AugmentationKinds,
  DatasetConfig,
  DatasetKinds,
  EventFolderParams,
  FilesConfig,
  IdxConfig,
  IdxParams,
  InMemoryParams,
  LoadedKind,
  MovingDigitsParams,
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

const movingDigitsSchema: Schema<MovingDigitsParams> = {
  fields: {
    timesteps: withDefault(whole(1, 4096), 8, "T, the frames of a sample: equally long parts of 300 ms."),
    seed: withDefault(
      whole(0, 2 ** 32 - 1),
      1,
      "Of the paths, and of the thresholds and the noise of the camera, whatever networks are trained with.",
    ),
  },
};

const eventFolderSchema: Schema<EventFolderParams> = {
  fields: {
    path: required(
      text("the folder with the recordings, in quotes"),
      "A folder of `train` and `test`, of which each holds a folder per class.",
    ),
    sensorShape: required(
      listOf(whole(1, 2 ** 16), 1, 2),
      "`[height, width]` of the sensor, or `[channels]`.",
    ),
    classes: required(whole(1), "How many classes there are."),
    timesteps: withDefault(whole(1, 4096), 8, "T, the frames of a sample."),
    splitBy: withDefault(
      oneOf(["number", "time", "duration"]),
      "time",
      'What the frames of a recording have in common: how many events, or how much time. With "duration", a recording gives ' +
        "as many samples as it is long; what is left at its end is dropped.",
    ),
    duration: optional(real({ above: 0 }), 'Microseconds of a frame, with split_by = "duration".'),
    maxCount: optional(
      whole(1, 255),
      "Where a pixel of a frame counts no further. Frames are kept as bytes then, in a quarter of the memory.",
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
    MovingDigits: {
      summary:
        "Built in: the digits, moving before a simulated event camera of 16 x 16 pixels; samples `[T, 16, 16, 2]`, ten classes.",
      schema: movingDigitsSchema,
    },
    EventFolder: {
      summary:
        "Recordings of an event camera in a folder per class, counted into frames: samples `[T, height, width, 2]`, or " +
        "`[T, channels, 2]`. Files are of N-MNIST (`.bin`), Prophesee (`.dat`), AEDAT 3.1 and 4 (`.aedat`, `.aedat4`) or NumPy " +
        "(`.npy`, `.npz`).",
      schema: eventFolderSchema,
    },
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

type NamedKind = Exclude<LoadedKind, "MovingDigits" | "EventFolder">;

/** Of sets that are files, those of the set they are named after. */
export const DATASET_FACTS: { readonly [K in NamedKind]: Omit<DatasetFacts, "name" | "timesteps"> } = {
  Digits: { shape: [8, 8, 1], classes: 10, fromFiles: false },
  MNIST: { shape: [28, 28, 1], classes: 10, fromFiles: true },
  FashionMNIST: { shape: [28, 28, 1], classes: 10, fromFiles: true },
};

/** What is known before the samples are there. */
export function datasetFacts(dataset: DatasetConfig): DatasetFacts {
  switch (dataset.kind) {
    case "InMemory": {
      const { name, sampleShape, classes, time = false } = dataset.params;
      const timesteps = time ? sampleShape[0] : null;
      return { name, shape: time ? sampleShape.slice(1) : sampleShape, timesteps, classes, fromFiles: false };
    }
    case "MovingDigits": {
      const { timesteps } = dataset.params;
      return { name: dataset.kind, shape: [16, 16, 2], timesteps, classes: 10, fromFiles: false };
    }
    case "EventFolder": {
      const { sensorShape, timesteps, classes } = dataset.params;
      return { name: dataset.kind, shape: [...sensorShape, 2], timesteps, classes, fromFiles: false };
    }
    case "Digits":
    case "MNIST":
    case "FashionMNIST":
      return { name: dataset.kind, ...DATASET_FACTS[dataset.kind], timesteps: null };
  }
}

export function isFromFiles(dataset: DatasetConfig): dataset is FilesConfig {
  return "path" in dataset.params;
}

/** Whether the files are of the format of MNIST. */
export function isIdx(dataset: DatasetConfig): dataset is IdxConfig {
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
