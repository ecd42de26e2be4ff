/** The data of an experiment: loaded, preprocessed, augmented. */

import { AugmentationPipeline } from "../datasets/augmentations/pipeline.js";
import { createAugmentation } from "../datasets/augmentations/table.js";
import type { Dataset, TrainTest } from "../datasets/dataset.js";
import { loadDigits } from "../datasets/digits.js";
import { loadMovingDigits } from "../datasets/events/moving-digits.js";
import { FASHION_MNIST_CLASSES } from "../datasets/fashion-mnist-classes.js";
import { loadIdxFolder } from "../datasets/idx-folder.js";
import type { DatasetSets } from "../datasets/preprocessing/preprocessing.js";
import { createPreprocessing } from "../datasets/preprocessing/table.js";
import { ConfigError, FormatError } from "../errors.js";
import { Generator } from "../random/generator.js";
import { formatShape, sameShape, type Shape } from "../shapes.js";
import type {
  DataFilesConfig,
  DatasetConfig,
  EventFilesConfig,
  Experiment,
  IdxOfAnyParams,
} from "./description/experiment.js";

/** Some have a set for validation. */
type LoadedSets = TrainTest & Pick<DatasetSets, "valid">;

/** Where the samples come from; a browser gives its own for sets that are files. */
export type DatasetLoader = (dataset: DatasetConfig) => Promise<LoadedSets>;

export interface PrepareDataOptions {
  /** loadDataset if it is left out. */
  readonly load?: DatasetLoader;
  /** Leaves samples as they were loaded, for a network that knows how they are prepared. Default false. */
  readonly asLoaded?: boolean;
  /** Told, in a sentence, what a user should know but need not repair. */
  readonly warn?: (sentence: string) => void;
}

const MNIST_CLASSES = 10;

/** Seeds below 2^32 give other numbers than this one. */
const PREPROCESSING_STREAM = 2 ** 40;

/**
 * The built-in set, or the files of the folder that the configuration names. Pixels of files stay 0 to 255.
 * @throws FormatError naming the file that is missing, damaged or does not fit
 */
export function loadDataset(dataset: DatasetConfig): Promise<LoadedSets> {
  switch (dataset.kind) {
    case "Digits":
      return loadDigits();
    case "MNIST":
      return loadWithClasses(dataset.params.path, dataset.kind);
    case "FashionMNIST":
      return loadIdxFolder(dataset.params.path, {
        name: dataset.kind,
        divisor: 1,
        classNames: FASHION_MNIST_CLASSES,
      });
    case "IDX":
      return loadIdxOfAny(dataset.params);
    case "CIFAR10":
    case "CIFAR100":
    case "ImageFolder":
    case "CSV":
    case "NumPy":
      return loadFiles(dataset);
    case "MovingDigits":
      return loadMovingDigits(dataset.params);
    case "EventFolder":
    case "DVSGesture":
    case "DVSGestureWithPreprocessing":
    case "SHD":
    case "SSC":
      return loadEventData(dataset);
    case "InMemory":
      throw new ConfigError(
        `dataset.kind is "InMemory", but no samples came; expected those of "${dataset.params.name}". ` +
          "Give them as data: { train, test }, or name a set that can be loaded.",
      );
  }
}

/** What reads such files is loaded by those who have some. */
async function loadFiles(dataset: DataFilesConfig): Promise<TrainTest> {
  const { loadDataFiles } = await import("./load-data-files.js");
  return loadDataFiles(dataset);
}

/** Images in the format of MNIST: as many classes as the labels count. */
async function loadIdxOfAny({ path, sampleShape }: IdxOfAnyParams): Promise<TrainTest> {
  const name = path.split(/[\\/]/).findLast((part) => part !== "") ?? path;
  const { train, test } = await loadIdxFolder(path, { name, divisor: 1, classes: 256 });
  if (!sameShape(train.sampleShape, sampleShape)) {
    throw new FormatError(
      `${path} has images of ${formatShape(train.sampleShape)}, but sample_shape is ${formatShape(sampleShape)}; expected the same.`,
    );
  }
  const classes = 1 + Math.max(largestLabel(train), largestLabel(test));
  return { train: train.with({ classes }), test: test.with({ classes }) };
}

/** What reads files of events is loaded by those who have some. */
async function loadEventData(dataset: EventFilesConfig): Promise<LoadedSets> {
  const { loadEventFiles } = await import("./load-event-files.js");
  return loadEventFiles(dataset);
}

/** A folder in the format of MNIST: ten classes, or as many as the labels count (EMNIST has more). */
async function loadWithClasses(path: string, name: string): Promise<TrainTest> {
  const { train, test } = await loadIdxFolder(path, { name, divisor: 1, classes: 256 });
  const classes = Math.max(MNIST_CLASSES, 1 + largestLabel(train), 1 + largestLabel(test));
  return { train: train.with({ classes }), test: test.with({ classes }) };
}

function largestLabel({ labels }: Dataset): number {
  return labels.reduce((most, label) => Math.max(most, label), 0);
}

/**
 * As many classes as the models ask for, if all labels of the files are below.
 * @throws FormatError for labels above those of MNIST that nobody has asked for: they may be damage
 */
function withAskedClasses({ dataset, models }: Experiment, sets: LoadedSets): LoadedSets {
  if (dataset.kind !== "MNIST") return sets;
  const asked = models.find(({ params }) => params.outputShape !== undefined)?.params.outputShape?.[0];
  const { train, test } = sets;
  const labelled = 1 + Math.max(largestLabel(train), largestLabel(test));
  if (asked === undefined && labelled > MNIST_CLASSES) {
    throw new FormatError(
      `${dataset.params.path}: the labels go up to ${labelled - 1}; expected 0 to ${MNIST_CLASSES - 1}. ` +
        `If the set has more classes, say how many: output_shape = [${labelled}] in the params of the model.`,
    );
  }
  if (asked === undefined || labelled > asked) return sets;
  return { train: train.with({ classes: asked }), test: test.with({ classes: asked }) };
}

/**
 * Loads the sets and runs [[preprocessing]] over them. What it draws at random depends on bench.seed alone.
 * @throws FormatError for labels that the models do not expect; what the loader and the steps throw on data that do not fit them
 */
export async function prepareData(
  experiment: Experiment,
  options: PrepareDataOptions = {},
): Promise<DatasetSets> {
  const { load = loadDataset, asLoaded = false, warn } = options;
  const generator = new Generator(PREPROCESSING_STREAM + (experiment.bench.seed % 2 ** 32));
  const context = { generator, ...(warn === undefined ? {} : { warn }) };
  let sets: DatasetSets = withAskedClasses(experiment, await load(experiment.dataset));
  const steps = experiment.preprocessing.map(({ kind, params }) => createPreprocessing(kind, params));
  // What comes before samples have time is not the network's to do.
  const first = steps.findLastIndex(({ makesTime }) => makesTime === true);
  for (const [i, step] of steps.entries()) {
    if (!asLoaded || step.preparesSamples !== true || i < first) sets = step.apply(sets, context);
  }
  return sets;
}

/** [[data_augmentation]], in order. */
export function augmentationsOf(experiment: Experiment): AugmentationPipeline {
  return new AugmentationPipeline(
    experiment.dataAugmentation.map(({ kind, params }) => createAugmentation(kind, params)),
  );
}

/** The shape of a sample, at one time step, as a network meets it outside training: augmentations may crop. */
export function networkInputShape({ train }: DatasetSets, augmentations: AugmentationPipeline): Shape {
  const { shape, time } = augmentations.apply(train.batch([0]), new Generator(0), false);
  return shape.slice(time === true ? 2 : 1);
}
