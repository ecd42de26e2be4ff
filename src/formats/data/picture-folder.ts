/** Pictures in a folder per class. */

import { Dataset, MAX_VALUES, type TrainTest } from "../../datasets/dataset.js";
import { counted } from "../../counted.js";
import { FormatError } from "../../errors.js";
import { turnIfDue } from "../../platform/event-loop.js";
import { readFileBounded } from "../../platform/files.js";
import { isFolder, namesIn } from "../../platform/folders.js";
import { joinPaths, lastPart } from "../../platform/paths.js";
import { quote } from "../../show.js";
import { heldOut } from "./held-out.js";
import { decodePicture, fitPicture, type Picture, type PictureShape } from "./picture.js";

export interface PictureFolderOptions extends PictureShape {
  /** What is drawn for the test where there are classes alone; 0: everything is both. */
  readonly testPart: number;
}

/** Of one file. */
export const MOST_PICTURE_BYTES = 2 ** 28;
const PICTURE = /\.(png|jpe?g)$/i;
const SETS = ["train", "test"] as const;

/**
 * @param path a folder with a folder per class, or with train and test, each with a folder per class. Classes are counted in the
 *   order of their names
 * @returns pictures as bytes [height, width, channels], 0 to 255
 * @throws FormatError, FileError naming what is missing or damaged
 */
export async function loadPictureFolder(path: string, options: PictureFolderOptions): Promise<TrainTest> {
  const [trainPath, testPath] = SETS.map((set) => joinPaths(path, set));
  const name = lastPart(path);
  if (!isFolder(trainPath) || !isFolder(testPath)) {
    const all = await load(path, name, options, null);
    return options.testPart === 0 ? { train: all, test: all } : heldOut(all, options.testPart, path);
  }
  const train = await load(trainPath, name, options, null);
  return { train, test: await load(testPath, name, options, train.classNames ?? []) };
}

/** The first picture, and the classes, for who has not been told the size. null if there are no folders with pictures */
export async function firstPicture(
  path: string,
): Promise<{ readonly picture: Picture; readonly classes: number } | null> {
  const train = joinPaths(path, SETS[0]);
  const root = isFolder(train) ? train : path;
  const classes = foldersIn(root);
  for (const each of classes) {
    const file = picturesIn(joinPaths(root, each)).at(0);
    if (file === undefined) continue;
    const picture = await decodePicture(readFileBounded(file, MOST_PICTURE_BYTES), file);
    return { picture, classes: classes.length };
  }
  return null;
}

async function load(
  root: string,
  name: string,
  shape: PictureShape,
  known: readonly string[] | null,
): Promise<Dataset> {
  const found = foldersIn(root);
  const classNames = known ?? found;
  if (found.length === 0) {
    throw new FormatError(
      `${root} has no folders; expected one per class with pictures in it, or train and test with such folders.`,
    );
  }
  const unknown = found.find((each) => !classNames.includes(each));
  if (unknown !== undefined) {
    throw new FormatError(
      `${root} has a folder ${quote(unknown)}, a class that there is none of in training; expected ${classNames
        .slice(0, 12)
        .map((each) => quote(each))
        .join(", ")}.`,
    );
  }
  const files = classNames.flatMap((each, label) =>
    found.includes(each) ? picturesIn(joinPaths(root, each)).map((file) => ({ file, label })) : [],
  );
  if (known === null) checkClasses(root, classNames, files);
  if (files.length === 0)
    throw new FormatError(`${root} has no pictures; expected .png, .jpg or .jpeg files in its folders.`);
  const size = shape.height * shape.width * shape.channels;
  if (files.length * size > MAX_VALUES) {
    throw new FormatError(
      `${root} has ${files.length} pictures, of ${size} bytes each in the size asked for; expected at most ${MAX_VALUES} bytes. ` +
        "Ask for a smaller size.",
    );
  }
  const x = new Uint8Array(files.length * size);
  const labels = new Int32Array(files.length);
  for (const [i, { file, label }] of files.entries()) {
    fitPicture(await decodePicture(readFileBounded(file, MOST_PICTURE_BYTES), file), shape, x, i * size);
    labels[i] = label;
    await turnIfDue();
  }
  const { height, width, channels } = shape;
  return new Dataset({
    name,
    x,
    labels,
    sampleShape: [height, width, channels],
    classes: classNames.length,
    classNames,
    divisor: 1,
  });
}

function checkClasses(
  root: string,
  classNames: readonly string[],
  files: readonly { readonly label: number }[],
): void {
  const empty = classNames.find((_, i) => files.every(({ label }) => label !== i));
  if (empty === undefined) return;
  throw new FormatError(
    `${joinPaths(root, empty)} has no pictures; expected .png, .jpg or .jpeg files in each of ${counted(classNames.length, "folder")}.`,
  );
}

/** Hidden ones are of programs. */
function foldersIn(path: string): string[] {
  return namesIn(path)
    .filter((name) => !name.startsWith(".") && isFolder(joinPaths(path, name)))
    .sort();
}

function picturesIn(path: string): string[] {
  return namesIn(path)
    .filter((name) => !name.startsWith(".") && PICTURE.test(name))
    .sort()
    .map((name) => joinPaths(path, name));
}
