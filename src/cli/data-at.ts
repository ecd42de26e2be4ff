/** What kind of data there is at a path, told by its names and by a look at the first of it. */

import { loadIdxFolder } from "../datasets/idx-folder.js";
import type { StarterChoice } from "../experiment/description/starter.js";
import { csvColumns } from "../formats/data/csv-dataset.js";
import { firstNumpyArray } from "../formats/data/numpy-dataset.js";
import { firstPicture } from "../formats/data/picture-folder.js";
import type { ModelKind } from "../models/table.js";
import { exists, isFolder, namesIn } from "../platform/folders.js";
import { joinPaths } from "../platform/paths.js";
import type { Shape } from "../shapes.js";
import { UsageError } from "./exit-codes.js";

export interface DataFound {
  readonly choice: Pick<StarterChoice, "dataset" | "params" | "floats">;
  /** Of a sample. */
  readonly shape: Shape;
}

/** Larger pictures are scaled down to this: networks to begin with are made for such. */
const MOST_SIDE = 64;
const USUAL_SIDE = 32;

/** Columns that are called so are classes; otherwise the last one is. */
const LABELS = ["label", "labels", "class", "target", "category", "species", "y"];

/** Tables of so many numbers are mostly images. */
const IMAGES: Readonly<Record<number, Shape>> = { 784: [28, 28, 1], 3072: [32, 32, 3] };

/** @throws UsageError if nothing is known that is there; FormatError, FileError */
export async function dataAt(path: string): Promise<DataFound> {
  const found = isFolder(path) ? await inFolder(path) : fileOf(path);
  if (found !== null) return found;
  throw new UsageError(
    `${path} holds nothing that is known as data; expected a folder with a folder of pictures per class, a .csv or .npz file, a ` +
      "folder with train.csv and test.csv, with .npy files, with IDX files, with the .bin files of CIFAR, or with train and test " +
      "that have a folder of recordings of an event camera per class.",
  );
}

/** A network to begin with. */
export function networkFor(shape: Shape): ModelKind {
  return shape.length === 3 && Math.min(shape[0], shape[1]) >= 8 ? "SCNN" : "SMLP";
}

function fileOf(path: string): DataFound | null {
  if (/\.csv$/i.test(path)) return tableAt(path);
  if (/\.npz$/i.test(path)) return arraysAt(path);
  return null;
}

async function inFolder(path: string): Promise<DataFound | null> {
  const names = namesIn(path);
  if (names.some((name) => /idx3-ubyte(\.gz)?$/.test(name))) {
    const { train } = await loadIdxFolder(path, { classes: 256 });
    return known("IDX", { sampleShape: train.sampleShape, dtype: "uint8" }, train.sampleShape);
  }
  if (names.includes("train.csv")) return tableAt(joinPaths(path, "train.csv"));
  if (names.some((name) => name.endsWith(".npy"))) return arraysAt(path);
  const holds = (file: string, below: string): boolean =>
    names.includes(file) || exists(joinPaths(path, below, file));
  if (holds("test_batch.bin", "cifar-10-batches-bin"))
    return known("CIFAR10", { dtype: "uint8" }, [32, 32, 3]);
  if (holds("train.bin", "cifar-100-binary")) return known("CIFAR100", { dtype: "uint8" }, [32, 32, 3]);
  return (await eventsIn(path)) ?? (await picturesIn(path));
}

function known(
  dataset: StarterChoice["dataset"],
  params: Record<string, unknown>,
  shape: Shape,
  floats = false,
): DataFound {
  return { choice: { dataset, params, floats }, shape };
}

function tableAt(path: string): DataFound {
  const columns = csvColumns(path);
  const label =
    columns.find((name) => LABELS.includes(name.trim().toLowerCase())) ?? columns[columns.length - 1];
  const count = columns.length - 1;
  const shape = IMAGES[count] ?? [count];
  const isImage = shape.length === 3;
  return known("CSV", { label, sampleShape: shape, dtype: isImage ? "uint8" : "float32" }, shape, !isImage);
}

function arraysAt(path: string): DataFound {
  const { shape, floats } = firstNumpyArray(path);
  // [T, H, W, C]: pictures over time.
  const time = shape.length === 4 ? { time: true } : {};
  return known("NumPy", { sampleShape: shape, ...time }, shape.slice(shape.length - 3), floats);
}

/** Frames of a recording, to begin with. */
const USUAL_FRAMES = 8;

async function eventsIn(path: string): Promise<DataFound | null> {
  const { firstRecording } = await import("../formats/events/first-recording.js");
  const first = await firstRecording(path);
  if (first === null) return null;
  const { sensorShape, classes } = first;
  const params = { sensorShape, classes, timesteps: USUAL_FRAMES, splitBy: "number" };
  return known("EventFolder", params, [...sensorShape, 2]);
}

async function picturesIn(path: string): Promise<DataFound | null> {
  const first = await firstPicture(path);
  if (first === null) return null;
  const { width, height, rgba } = first.picture;
  const isSmall = Math.max(width, height) <= MOST_SIDE;
  const size = isSmall ? [height, width] : [USUAL_SIDE, USUAL_SIDE];
  const isGray = rgba.every((value, i) => i % 4 === 0 || i % 4 === 3 || value === rgba[i - (i % 4)]);
  const channels = isGray ? 1 : 3;
  return known("ImageFolder", { size, channels }, [...size, channels]);
}
