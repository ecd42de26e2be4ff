/** The data a trained network is measured on: what it was trained for, or what the command line names. */

import type { AugmentationPipeline } from "../datasets/augmentations/pipeline.js";
import type { Dataset, TrainTest } from "../datasets/dataset.js";
import { loadDigits } from "../datasets/digits.js";
import { loadIdxFolder } from "../datasets/idx-folder.js";
import { DatasetLimit } from "../datasets/preprocessing/dataset-limit.js";
import { isFromFiles } from "../experiment/description/data-schema.js";
import { hasTime } from "../experiment/description/validate-model.js";
import type {
  DatasetConfig,
  Experiment,
  FilesConfig,
  InMemoryConfig,
} from "../experiment/description/experiment.js";
import { parseExperiment } from "../experiment/description/index.js";
import { counted } from "../counted.js";
import { ConfigError } from "../errors.js";
import { FileError } from "../platform/files.js";
import { exists, isFolder, namesIn } from "../platform/folders.js";
import { absolutePath } from "../platform/paths.js";
import { Generator } from "../random/generator.js";
import { inOrderOf } from "./class-order.js";
import { checkDataFolder } from "./data-folder.js";
import { readExperiment } from "./experiment-source.js";
import { withDataFolder } from "../experiment/adjust.js";
import {
  augmentationsOf,
  loadDataset,
  networkInputShape,
  prepareData,
  type DatasetLoader,
} from "../experiment/data.js";
import { lossOfExperiment } from "../experiment/training.js";
import type { LossSpec } from "../losses/loss-spec.js";
import type { SpikingModel } from "../models/spiking-model.js";
import { shapeBefore, stepsLeft } from "../preprocessing/table.js";
import { formatShape, sameShape, sizeOf, type Shape } from "../shapes.js";
import { quote } from "../show.js";
import { UsageError } from "./exit-codes.js";
import type { TrainingFacts } from "../experiment/run-folder/training-facts.js";

export interface TestData {
  readonly data: Dataset;
  /** The samples that networks learn from, as they come to a network that is measured. */
  readonly train: Dataset;
  readonly augmentations?: AugmentationPipeline;
  readonly loss: LossSpec;
  /** What the network was trained by, if that is a function of a program, which is not here. */
  readonly trainedBy?: string;
  /** "the digits", or the folder. */
  readonly name: string;
}

const DIGITS = "the digits";

/** Loads what networks of one experiment are measured on once for all of them. */
export function loadingOnce(): DatasetLoader {
  const loaded = new Map<string, ReturnType<DatasetLoader>>();
  return (dataset) => {
    const key = JSON.stringify(dataset);
    const sets = loaded.get(key) ?? loadDataset(dataset);
    loaded.set(key, sets);
    return sets;
  };
}

/** There are no data that fit the network; a network can be looked at all the same. */
export class NoFittingData extends UsageError {
  override name = "NoFittingData";
}

/**
 * @param config the experiment beside the model file, if there is one
 * @param asked --data: a folder, or "digits"; undefined: what the facts of the model name
 * @param load where the sets of experiments come from
 * @throws NoFittingData if there is nothing to test with; FormatError on damaged or missing files
 */
export async function testDataFor(
  model: SpikingModel,
  facts: TrainingFacts,
  config: string | null,
  asked: string | undefined,
  load: DatasetLoader = loadDataset,
): Promise<TestData> {
  const experiment = experimentFor(facts, config, asked);
  const found =
    experiment === null
      ? await plain(model, asked ?? builtIn(facts), facts)
      : await fromExperiment(model, experiment, load);
  return fitted(model, inOrder(facts, found));
}

/** Always the same ones. */
export function someOf(data: Dataset, limit: number): Dataset {
  return new DatasetLimit({ samples: limit }).apply({ train: data }, { generator: new Generator(0) }).train;
}

/** The classes as the network counts them, with their names. */
function inOrder({ classNames }: TrainingFacts, found: TestData): TestData {
  if (classNames === undefined) return found;
  const { data, train, name } = found;
  const own = inOrderOf(classNames, data, name);
  return { ...found, data: own, train: train === data ? own : inOrderOf(classNames, train, name) };
}

/**
 * The experiment that the model was trained by, with its data where they are now; null if it was saved without one, or other
 * data are asked for.
 *
 * @throws NoFittingData if it is not known where the data are
 */
export function experimentFor(
  facts: TrainingFacts,
  config: string | null,
  asked: string | undefined,
): Experiment | null {
  const experiment = experimentOf(facts);
  if (experiment === null || (asked !== undefined && !fitsKind(experiment, asked))) return null;
  const folder = asked ?? dataFolder(experiment, config);
  if (!isFromFiles(experiment.dataset)) return experiment;
  return asked === undefined || !areOthers(experiment, config, asked)
    ? withDataFolder(experiment, folder)
    : wholly(withDataFolder(experiment, folder));
}

/** Whether it is known that the data asked for are not those of the training. */
function areOthers({ dataset }: Experiment, config: string | null, asked: string): boolean {
  const beside = config === null ? null : (readQuietly(config)?.dataset ?? null);
  if (beside === null || beside.kind !== dataset.kind || !isFromFiles(beside)) return false;
  return absolutePath(beside.params.path) !== absolutePath(asked);
}

/** Data that come without a test set are a test set as a whole, where nothing of them was learned. */
function wholly(experiment: Experiment): Experiment {
  const { dataset } = experiment;
  if (!("testPart" in dataset.params)) return experiment;
  return {
    ...experiment,
    dataset: { ...dataset, params: { ...dataset.params, testPart: 0 } } as DatasetConfig,
  };
}

/** The experiment that the model was trained by; null if it was saved without one. */
function experimentOf({ experiment }: TrainingFacts): Experiment | null {
  if (experiment === undefined) return null;
  return parseExperiment(experiment, { source: "the experiment in the model file", lenient: true })
    .experiment;
}

/** Whether the network was trained with samples that change over time; false if it was saved without its experiment. */
export function learnedFromTime(facts: TrainingFacts): boolean {
  const experiment = experimentOf(facts);
  return experiment !== null && hasTime(experiment.learningFramework.kind);
}

/** Whether the data asked for go the same way to the network as those it was trained with. */
function fitsKind({ dataset }: Experiment, asked: string): boolean {
  return asked === "digits" ? isBuiltIn(dataset) : isFromFiles(dataset);
}

/** The digits, still or moving. */
function isBuiltIn(dataset: DatasetConfig): dataset is Exclude<DatasetConfig, FilesConfig | InMemoryConfig> {
  return dataset.kind === "Digits" || dataset.kind === "MovingDigits";
}

/** Where the data were when the model was trained. @throws NoFittingData */
function dataFolder({ dataset }: Experiment, config: string | null): string {
  if (isBuiltIn(dataset)) return "digits";
  if (dataset.kind === "InMemory") {
    throw new NoFittingData(
      `the network was trained on "${dataset.params.name}", samples that a program gave; expected data to test it with. ` +
        "Name a folder with --data, or --data digits for the built-in ones.",
    );
  }
  const beside = config === null ? null : readQuietly(config)?.dataset;
  if (beside?.kind === dataset.kind) return beside.params.path;
  throw new NoFittingData(
    `the network was trained on ${dataset.kind}, whose files are not part of the model; expected their folder. ` +
      "Name it with --data.",
  );
}

/** null if it is no experiment: the file may be anybody's. */
function readQuietly(path: string): Experiment | null {
  try {
    return readExperiment(path, { lenient: true }, () => undefined);
  } catch (thrown) {
    if (thrown instanceof ConfigError || thrown instanceof FileError || thrown instanceof UsageError)
      return null;
    throw thrown;
  }
}

async function fromExperiment(
  model: SpikingModel,
  moved: Experiment,
  load: DatasetLoader,
): Promise<TestData> {
  checkDataFolder(moved.dataset);
  // A network that knows how samples are prepared has the statistics of its own training set.
  const asLoaded = model.preprocessing.length > 0;
  const { train, test = train } = await prepareData(moved, { load, asLoaded });
  const augmentations = augmentationsOf(moved);
  const { loss } = moved.learningFramework.params;
  const found = {
    loss: lossOfExperiment(moved),
    ...(typeof loss === "string" ? {} : { trainedBy: loss.name }),
    name: isFromFiles(moved.dataset)
      ? moved.dataset.params.path
      : moved.dataset.kind === "MovingDigits"
        ? "the moving digits"
        : DIGITS,
  };
  if (!asLoaded) {
    return {
      ...found,
      data: test,
      train,
      ...(augmentations.steps.some(({ evaluate }) => evaluate) ? { augmentations } : {}),
    };
  }
  return { ...found, data: test, train, ...(augmentations.variesOutsideTraining ? { augmentations } : {}) };
}

/** A network that was saved without its experiment may still say that it has learned the digits, which are here. */
function builtIn({ dataset }: TrainingFacts): "digits" | undefined {
  return dataset?.toLowerCase() === "digits" ? "digits" : undefined;
}

/** Samples as they are, pixels from 0 to 1; the network may know how they are to be prepared. */
async function plain(
  model: SpikingModel,
  asked: string | undefined,
  { dataset }: TrainingFacts,
): Promise<TestData> {
  if (asked === undefined && dataset !== undefined) {
    throw new NoFittingData(
      `the network was trained on ${quote(dataset)}, and its file does not say where those data are; expected their folder. ` +
        "Name it with --data, or --data digits for the built-in ones.",
    );
  }
  if (asked === undefined) {
    throw new NoFittingData(
      "the model file does not say what the network was trained on; expected data to test it with. " +
        "Name a folder with --data, or --data digits for the built-in ones.",
    );
  }
  const { train, test } = asked === "digits" ? await loadDigits() : await loadAsked(model, asked);
  return { data: test, train, loss: "crossentropy", name: asked === "digits" ? DIGITS : asked };
}

/** Files of any kind that is known, in the size that the network takes; of data without a test set, all. */
async function loadAsked(model: SpikingModel, asked: string): Promise<TrainTest> {
  const isIdx = !exists(asked) || (isFolder(asked) && namesIn(asked).some((name) => name.includes("-ubyte")));
  if (isIdx) return loadIdxFolder(asked);
  const { dataAt } = await import("./data-at.js");
  const { dataset: kind, params } = (await dataAt(asked)).choice;
  const [height, width, channels] = shapeBefore(model.preprocessing, model.inputShape);
  const size = kind === "ImageFolder" && channels !== undefined ? { size: [height, width], channels } : {};
  const { train, test } = await loadDataset({
    kind,
    params: { ...params, path: asked, ...size, testPart: 0 },
  } as unknown as DatasetConfig);
  // As IDX files are: pixels from 0 to 1, which a network that prepares its samples itself begins with as well.
  const scaled = (set: Dataset): Dataset => (set.x instanceof Uint8Array ? set.with({ divisor: 255 }) : set);
  return { train: scaled(train), test: scaled(test) };
}

function flatShape({ time, sampleShape }: Dataset, inputShape: Shape): Shape {
  return time ? [sampleShape[0], ...inputShape] : inputShape;
}

/** The data in the shape that the network takes. @throws NoFittingData */
function fitted(model: SpikingModel, found: TestData): TestData {
  const { data, augmentations, name } = found;
  const { outputShape } = model;
  const left = stepsLeft(model.preprocessing, data.preprocessing) ?? [];
  const inputShape = shapeBefore(left, model.inputShape);
  const shape =
    augmentations === undefined ? data.frameShape : networkInputShape({ train: data }, augmentations);
  if (data.classes > outputShape[0]) {
    throw new NoFittingData(
      `${name} has ${counted(data.classes, "class", "classes")}, but the network has ${counted(outputShape[0], "output")}; expected at most as many. ` +
        "Name other data with --data.",
    );
  }
  if (sameShape(shape, inputShape)) return found;
  const isFlattened = inputShape.length === 1 && sizeOf(shape) === inputShape[0] && shape.at(-1) === 1;
  if (isFlattened && augmentations === undefined) {
    const [flat, train] = [data, found.train].map((each) =>
      each.with({ sampleShape: flatShape(each, inputShape) }),
    );
    return { ...found, data: flat, train };
  }
  throw new NoFittingData(
    `${name} has samples of ${formatShape(shape)}, but the network takes ${formatShape(inputShape)}; ` +
      "expected samples of that shape. Name other data with --data.",
  );
}
