/** Data sets from files that the reader drops: IDX files as MNIST has them, or pictures with their class in the name. */

import { Dataset, Generator, idxDataset, readIdx, type IdxFile, type TrainTest } from "atif";
import { YOUR_IMAGES, YOUR_PICTURES } from "../pictures/picture.js";
import { preparePicture } from "../pictures/prepare-picture.js";
import { readPicture } from "../pictures/read-picture.js";
import { problems } from "../words/problems.js";

/** A file, and where it was in the folder that was dropped. */
export interface DroppedFile {
  readonly path: string;
  readonly file: File;
}

/** Larger pictures are scaled down to a square of this size: they train while one looks on. */
const PICTURE_SIZE = 28;
const HELD_OUT = 0.2;

/** Sorted by what they are. */
export interface DataFiles {
  readonly pictures: readonly DroppedFile[];
  readonly idx: readonly DroppedFile[];
}

/** @throws FormatError, or an Error with a sentence for the reader */
export async function dataFromFiles({ pictures, idx }: DataFiles): Promise<TrainTest> {
  if (pictures.length > 0 && idx.length > 0) {
    throw new Error(problems.data.mixed(pictures.length, idx.length));
  }
  return pictures.length > 0 ? dataFromPictures(pictures) : dataFromIdx(idx);
}

async function dataFromIdx(files: readonly DroppedFile[]): Promise<TrainTest> {
  const read = await Promise.all(
    files.map(async ({ file }): Promise<IdxFile> => {
      return { source: file.name, array: await readIdx(file.stream(), file.name) };
    }),
  );
  const isTest = ({ source }: IdxFile): boolean => /t10k|test|valid/i.test(source);
  const pair = (some: readonly IdxFile[], of: "training" | "test"): Dataset | null => {
    if (some.length === 0) return null;
    const images = some.filter(({ array }) => array.shape.length >= 3);
    const labels = some.filter(({ array }) => array.shape.length === 1);
    if (images.length !== 1 || labels.length !== 1) {
      const found = some.map(({ source, array }) => `${source} [${array.shape.join(", ")}]`);
      throw new Error(problems.data.noPair(of, found));
    }
    const classes = Math.max(2, 1 + largest(labels[0].array.data));
    return idxDataset(nameOf(images[0].source), images[0], labels[0], { classes });
  };
  const train = pair(
    read.filter((file) => !isTest(file)),
    "training",
  );
  const test = pair(read.filter(isTest), "test");
  const only = train ?? test;
  if (only === null) throw new Error(problems.data.none);
  if (train === null || test === null) return split(only);
  const classes = Math.max(train.classes, test.classes);
  return { train: train.with({ classes }), test: test.with({ classes }) };
}

function nameOf(source: string): string {
  return (
    source.replace(/\.gz$/, "").replace(/[-_.]?(train|t10k|test)?[-_.]?(images|labels).*$/i, "") ||
    YOUR_IMAGES
  );
}

function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, values[i]);
  return most;
}

/** The class is the folder that a picture lies in, or what stands in its name before the first "_", "-" or " ". */
export function classOfPath(path: string): string | null {
  const parts = path.split("/").filter((part) => part !== "");
  const name = (parts.at(-1) ?? "").replace(/\.[^.]*$/, "");
  const prefix = /^([^_\- ]+)[_\- ]/.exec(name);
  if (parts.length >= 3) return parts.at(-2) ?? null;
  return prefix?.[1] ?? null;
}

async function dataFromPictures(files: readonly DroppedFile[]): Promise<TrainTest> {
  const classOf = files.map(({ path }) => classOfPath(path));
  const nameless = classOf.indexOf(null);
  if (nameless >= 0) {
    throw new Error(problems.data.noClass(files[nameless].path));
  }
  const classNames = [...new Set(classOf.map(String))].sort();
  if (classNames.length < 2 || files.length < 10) {
    throw new Error(problems.data.tooFew(files.length, classNames.length));
  }
  const pixels = PICTURE_SIZE ** 2;
  const x = new Uint8Array(files.length * pixels);
  for (const [i, { file, path }] of files.entries()) {
    const picture = await readPicture(file, path);
    const prepared = preparePicture(picture, [PICTURE_SIZE, PICTURE_SIZE, 1], "whole");
    x.set(
      prepared.map((value) => Math.round(255 * value)),
      i * pixels,
    );
  }
  return split(
    new Dataset({
      name: YOUR_PICTURES,
      x,
      labels: classOf.map((name) => classNames.indexOf(String(name))),
      sampleShape: [PICTURE_SIZE, PICTURE_SIZE, 1],
      classes: classNames.length,
      classNames,
    }),
  );
}

function split(data: Dataset): TrainTest {
  const [train, test] = data.split(HELD_OUT, new Generator(0));
  return { train, test };
}
