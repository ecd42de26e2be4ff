/** A folder with the four IDX files of MNIST, Fashion-MNIST, KMNIST. For Node: it reads the file system. */

import { checkOptions } from "../checks.js";
import { show } from "../show.js";
import { FormatError, messageOf, StateError } from "../errors.js";
import { builtinModule } from "../platform/host.js";
import { formatShape, sameShape } from "../shapes.js";
import type { Dataset, TrainTest } from "./dataset.js";
import { idxDataset } from "./idx-dataset.js";
import type { IdxDatasetOptions, IdxFile } from "./idx-dataset.js";
import { MAX_IDX_BYTES } from "./idx.js";
import { readIdx } from "./read-idx.js";

export interface IdxFolderOptions extends IdxDatasetOptions {
  /** For messages and tables; the folder's name if it is left out. */
  readonly name?: string;
}

const CHUNK_BYTES = 1 << 20;

type FileSystem = typeof import("node:fs/promises");

/**
 * Reads train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, each
 * also with a dot before idx and also gzipped as .gz; where both are there, the one that is not gzipped is read.
 *
 * @returns images as bytes [H, W, 1]; batches hold pixel / 255 unless options.divisor says otherwise
 * @throws FormatError naming the file that is missing, cannot be read, is damaged or does not fit the others;
 *   StateError where there is no file system
 */
export async function loadIdxFolder(folder: string, options: IdxFolderOptions = {}): Promise<TrainTest> {
  if (typeof folder !== "string" || folder === "") {
    throw new TypeError(
      `loadIdxFolder: the folder is ${show(folder)}; expected its path, such as "data/mnist".`,
    );
  }
  checkOptions("loadIdxFolder", options ?? null, ["name", "classes", "classNames", "divisor"]);
  const fs = builtinModule<FileSystem>("node:fs/promises");
  if (fs === undefined) {
    throw new StateError(
      `loadIdxFolder("${folder}"): there is no file system here; expected Node 20.16 or newer. ` +
        `In a browser use readIdx and idxDataset.`,
    );
  }
  let names: string[];
  try {
    names = await fs.readdir(folder);
  } catch (error) {
    throw new FormatError(
      `${folder} cannot be read as a folder (${messageOf(error)}); expected one with IDX files.`,
    );
  }
  const { name = folder.split(/[\\/]/).findLast((part) => part !== "") ?? folder, ...rest } = options;
  const load = async (set: "train" | "t10k"): Promise<Dataset> => {
    const images = await readFile(fs, folder, find(folder, names, set, "images", 3));
    const labels = await readFile(fs, folder, find(folder, names, set, "labels", 1));
    return idxDataset(name, images, labels, rest);
  };
  const [train, test] = [await load("train"), await load("t10k")];
  if (!sameShape(train.sampleShape, test.sampleShape)) {
    throw new FormatError(
      `${folder}: the training images are ${formatShape(train.sampleShape)} and the test images ` +
        `${formatShape(test.sampleShape)}; expected the same size. The files are of different sets.`,
    );
  }
  return { train, test };
}

function find(folder: string, names: readonly string[], set: string, kind: string, rank: number): string {
  const plain = [`${set}-${kind}-idx${rank}-ubyte`, `${set}-${kind}.idx${rank}-ubyte`];
  const found = [...plain, ...plain.map((name) => `${name}.gz`)].find((name) => names.includes(name));
  if (found === undefined) {
    const shown =
      names.length === 0
        ? "is empty"
        : `holds ${names.slice(0, 8).join(", ")}${names.length > 8 ? ", …" : ""}`;
    throw new FormatError(
      `${folder} has no ${plain[0]}, with or without .gz; it ${shown}. Name the folder with the IDX files.`,
    );
  }
  return found;
}

async function readFile(fs: FileSystem, folder: string, name: string): Promise<IdxFile> {
  const source = `${folder.replace(/[\\/]+$/, "")}/${name}`;
  let file: Awaited<ReturnType<FileSystem["open"]>> | undefined;
  try {
    // Looked at before it is opened: opening a pipe would wait for its writer.
    const { size } = await regularFile(fs, source);
    if (size > MAX_IDX_BYTES) {
      throw new FormatError(`${source} has ${size} bytes; expected at most ${MAX_IDX_BYTES}.`);
    }
    file = await fs.open(source);
    return { source, array: await readIdx(chunks(file), source) };
  } catch (error) {
    // What the system says (EACCES, EIO, …) has a code; what this library says has a sentence already.
    if (error instanceof Error && "code" in error) {
      throw new FormatError(`${source} cannot be read (${error.message}); expected an IDX file.`);
    }
    throw error;
  } finally {
    await file?.close();
  }
}

async function regularFile(fs: FileSystem, source: string): Promise<{ size: number }> {
  const status = await fs.stat(source);
  if (!status.isFile()) throw new FormatError(`${source} is not a regular file; expected an IDX file.`);
  return status;
}

function chunks(file: Awaited<ReturnType<FileSystem["open"]>>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { bytesRead, buffer } = await file.read(new Uint8Array(CHUNK_BYTES), 0, CHUNK_BYTES);
      if (bytesRead === 0) controller.close();
      else controller.enqueue(buffer.subarray(0, bytesRead));
    },
  });
}
