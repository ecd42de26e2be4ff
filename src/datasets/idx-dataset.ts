/** A data set from a pair of IDX arrays, as MNIST and its relatives come. */

import { isList } from "../checks.js";
import { show } from "../show.js";
import { FormatError } from "../errors.js";
import { formatShape } from "../shapes.js";
import { Dataset } from "./dataset.js";
import type { IdxArray } from "./idx.js";

/** An array and the name of the file it is from. */
export interface IdxFile {
  readonly source: string;
  readonly array: IdxArray;
}

export interface IdxDatasetOptions {
  /** How many classes the labels count; 10, as in MNIST, if it is left out. */
  readonly classes?: number;
  readonly classNames?: readonly string[];
  /** What pixels are divided by on their way into a batch: 255 if it is left out; 1 keeps 0 to 255. */
  readonly divisor?: number;
}

/**
 * Images [N, H, W] (or [N, H, W, C]) and labels [N], both unsigned bytes, as a data set of samples [H, W, C].
 * @throws FormatError naming the file that does not fit
 */
export function idxDataset(
  name: string,
  images: IdxFile,
  labels: IdxFile,
  options: IdxDatasetOptions = {},
): Dataset {
  for (const [what, file] of Object.entries({ images, labels })) {
    const array = (file as Partial<IdxFile> | undefined)?.array as Partial<IdxArray> | undefined;
    if (isList(array?.shape) && ArrayBuffer.isView(array?.data)) continue;
    throw new TypeError(
      `idxDataset: ${what} is ${show(file)}; expected { source, array }, the array from readIdx or parseIdx.`,
    );
  }
  const { shape, data } = images.array;
  if (!(data instanceof Uint8Array) || shape.length < 3 || shape.length > 4) {
    throw new FormatError(
      `${images.source} holds ${describe(images.array)}; expected images, unsigned bytes [N, H, W] or [N, H, W, C].`,
    );
  }
  const classNumbers = labels.array.data;
  if (!(classNumbers instanceof Uint8Array) || labels.array.shape.length !== 1) {
    throw new FormatError(
      `${labels.source} holds ${describe(labels.array)}; expected labels, unsigned bytes [N].`,
    );
  }
  if (data.length === 0) {
    throw new FormatError(`${images.source} is empty, ${formatShape(shape)}; expected at least one image.`);
  }
  if (shape[0] !== classNumbers.length) {
    throw new FormatError(
      `${labels.source} holds ${classNumbers.length} labels but ${images.source} holds ${shape[0]} images; ` +
        `expected one label per image. One of the files may belong to another set.`,
    );
  }
  const classes = options.classes ?? 10;
  const wrong = classNumbers.findIndex((label) => label >= classes);
  if (wrong >= 0) {
    throw new FormatError(
      `${labels.source}: label ${wrong} is ${classNumbers[wrong]}; expected 0 to ${classes - 1}. ` +
        `If the set has more classes, say how many (classes).`,
    );
  }
  return new Dataset({
    ...options,
    name,
    x: data,
    labels: Int32Array.from(classNumbers),
    sampleShape: [shape[1], shape[2], shape[3] ?? 1],
    classes,
  });
}

function describe({ shape, data }: IdxArray): string {
  return `${formatShape(shape)} as ${data.constructor.name}`;
}
