/** The data sets of experiment files, for programs: the same kinds, the same options, the same samples. */

import type { Dataset, TrainTest } from "../datasets/dataset.js";
import { ArgumentPlace } from "../schema/place.js";
import { readArguments, readOptions, readSchema, withDefault, type Schema } from "../schema/schema.js";
import { oneOf } from "../schema/value-types.js";
import { loadDataset as load } from "./data.js";
import { DATASETS } from "./description/data-schema.js";
import type {
  CsvParams,
  DatasetConfig,
  DatasetKinds,
  ImageFolderParams,
  LoadedKind,
  NumpyParams,
} from "./description/experiment.js";

/** Training and test samples, and those for validation where a set has such. */
export interface LoadedSets extends TrainTest {
  readonly valid?: Dataset;
}

type Given<P, Needed extends keyof P> = Pick<P, Needed> & Partial<Omit<P, "path">>;

/** size is [height, width]; channels 3, or 1; testPart 0.2, the part that is drawn where there is no test set. */
export type ImageFolderOptions = Given<ImageFolderParams, "size">;
/** label is the name of a column; sampleShape what the others are; dtype "float32", or "uint8"; testPart 0.2. */
export type CsvFileOptions = Given<CsvParams, "label" | "sampleShape">;
/** sampleShape is channels last, [T, …] with time; testPart 0.2. */
export type NumpyFileOptions = Given<NumpyParams, "sampleShape">;

export interface CifarOptions {
  /** 10 (default), or 100. */
  readonly classes?: 10 | 100;
}

const cifarSchema: Schema<Required<CifarOptions>> = {
  fields: { classes: withDefault(oneOf([10, 100]), 10) },
};

/** All kinds that are files, or built in. */
const kinds = (Object.keys(DATASETS.rows) as (keyof DatasetKinds)[]).filter(
  (kind): kind is LoadedKind => kind !== "InMemory",
);

/**
 * Any data set that an experiment file may name, by its `kind`, with its `params` under their names in code: `sampleShape` is
 * `sample_shape` of a file. Pixels of files stay 0 to 255. Those of files want Node.
 *
 *   const { train, test } = await loadDataset("EventFolder", { path, sensorShape: [34, 34], classes: 10, timesteps: 8 });
 *
 * @throws TypeError, RangeError for params that make no sense; FormatError, FileError naming the file that is missing or damaged
 */
export async function loadDataset<K extends LoadedKind>(
  kind: K,
  params: Partial<DatasetKinds[K]> = {},
): Promise<LoadedSets> {
  const where = new ArgumentPlace("loadDataset");
  const known = oneOf(kinds).read(kind, where.at("kind"));
  const read = readSchema(
    params,
    new ArgumentPlace(`loadDataset: ${known}`),
    DATASETS.rows[known].schema as never,
  );
  return load({ kind: known, params: read } as DatasetConfig);
}

/**
 * Pictures, PNG or JPEG, in a folder per class, or in `train` and `test` that have such folders; scaled to `size`. Samples
 * [height, width, channels], bytes; classes in the order of their names. Node only.
 *
 * @throws TypeError, RangeError; FormatError, FileError naming the picture; FormatError for a JPEG without the package sharp
 */
export async function loadImageFolder(path: string, options: ImageFolderOptions): Promise<TrainTest> {
  const params = readArguments("loadImageFolder", { path }, options, DATASETS.rows.ImageFolder.schema);
  return load({ kind: "ImageFolder", params });
}

/**
 * A CSV file, or a folder with train.csv and test.csv: a line per sample, a column of labels, all others numbers. Node only.
 * @throws TypeError, RangeError; FormatError, FileError naming the file and the line
 */
export async function loadCsv(path: string, options: CsvFileOptions): Promise<TrainTest> {
  const params = readArguments("loadCsv", { path }, options, DATASETS.rows.CSV.schema);
  return load({ kind: "CSV", params });
}

/**
 * Arrays x_train, y_train, x_test and y_test, or x and y, in an .npz file or in .npy files of a folder. Node only.
 * @throws TypeError, RangeError; FormatError, FileError naming the array
 */
export async function loadNumpy(path: string, options: NumpyFileOptions): Promise<TrainTest> {
  const params = readArguments("loadNumpy", { path }, options, DATASETS.rows.NumPy.schema);
  return load({ kind: "NumPy", params });
}

/**
 * The binary files of CIFAR-10, or of CIFAR-100 with its hundred classes, in a folder or the one above it. Samples [32, 32, 3],
 * bytes. Node only.
 *
 * @throws TypeError, RangeError; FormatError, FileError naming the file
 */
export async function loadCifar(path: string, options: CifarOptions = {}): Promise<TrainTest> {
  const { classes } = readOptions("loadCifar", options, cifarSchema);
  const { path: folder, dtype } = readSchema(
    { path },
    new ArgumentPlace("loadCifar"),
    DATASETS.rows.CIFAR10.schema,
  );
  return load({ kind: classes === 10 ? "CIFAR10" : "CIFAR100", params: { path: folder, dtype } });
}
