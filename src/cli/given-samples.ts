/** Samples of a command line: pictures, or arrays on its input. */

import { Dataset } from "../datasets/dataset.js";
import { FormatError } from "../errors.js";
import { parseNpy } from "../formats/data/npy.js";
import { isNpy } from "../formats/numpy/npy-header.js";
import { decodePicture, fitPicture, type PictureShape } from "../formats/data/picture.js";
import { MOST_PICTURE_BYTES } from "../formats/data/picture-folder.js";
import { readFileBounded } from "../platform/files.js";
import { decodeText } from "../platform/text-file.js";
import { formatShape, sizeOf, type Shape } from "../shapes.js";
import { quote } from "../show.js";
import { UsageError } from "./exit-codes.js";

/** What a network is given, before anything is done to it. */
export interface SamplePlan {
  /** Of one sample, at one time step. */
  readonly shape: Shape;
  readonly classes: number;
  /** Of signals that change over time. */
  readonly timesteps: number;
  /** What bytes are divided by: 1 where the network learned from bytes of files, which it brings to a size itself. */
  readonly divisor: 1 | 255;
}

export interface GivenSample {
  /** The file, or "line 3". */
  readonly source: string;
  /** Of one sample. */
  readonly data: Dataset;
}

/** @throws FormatError, FileError naming the picture; UsageError for a network that does not take pictures */
export async function pictureSample(file: string, plan: SamplePlan, invert: boolean): Promise<GivenSample> {
  const shape = pictureShape(plan.shape);
  const picture = await decodePicture(readFileBounded(file, MOST_PICTURE_BYTES), file);
  const bytes = new Uint8Array(sizeOf(plan.shape));
  fitPicture(picture, shape, bytes);
  return {
    source: file,
    data: datasetOf(file, invert ? bytes.map((byte) => 255 - byte) : bytes, plan.shape, plan),
  };
}

/** What a picture becomes for a network that takes samples of that shape; null for other samples. */
export function pictureShapeOf(shape: Shape): PictureShape | null {
  const [height, width, channels] = shape;
  if (shape.length === 3) return channels === 1 || channels === 3 ? { height, width, channels } : null;
  const side = Math.sqrt(sizeOf(shape));
  // Flattened: a square is what that mostly was.
  const isSquare = shape.length <= 2 && (shape[1] ?? 1) === 1 && Number.isInteger(side) && side > 1;
  return isSquare ? { height: side, width: side, channels: 1 } : null;
}

function pictureShape(shape: Shape): PictureShape {
  const own = pictureShapeOf(shape);
  if (own !== null) return own;
  throw new UsageError(
    `the network takes samples of ${formatShape(shape)}, which are no pictures; expected arrays. Give them with --stdin, as .npy or as lines of JSON.`,
  );
}

/**
 * An .npy array of one or several samples, or a sample per line as JSON or CSV.
 * @throws FormatError naming the line, or what does not fit
 */
export function arraySamples(bytes: Uint8Array, plan: SamplePlan): GivenSample[] {
  if (bytes.length === 0)
    throw new FormatError(`the input is empty; expected an .npy array, or a line of JSON per sample.`);
  return isNpy(bytes) ? fromNpy(bytes, plan) : fromLines(decodeText(bytes, "the input"), plan);
}

function fromNpy(bytes: Uint8Array, plan: SamplePlan): GivenSample[] {
  const { shape, data } = parseNpy(bytes, "the input");
  const size = sampleSize(shape, data.length, plan);
  if (size === null) {
    throw new FormatError(
      `the input is ${formatShape(shape)}; expected ${expected(plan)}, or several of them.`,
    );
  }
  return Array.from({ length: data.length / size }, (_, i) => {
    const part = data.subarray(i * size, (i + 1) * size);
    const source = data.length === size ? "the input" : `sample ${i + 1}`;
    return { source, data: datasetFor(source, part, plan) };
  });
}

/** Of one sample: the dimensions of the array, all or without the first, are that of one; null if they are not. */
function sampleSize(shape: Shape, length: number, plan: SamplePlan): number | null {
  const [still, moving] = [sizeOf(plan.shape), plan.timesteps * sizeOf(plan.shape)];
  for (const own of [shape, shape.slice(1)]) {
    const size = sizeOf(own);
    if (size > 0 && (size === still || size === moving))
      return length % size === 0 && length > 0 ? size : null;
  }
  return null;
}

function fromLines(text: string, plan: SamplePlan): GivenSample[] {
  const samples = text.split(/\r?\n/).flatMap((line, i): GivenSample[] => {
    if (line.trim() === "") return [];
    const source = `line ${i + 1}`;
    return [{ source, data: datasetFor(source, numbersIn(line, source), plan) }];
  });
  if (samples.length > 0) return samples;
  throw new FormatError("the input has no line with a sample; expected a list of numbers per line, as JSON.");
}

function numbersIn(line: string, source: string): Float32Array {
  const cells = line.split(/[,;\t]/).map((cell) => cell.trim());
  // As spreadsheets write them.
  if (cells.every(isNumber)) return Float32Array.from(cells, Number);
  let read: unknown;
  try {
    read = JSON.parse(line);
  } catch {
    throw new FormatError(
      `${source} is ${quote(line, 60)}, which is no JSON; expected a list of numbers, such as [0, 0.5, 1].`,
    );
  }
  const flat = Array.isArray(read) ? (read.flat(Infinity) as unknown[]) : [read];
  const wrong = flat.find((value) => typeof value !== "number");
  if (wrong !== undefined) {
    throw new FormatError(`${source} holds ${quote(JSON.stringify(wrong), 60)}; expected numbers alone.`);
  }
  return Float32Array.from(flat as number[]);
}

function isNumber(cell: string): boolean {
  return cell !== "" && Number.isFinite(Number(cell));
}

/** Still, or changing over time: the count of numbers tells. */
function datasetFor(source: string, values: ArrayLike<number>, plan: SamplePlan): Dataset {
  const { shape, timesteps } = plan;
  const size = sizeOf(shape);
  const isMoving = values.length !== size && values.length === timesteps * size;
  if (values.length !== size && !isMoving) {
    throw new FormatError(`${source} has ${values.length} numbers; expected ${expected(plan)}.`);
  }
  const x = values instanceof Uint8Array ? values.slice() : Float32Array.from(values);
  const wrong = x.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0)
    throw new FormatError(`${source} holds ${x[wrong]} at place ${wrong}; expected finite numbers.`);
  return datasetOf(source, x, isMoving ? [timesteps, ...shape] : shape, plan, isMoving);
}

function expected({ shape, timesteps }: SamplePlan): string {
  const size = sizeOf(shape);
  const moving =
    timesteps === 1
      ? ""
      : `, or ${timesteps * size} for [${[timesteps, ...shape].join(", ")}], which changes over time`;
  return `${size} numbers for a sample of ${formatShape(shape)}${moving}`;
}

/** @param time whether the first dimension is that of time steps */
export function datasetOf(
  name: string,
  x: Uint8Array | Float32Array,
  sampleShape: Shape,
  { classes, divisor }: SamplePlan,
  time = false,
): Dataset {
  return new Dataset({
    name,
    x,
    labels: [0],
    sampleShape,
    classes,
    time,
    ...(x instanceof Uint8Array ? { divisor } : {}),
  });
}
