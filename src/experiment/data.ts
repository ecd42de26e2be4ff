/** The data of an experiment: loaded, preprocessed, augmented. */

import { AugmentationPipeline } from "../datasets/augmentations/pipeline.js";
import { createAugmentation } from "../datasets/augmentations/table.js";
import type { TrainTest } from "../datasets/dataset.js";
import { loadDigits } from "../datasets/digits.js";
import { FASHION_MNIST_CLASSES, loadIdxFolder } from "../datasets/idx-folder.js";
import type { DatasetSets } from "../datasets/preprocessing/preprocessing.js";
import { createPreprocessing } from "../datasets/preprocessing/table.js";
import { Generator } from "../random/generator.js";
import type { Shape } from "../shapes.js";
import type { DatasetConfig, Experiment } from "./description/experiment.js";

/** Where the samples come from; a browser gives its own for sets that are files. */
export type DatasetLoader = (dataset: DatasetConfig) => Promise<TrainTest>;

export interface PrepareDataOptions {
  /** loadDataset if it is left out. */
  readonly load?: DatasetLoader;
  /** Told, in a sentence, what a user should know but need not repair. */
  readonly warn?: (sentence: string) => void;
}

/** Seeds below 2^32 give other numbers than this one. */
const PREPROCESSING_STREAM = 2 ** 40;

/**
 * The built-in set, or the files of the folder that the configuration names. Pixels of files stay 0 to 255.
 * @throws FormatError naming the file that is missing, damaged or does not fit
 */
export function loadDataset(dataset: DatasetConfig): Promise<TrainTest> {
  switch (dataset.kind) {
    case "Digits":
      return loadDigits();
    case "MNIST":
      return loadIdxFolder(dataset.params.path, { name: dataset.kind, divisor: 1 });
    case "FashionMNIST":
      return loadIdxFolder(dataset.params.path, {
        name: dataset.kind,
        divisor: 1,
        classNames: FASHION_MNIST_CLASSES,
      });
  }
}

/**
 * Loads the sets and runs [[preprocessing]] over them. What it draws at random depends on bench.seed alone.
 * @throws what the loader and the steps throw on data that do not fit them
 */
export async function prepareData(
  experiment: Experiment,
  options: PrepareDataOptions = {},
): Promise<DatasetSets> {
  const { load = loadDataset, warn } = options;
  const generator = new Generator(PREPROCESSING_STREAM + (experiment.bench.seed % 2 ** 32));
  const context = { generator, ...(warn === undefined ? {} : { warn }) };
  let sets: DatasetSets = await load(experiment.dataset);
  for (const { kind, params } of experiment.preprocessing) {
    sets = createPreprocessing(kind, params).apply(sets, context);
  }
  return sets;
}

/** [[data_augmentation]], in order. */
export function augmentationsOf(experiment: Experiment): AugmentationPipeline {
  return new AugmentationPipeline(
    experiment.dataAugmentation.map(({ kind, params }) => createAugmentation(kind, params)),
  );
}

/** The shape of a sample as a network meets it outside training: augmentations may crop. */
export function networkInputShape({ train }: DatasetSets, augmentations: AugmentationPipeline): Shape {
  return augmentations.apply(train.batch([0]), new Generator(0), false).shape.slice(1);
}
