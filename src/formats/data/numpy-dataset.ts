/** Samples and labels in NumPy arrays: one .npz file, or a folder of .npy files. */

import { Dataset, MAX_VALUES, type TrainTest } from "../../datasets/dataset.js";
import { FormatError } from "../../errors.js";
import { readFileBounded } from "../../platform/files.js";
import { exists, isFolder, namesIn } from "../../platform/folders.js";
import { joinPaths, lastPart } from "../../platform/paths.js";
import { formatShape, sameShape, sizeOf, type Shape } from "../../shapes.js";
import { heldOut } from "./held-out.js";
import { parseNpy, type NpyArray } from "./npy.js";
import { Npz } from "./npz.js";

export interface NumpyOptions {
  readonly sampleShape: Shape;
  readonly time: boolean;
  /** What is drawn for the test where there are samples and labels alone; 0: everything is both. */
  readonly testPart: number;
}

const MAX_BYTES = 2 ** 31 - 1;

/** What arrays are called: training samples and labels, those of the test; one of all samples and labels. */
const SPLIT_NAMES = [
  ["x_train", "y_train", "x_test", "y_test"],
  ["X_train", "y_train", "X_test", "y_test"],
  ["train_images", "train_labels", "test_images", "test_labels"],
] as const;
const WHOLE_NAMES = [
  ["x", "y"],
  ["X", "y"],
  ["images", "labels"],
] as const;

/** Where arrays are. */
interface Arrays {
  readonly names: readonly string[];
  array(name: string): NpyArray;
}

/** @throws FormatError, FileError naming the file */
export function loadNumpy(path: string, options: NumpyOptions): TrainTest {
  const arrays = arraysAt(path);
  const name = lastPart(path);
  const has = (all: readonly string[]): boolean => all.every((each) => arrays.names.includes(each));
  const pair = (x: string, y: string): Omit<Pair, "name"> => ({
    x: arrays.array(x),
    y: arrays.array(y),
    source: `${path}: ${x}`,
  });
  const split = SPLIT_NAMES.find(has);
  if (split !== undefined) {
    const [x, y, xTest, yTest] = split;
    const sets = [pair(x, y), pair(xTest, yTest)].map((each) => datasetOf({ name, ...each }, options));
    const classes = Math.max(...sets.map((set) => set.classes));
    const [train, test] = sets.map((set) => set.with({ classes }));
    return { train, test };
  }
  const whole = WHOLE_NAMES.find(has);
  if (whole === undefined) {
    throw new FormatError(
      `${path} holds ${arrays.names.slice(0, 12).join(", ") || "no arrays"}; expected arrays x_train, y_train, x_test and y_test, or x and y.`,
    );
  }
  const all = datasetOf({ name, ...pair(whole[0], whole[1]) }, options);
  return options.testPart === 0 ? { train: all, test: all } : heldOut(all, options.testPart, path);
}

/** The samples in a file, for who has not been told what they are. @throws FormatError, FileError */
export function firstNumpyArray(path: string): { readonly shape: Shape; readonly floats: boolean } {
  const arrays = arraysAt(path);
  const name = [...SPLIT_NAMES, ...WHOLE_NAMES].map(([x]) => x).find((x) => arrays.names.includes(x));
  if (name === undefined) {
    throw new FormatError(
      `${path} holds ${arrays.names.slice(0, 12).join(", ") || "no arrays"}; expected arrays x_train, y_train, x_test and y_test, or x and y.`,
    );
  }
  const { shape, data } = arrays.array(name);
  const own = shape.slice(1);
  // Gray pictures come without a dimension of channels.
  const whole = own.length === 2 ? [...own, 1] : own.length === 0 ? [1] : own;
  return { shape: whole, floats: !(data instanceof Uint8Array) };
}

function arraysAt(path: string): Arrays {
  if (!isFolder(path)) return new Npz(readFileBounded(path, MAX_BYTES), path);
  const names = namesIn(path)
    .filter((name) => name.endsWith(".npy"))
    .map((name) => name.slice(0, -4));
  return {
    names,
    array: (name) => {
      const file = joinPaths(path, `${name}.npy`);
      if (!exists(file)) throw new FormatError(`${path} has no ${name}.npy; expected one.`);
      return parseNpy(readFileBounded(file, MAX_BYTES), file);
    },
  };
}

interface Pair {
  readonly name: string;
  readonly x: NpyArray;
  readonly y: NpyArray;
  readonly source: string;
}

function datasetOf({ name, x, y, source }: Pair, { sampleShape, time }: NumpyOptions): Dataset {
  const [count, ...own] = x.shape;
  const fits =
    sameShape(own, sampleShape) ||
    sameShape([...own, 1], sampleShape) ||
    (own.length === 0 && sizeOf(sampleShape) === 1);
  if (count === undefined || !fits) {
    throw new FormatError(
      `${source} is ${formatShape(x.shape)}; expected [N, ${sampleShape.join(", ")}], as sample_shape says.`,
    );
  }
  if (x.data.length > MAX_VALUES) {
    throw new FormatError(`${source} holds ${x.data.length} numbers; expected at most ${MAX_VALUES}.`);
  }
  const { data } = x;
  const wrong =
    data instanceof Uint8Array ? -1 : data.findIndex((value) => !Number.isFinite(Math.fround(value)));
  if (wrong >= 0)
    throw new FormatError(`${source} holds ${data[wrong]} at element ${wrong}; expected finite numbers.`);
  return new Dataset({
    name,
    x: data instanceof Float64Array ? Float32Array.from(data) : data,
    labels: labelsOf(y, count, source),
    sampleShape,
    time,
    ...(data instanceof Uint8Array ? { divisor: 1 } : {}),
  });
}

/** [N] or [N, 1] of whole numbers. */
function labelsOf({ shape, data }: NpyArray, count: number, source: string): Int32Array {
  if (shape[0] !== count || sizeOf(shape) !== count) {
    throw new FormatError(
      `the labels of ${source} are ${formatShape(shape)}; expected [${count}], a class number for each sample.`,
    );
  }
  const wrong = data.findIndex((value) => !Number.isInteger(value) || value < 0 || value >= 2 ** 16);
  if (wrong >= 0) {
    throw new FormatError(
      `the labels of ${source} hold ${data[wrong]} at element ${wrong}; expected class numbers from 0 on.`,
    );
  }
  return Int32Array.from(data);
}
