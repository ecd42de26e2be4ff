/**
 * CIFAR-10 and CIFAR-100 in their binary files: a record per picture, its label (of CIFAR-100, the coarse and the fine one)
 * and 32 x 32 bytes each of red, green and blue.
 *
 * @source A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009; its data page
 */

import { Dataset, type TrainTest } from "../../datasets/dataset.js";
import { FormatError } from "../../errors.js";
import { readFileBounded } from "../../platform/files.js";
import { exists, isFolder } from "../../platform/folders.js";
import { joinPaths } from "../../platform/paths.js";
import { readTextFile } from "../../platform/text-file.js";

const SIDE = 32;
const PIXELS = SIDE * SIDE;
const MAX_BYTES = 2 ** 29;
const MAX_NAMES_BYTES = 2 ** 16;

interface Layout {
  /** Of a record, before the picture; the last one is the class. */
  readonly labels: number;
  readonly classes: number;
  readonly train: readonly string[];
  readonly test: readonly string[];
  /** With a name of a class per line. */
  readonly names: string;
  /** Where the archive unpacks to. */
  readonly below: string;
}

const LAYOUTS = {
  CIFAR10: {
    labels: 1,
    classes: 10,
    train: [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`),
    test: ["test_batch.bin"],
    names: "batches.meta.txt",
    below: "cifar-10-batches-bin",
  },
  CIFAR100: {
    labels: 2,
    classes: 100,
    train: ["train.bin"],
    test: ["test.bin"],
    names: "fine_label_names.txt",
    below: "cifar-100-binary",
  },
} satisfies Record<string, Layout>;

export type CifarKind = keyof typeof LAYOUTS;

/**
 * @param folder with the .bin files, or that above it
 * @returns pictures as bytes [32, 32, 3], 0 to 255
 * @throws FormatError, FileError naming the file
 */
export function loadCifar(kind: CifarKind, folder: string): TrainTest {
  const layout: Layout = LAYOUTS[kind];
  const below = joinPaths(folder, layout.below);
  const root = isFolder(below) ? below : folder;
  const names = namesAt(joinPaths(root, layout.names), layout.classes);
  const load = (files: readonly string[]): Dataset => {
    const parts = files.map((file) => readRecords(joinPaths(root, file), layout));
    const count = parts.reduce((sum, { labels }) => sum + labels.length, 0);
    const x = new Uint8Array(count * 3 * PIXELS);
    const labels = new Int32Array(count);
    let at = 0;
    for (const part of parts) {
      x.set(part.x, at * 3 * PIXELS);
      labels.set(part.labels, at);
      at += part.labels.length;
    }
    return new Dataset({
      name: kind,
      x,
      labels,
      sampleShape: [SIDE, SIDE, 3],
      classes: layout.classes,
      ...(names === null ? {} : { classNames: names }),
      divisor: 1,
    });
  };
  return { train: load(layout.train), test: load(layout.test) };
}

function readRecords(
  path: string,
  { labels: before, classes }: Layout,
): { readonly x: Uint8Array; readonly labels: Int32Array } {
  const bytes = readFileBounded(path, MAX_BYTES);
  const size = before + 3 * PIXELS;
  const count = bytes.length / size;
  if (count === 0 || !Number.isInteger(count)) {
    throw new FormatError(
      `${path} has ${bytes.length} bytes; expected a multiple of ${size}, the bytes of a record. It is cut off, or another file.`,
    );
  }
  const x = new Uint8Array(count * 3 * PIXELS);
  const labels = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const record = i * size;
    const label = bytes[record + before - 1];
    if (label >= classes) {
      throw new FormatError(
        `${path}: label ${i} is ${label}; expected 0 to ${classes - 1}. It is damaged, or another file.`,
      );
    }
    labels[i] = label;
    for (let c = 0; c < 3; c++) {
      const plane = record + before + c * PIXELS;
      for (let p = 0; p < PIXELS; p++) x[(i * PIXELS + p) * 3 + c] = bytes[plane + p];
    }
  }
  return { x, labels };
}

/** null if there is no such file, or it has not a name for each class. */
function namesAt(path: string, classes: number): string[] | null {
  if (!exists(path)) return null;
  const names = readTextFile(path, MAX_NAMES_BYTES)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "");
  return names.length === classes && new Set(names).size === classes ? names : null;
}
