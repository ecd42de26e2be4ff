/** Data sets, preprocessing and augmentation: the kinds that files may name. */

import { augmentations } from "../../datasets/augmentations/table.js";
import { preprocessings } from "../../datasets/preprocessing/table.js";
import { optional, required, withDefault, type Schema } from "../../schema/schema.js";
import { flag, listOf, oneOf, pairOf, real, text, whole } from "../../schema/value-types.js";
import type {
  AugmentationKinds,
  CsvParams,
  DatasetConfig,
  DatasetKinds,
  FilesConfig,
  IdxOfAnyParams,
  IdxParams,
  ImageFolderParams,
  InMemoryParams,
  LoadedKind,
  NumpyParams,
  PreprocessingKinds,
} from "./experiment.js";
import {
  dvsGestureSchema,
  dvsGestureWindowsSchema,
  eventFolderSchema,
  movingDigitsSchema,
  shdSchema,
} from "./event-data-schema.js";
import { EVENT_STEPS, type EventStepKinds } from "./event-steps.js";
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

const sampleShape = listOf(whole(1, 2 ** 31 - 1), 1, 8);

const testPart = withDefault(
  real({ above: 0, below: 1 }),
  0.2,
  "The part that is drawn for the test where the files have no test set of their own; the same samples, whatever the seed.",
);

const cifarSchema: Schema<IdxParams> = {
  fields: {
    ...idxSchema.fields,
    path: required(
      text("the folder with the .bin files, in quotes"),
      "The folder with the .bin files, or the one above it.",
    ),
  },
};

const idxOfAnySchema: Schema<IdxOfAnyParams> = {
  fields: {
    ...idxSchema.fields,
    sampleShape: withDefault(
      listOf(whole(1), 3, 3),
      [28, 28, 1],
      "`[height, width, channels]` of the images.",
    ),
  },
};

const imageFolderSchema: Schema<ImageFolderParams> = {
  fields: {
    path: required(
      text("the folder with a folder per class, in quotes"),
      "A folder with a folder per class, or with `train` and `test` that have such folders. Pictures are PNG, or JPEG where the " +
        "package sharp is installed.",
    ),
    size: required(
      pairOf(whole(1, 4096)),
      "`[height, width]` that pictures are scaled to, without regard to their proportions.",
    ),
    channels: withDefault(oneOf([1, 3]), 3, "1: how bright pixels are; 3: red, green and blue."),
    testPart,
  },
};

const csvSchema: Schema<CsvParams> = {
  fields: {
    path: required(
      text("the CSV file, in quotes"),
      "A CSV file, or a folder with `train.csv` and `test.csv`. The first line has the names of the columns.",
    ),
    label: required(
      text("the name of a column, in quotes"),
      "The column of the classes. All others are numbers.",
    ),
    sampleShape: required(sampleShape, "What the other columns are, in their order: `[4]`, `[28, 28, 1]`."),
    dtype: withDefault(
      oneOf(["float32", "uint8"]),
      "float32",
      '"uint8": whole numbers from 0 to 255, which IntToFloat32 scales.',
    ),
    testPart,
  },
};

const numpySchema: Schema<NumpyParams> = {
  fields: {
    path: required(
      text("the .npz file, or the folder with .npy files, in quotes"),
      "An `.npz` file, or a folder of `.npy` files: `x_train`, `y_train`, `x_test` and `y_test`, or `x` and `y`. Labels are class " +
        "numbers.",
    ),
    sampleShape: required(
      sampleShape,
      "Of one sample, channels last. Gray pictures may come without their channel.",
    ),
    time: optional(flag, "Whether the first dimension of samples is time."),
    testPart,
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
    IDX: {
      summary: "Images in the format of MNIST, of any size and with as many classes as the labels have.",
      schema: idxOfAnySchema,
    },
    CIFAR10: {
      summary: "Photos, 32 x 32 in colour, ten classes, in their binary version.",
      schema: cifarSchema,
    },
    CIFAR100: {
      summary: "Photos, 32 x 32 in colour, a hundred classes, in their binary version.",
      schema: cifarSchema,
    },
    ImageFolder: {
      summary: "Pictures in a folder per class, pixels from 0 to 255.",
      schema: imageFolderSchema,
    },
    CSV: { summary: "A line per sample, in files of comma-separated values.", schema: csvSchema },
    NumPy: { summary: "Samples and labels in arrays of NumPy; bytes stay 0 to 255.", schema: numpySchema },
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
    DVSGesture: {
      summary:
        "DVS128 Gesture: eleven gestures before an event camera, cut by the tables beside the recordings (AEDAT 3.1); samples " +
        "`[T, 128, 128, 2]`.",
      schema: dvsGestureSchema,
    },
    DVSGestureWithPreprocessing: {
      summary:
        "The same gestures in frames that begin with an event each, behind the frame before, and are on no grid, as older " +
        "versions of SpikingJelly cut them.",
      schema: dvsGestureWindowsSchema,
    },
    SHD: {
      summary:
        "The Heidelberg digits: spoken digits in spikes of 700 channels, twenty classes; samples `[T, 700, 2]`, of which channel " +
        "0 is empty.",
      schema: shdSchema("shd"),
    },
    SSC: {
      summary:
        "The spiking speech commands, 35 classes, with a set for validation; samples as those of `SHD`.",
      schema: shdSchema("ssc"),
    },
    InMemory: {
      summary: "Samples that a program gives (`runExperiment` with `data`); `atif train` has none to give.",
      schema: inMemorySchema,
      forPrograms: true,
    },
  },
  elsewhere: ["GSC"],
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

/** Sets that are named after what is in them. */
export type NamedKind = Extract<LoadedKind, "Digits" | "MNIST" | "FashionMNIST" | "CIFAR10" | "CIFAR100">;

/** Of sets that are files, those of the set they are named after. */
export const DATASET_FACTS: { readonly [K in NamedKind]: Omit<DatasetFacts, "name" | "timesteps"> } = {
  Digits: { shape: [8, 8, 1], classes: 10, fromFiles: false },
  MNIST: { shape: [28, 28, 1], classes: 10, fromFiles: true },
  FashionMNIST: { shape: [28, 28, 1], classes: 10, fromFiles: true },
  CIFAR10: { shape: [32, 32, 3], classes: 10, fromFiles: true },
  CIFAR100: { shape: [32, 32, 3], classes: 100, fromFiles: true },
};

/** How many classes files have is known when they are there. */
const OF_FILES = { classes: 1, fromFiles: true } as const;

/** What is known before the samples are there. */
export function datasetFacts(dataset: DatasetConfig): DatasetFacts {
  const { kind } = dataset;
  switch (kind) {
    case "InMemory": {
      const { name, classes, sampleShape: shape, time } = dataset.params;
      return { name, ...framesOf(shape, time), classes, fromFiles: false };
    }
    case "MovingDigits": {
      const { timesteps } = dataset.params;
      return { name: kind, shape: [16, 16, 2], timesteps, classes: 10, fromFiles: false };
    }
    case "EventFolder": {
      const { sensorShape, timesteps, classes } = dataset.params;
      return { name: kind, shape: [...sensorShape, 2], timesteps, classes, fromFiles: false };
    }
    case "DVSGesture":
    case "DVSGestureWithPreprocessing": {
      const { timesteps } = dataset.params;
      return { name: kind, shape: [128, 128, 2], timesteps, classes: 11, fromFiles: false };
    }
    case "SHD":
    case "SSC": {
      const { timesteps } = dataset.params;
      return { name: kind, shape: [700, 2], timesteps, classes: kind === "SHD" ? 20 : 35, fromFiles: false };
    }
    case "NumPy":
      return { name: kind, ...framesOf(dataset.params.sampleShape, dataset.params.time), ...OF_FILES };
    case "CSV":
    case "IDX":
      return { name: kind, ...framesOf(dataset.params.sampleShape), ...OF_FILES };
    case "ImageFolder": {
      const { size, channels } = dataset.params;
      return { name: kind, ...framesOf([...size, channels]), ...OF_FILES };
    }
    case "Digits":
    case "MNIST":
    case "FashionMNIST":
    case "CIFAR10":
    case "CIFAR100":
      return { name: kind, ...DATASET_FACTS[kind], timesteps: null };
  }
}

function framesOf(shape: readonly number[], time = false): Pick<DatasetFacts, "shape" | "timesteps"> {
  return time ? { shape: shape.slice(1), timesteps: shape[0] } : { shape, timesteps: null };
}

export function isFromFiles(dataset: DatasetConfig): dataset is FilesConfig {
  return "path" in dataset.params;
}

export const PREPROCESSING: KindTable<PreprocessingKinds> = {
  rows: fileRows<PreprocessingKinds>(preprocessings, {
    Normalize: { ignored: { debug: ignoredAlways("prints, in Qualia") } },
  }),
  elsewhere: [],
};

/** What [[preprocessing]] of a file may hold: the steps, and those that are read as parameters of the set. */
export const WRITTEN_PREPROCESSING: KindTable<PreprocessingKinds & EventStepKinds> = {
  rows: { ...PREPROCESSING.rows, ...EVENT_STEPS.rows },
  elsewhere: PREPROCESSING.elsewhere,
};

export const AUGMENTATIONS: KindTable<AugmentationKinds> = {
  rows: fileRows<AugmentationKinds>(augmentations, {
    ExponentialNoise: { ignored: { dims: ignoredAlways("changes nothing, in Qualia") } },
  }),
  elsewhere: ["AutoAugment", "CMSISMFCC", "MFCC", "Rotation", "TorchVisionModelTransforms"],
};
