/** Data set, preprocessing and augmentation: read, and checked against each other. */

import { measuredAxes } from "../../datasets/preprocessing/normalize-dataset.js";
import { counted } from "../../counted.js";
import { refuse } from "../../schema/place.js";
import { formatShape } from "../../shapes.js";
import type { ConfigTable } from "./config-tree.js";
import {
  AUGMENTATIONS,
  datasetFacts,
  DATASETS,
  isFromFiles,
  PREPROCESSING,
  WRITTEN_PREPROCESSING,
} from "./data-schema.js";
import type { DatasetFacts } from "./data-schema.js";
import type {
  AugmentationConfig,
  AugmentationKinds,
  DatasetConfig,
  PreprocessingConfig,
  PreprocessingKinds,
  SetName,
} from "./experiment.js";
import { checkFrames, isFramed, withEventSteps } from "./event-steps.js";
import type { FilePlace } from "./file-place.js";
import { readKind, readVariant } from "./kinds.js";

/** What is known of the samples at one point of their way to the models. */
export interface DataFacts extends DatasetFacts {
  readonly sets: readonly SetName[];
  /** Why they are not whole numbers from 0 to 255; null if they are. */
  readonly floats: string | null;
}

/** A table of a list section, and its place. */
export interface Item {
  readonly place: FilePlace;
  readonly table: ConfigTable;
}

/** The set, and the steps of [[preprocessing]]: some of these say how recordings are counted into the frames of the set. */
export function readData(
  place: FilePlace,
  table: ConfigTable,
  items: readonly Item[],
): { dataset: DatasetConfig; preprocessing: PreprocessingConfig[]; facts: DataFacts } {
  place.checkKeys(table, ["kind", "params"]);
  const written = readVariant(place, table, DATASETS);
  for (const item of items) readKind(item.place, item.table, WRITTEN_PREPROCESSING);
  const { dataset, items: others } = withEventSteps(items, written, table.params, place);
  if (isFramed(dataset)) checkFrames(dataset.params, place.at("params"));
  let facts = factsOf(dataset);
  const preprocessing = others.map((item) => {
    item.place.checkKeys(item.table, ["kind", "params"]);
    const step = readVariant(item.place, item.table, PREPROCESSING);
    facts = afterStep(step, facts, item.place);
    return step;
  });
  return { dataset, preprocessing, facts };
}

function factsOf(dataset: DatasetConfig): DataFacts {
  const { kind } = dataset;
  const facts = datasetFacts(dataset);
  const isEvents = isFramed(dataset) || kind === "MovingDigits" || kind === "DVSGestureWithPreprocessing";
  const floats =
    kind === "Digits"
      ? "the samples of Digits are numbers from 0 to 1"
      : isEvents
        ? `the samples of ${kind} are counts of events`
        : null;
  return { ...facts, sets: kind === "SSC" ? ["train", "valid", "test"] : ["train", "test"], floats };
}

function afterStep(step: PreprocessingConfig, facts: DataFacts, place: FilePlace): DataFacts {
  const { shape, timesteps } = facts;
  switch (step.kind) {
    case "Class2BinMatrix": {
      const { classes = facts.classes } = step.params;
      if (classes < facts.classes && !facts.fromFiles) {
        refuse(
          place.at("params").at("classes"),
          classes,
          `at least ${facts.classes}, as many as ${facts.name} has`,
        );
      }
      return { ...facts, classes };
    }
    case "Normalize":
      measuredAxes(step.params.axis, shape, place.at("params").at("axis"));
      return { ...facts, floats: "Normalize in [[preprocessing]] runs before it" };
    case "Reshape2DTo1D": {
      if (shape.length === 3) return { ...facts, shape: [shape[0] * shape[1], shape[2]] };
      return place.fail(
        `reshapes samples of ${formatShape(shape)}; expected [height, width, channels] before it.`,
      );
    }
    case "Split2TimeSteps": {
      const { chunks } = step.params;
      const [length, channels] = shape;
      if (timesteps === null && shape.length === 2 && length >= chunks)
        return { ...facts, shape: [Math.floor(length / chunks), channels], timesteps: chunks };
      const given = timesteps === null ? shape : [timesteps, ...shape];
      return place.fail(
        `cuts samples of ${formatShape(given)}; expected still sequences, [length, channels], of at least ${chunks} before it.`,
      );
    }
    case "DatasetLimit":
      return facts;
    case "DatasetSplitter":
      return afterSplit(step.params, facts, place.at("params"));
  }
}

function afterSplit(
  { source, dest }: PreprocessingKinds["DatasetSplitter"],
  facts: DataFacts,
  place: FilePlace,
): DataFacts {
  const { sets, name } = facts;
  if (!sets.includes(source)) refuse(place.at("source"), source, `a set that is there: ${sets.join(", ")}`);
  if (sets.includes(dest)) {
    const expected = `a set that ${name} does not have yet, such as "valid", or its samples would be lost`;
    refuse(place.at("dest"), dest, expected);
  }
  return { ...facts, sets: [...sets, dest] };
}

export function readAugmentations(
  items: readonly Item[],
  data: DataFacts,
  dataset: DatasetConfig,
): { dataAugmentation: AugmentationConfig[]; dataset: DatasetConfig; facts: DataFacts } {
  const placed = items.map(({ place, table }) => {
    place.checkKeys(table, ["kind", "params"]);
    const augmentation = readVariant(place, table, AUGMENTATIONS);
    checkTimes(augmentation, place.at("params"));
    return { augmentation, place };
  });
  const steps = [
    ...placed.filter(({ augmentation }) => augmentation.params.before),
    ...placed.filter(({ augmentation }) => augmentation.params.after),
  ];
  const mixup = steps.findIndex(({ augmentation }) => augmentation.kind === "Mixup");
  if (mixup >= 0 && mixup < steps.length - 1) {
    const { augmentation } = steps[mixup + 1];
    steps[mixup].place.fail(
      `is Mixup, which must run last, but ${augmentation.kind} runs after it. ` +
        "Move it to the end; all with before = true run before all with after = true.",
    );
  }
  let facts = data;
  for (const { augmentation, place } of steps) {
    facts = afterAugmentation(augmentation, facts, dataset, place.at("params"));
  }
  return {
    dataAugmentation: placed.map(({ augmentation }) => augmentation),
    dataset: steps.some(({ augmentation }) => scales(augmentation)) ? asIntegers(dataset) : dataset,
    facts,
  };
}

function scales({ kind, params }: AugmentationConfig): boolean {
  return kind === "IntToFloat32" && params.scale;
}

/** What lenient reading takes the data for, written so: an experiment that is stored is read without lenience. */
function asIntegers(dataset: DatasetConfig): DatasetConfig {
  const typed = isFromFiles(dataset) && "dtype" in dataset.params;
  return typed ? ({ ...dataset, params: { ...dataset.params, dtype: "uint8" } } as DatasetConfig) : dataset;
}

function checkTimes({ kind, params }: AugmentationConfig, place: FilePlace): void {
  const { before, after, evaluate } = params;
  if (before && after) {
    place.warn("has before and after both true (after is by default), so it is applied twice.");
  }
  if (!before && !after) place.warn("has before and after both false, so it is never applied.");
  if (!evaluate && (kind === "IntToFloat32" || kind === "Normalize")) {
    place.warn(
      `has evaluate = false, so ${kind} changes the training data only; set evaluate = true to treat all alike.`,
    );
  }
}

function afterAugmentation(
  augmentation: AugmentationConfig,
  facts: DataFacts,
  dataset: DatasetConfig,
  place: FilePlace,
): DataFacts {
  const { shape } = facts;
  const { kind } = augmentation;
  switch (kind) {
    case "IntToFloat32":
      if (augmentation.params.scale) checkScale(facts, dataset, place.at("scale"));
      break;
    case "Normalize": {
      const channels = shape[shape.length - 1];
      for (const key of ["mean", "std"] as const) {
        const { length } = augmentation.params[key];
        if (length === 1 || length === channels) continue;
        place
          .at(key)
          .fail(`has ${length} entries; expected 1, or one per channel of samples ${formatShape(shape)}.`);
      }
      break;
    }
    case "Crop":
      return afterCrop(augmentation.params, facts, place);
    case "ResizedCrop":
      return {
        ...afterResize(augmentation.params, facts, place),
        floats: facts.floats ?? `${kind} runs before it`,
      };
    case "HorizontalFlip":
    case "TimeShifting":
      checkOrdered(kind, facts, place);
      return facts;
    case "Cutout1D":
    case "TimeWarping":
      checkOrdered(kind, facts, place);
      break;
    case "Rotation2D":
      checkImages(kind, facts, place);
      break;
    case "RateEncoder":
    case "LatencyEncoder":
    case "RepeatEncoder":
      return afterEncoder(augmentation, facts, place);
    case "DeltaEncoder":
      if (facts.timesteps === null)
        place.fail(
          `belongs to ${kind}, which codes changes, and the samples of ${facts.name} are still; expected such with time.`,
        );
      break;
    case "Amplitude":
    case "ExponentialNoise":
    case "GaussianNoise":
    case "Mixup":
      break;
  }
  return { ...facts, floats: facts.floats ?? `${kind} runs before it` };
}

/** Still samples become such that change over time, outside training as well. */
function afterEncoder(
  { kind, params }: Extract<AugmentationConfig, { readonly params: { readonly timesteps: number } }>,
  facts: DataFacts,
  place: FilePlace,
): DataFacts {
  const { timesteps, name } = facts;
  if (timesteps !== null) {
    place.fail(
      `belongs to ${kind}, which makes time, but the samples of ${name} have ${counted(timesteps, "time step")} already; ` +
        "expected still ones.",
    );
  }
  if (!params.evaluate) {
    place
      .at("evaluate")
      .fail(`is false; expected true, or the network would meet still samples outside training.`);
  }
  return { ...facts, timesteps: params.timesteps, floats: facts.floats ?? `${kind} runs before it` };
}

/** Along an axis that has an order: of flat features, time is one. */
function checkOrdered(kind: string, { shape, timesteps }: DataFacts, place: FilePlace): void {
  const isFlip = kind === "HorizontalFlip";
  if (shape.length > 1 || (timesteps !== null && !isFlip)) return;
  place.fail(
    `belongs to ${kind}, and the samples are ${formatShape(shape)}; expected [length, channels] or [height, width, channels].`,
  );
}

function checkImages(kind: string, { shape }: DataFacts, place: FilePlace): void {
  if (shape.length === 3) return;
  place.fail(
    `belongs to ${kind}, which works on images, and the samples are ${formatShape(shape)}; remove ${kind} or Reshape2DTo1D.`,
  );
}

function afterResize(
  { size, evaluate }: AugmentationKinds["ResizedCrop"],
  facts: DataFacts,
  place: FilePlace,
): DataFacts {
  checkImages("ResizedCrop", facts, place);
  const [height, width, channels] = facts.shape;
  if (size[0] === height && size[1] === width) return facts;
  if (!evaluate) {
    refuse(
      place.at("size"),
      size,
      `[${height}, ${width}] as the test images have, or evaluate = true to resize those too`,
    );
  }
  return { ...facts, shape: [size[0], size[1], channels] };
}

function checkScale({ floats }: DataFacts, dataset: DatasetConfig, place: FilePlace): void {
  if (floats !== null) {
    place.fail(
      `is true, but ${floats}, so there are no whole numbers to scale; expected false, or no IntToFloat32.`,
    );
  }
  if (isFromFiles(dataset) && "dtype" in dataset.params && dataset.params.dtype !== "uint8") {
    place.objection(
      `is true, but dataset.params.dtype is "${dataset.params.dtype}" and only integers are scaled`,
      'expected dtype = "uint8"',
      "values are divided by 255 as if it were",
    );
  }
}

function afterCrop(params: AugmentationKinds["Crop"], facts: DataFacts, place: FilePlace): DataFacts {
  const { shape } = facts;
  if (shape.length !== 3) {
    place.fail(
      `belongs to Crop, which cuts images, and the samples are ${formatShape(shape)}; remove Crop or Reshape2DTo1D.`,
    );
  }
  const [height, width, channels] = shape;
  const [cropHeight, cropWidth] = params.size;
  const [left, top, right, bottom] = params.padding;
  const most = [height + top + bottom, width + left + right];
  const at = place.at("size");
  if (cropHeight > most[0] || cropWidth > most[1]) {
    refuse(at, params.size, `at most ${formatShape(most)}, the image with its padding`);
  }
  if (cropHeight === height && cropWidth === width) return facts;
  if (!params.evaluate) {
    refuse(
      at,
      params.size,
      `[${height}, ${width}] as the test images have, or evaluate = true to crop those too`,
    );
  }
  return { ...facts, shape: [cropHeight, cropWidth, channels] };
}
