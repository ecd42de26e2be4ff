/**
 * Labelled samples in memory, and the batches made of them.
 *
 * Images stay bytes as long as they are stored; a batch is converted when it is made: value = byte / divisor,
 * rounded once to float32. The divisor is 255 unless told otherwise, and 1 casts without scaling (values 0 to 255).
 */

import { checkBoolean, checkInteger, checkOptions, checkPositive, isList } from "../checks.js";
import { show } from "../show.js";
import { OutOfMemoryError, ShapeError } from "../errors.js";
import { Generator } from "../random/generator.js";
import { readPreprocessing, type PreprocessingSpec, type PreprocessingStep } from "../preprocessing/table.js";
import { close } from "../schema/fixed.js";
import { formatShape, sizeOf } from "../shapes.js";
import type { Shape } from "../shapes.js";
import type { Batch } from "./batch.js";

export interface DatasetFields {
  /** For messages and tables. */
  readonly name: string;
  /** [length, …sampleShape], row-major, channels last. Held, not copied. */
  readonly x: Float32Array | Uint8Array;
  /** [length] class numbers from 0 to classes - 1. An Int32Array is held, not copied. */
  readonly labels: Int32Array | readonly number[];
  /** [H, W, C], [S, C] or [F]; with time in the data [T, …] */
  readonly sampleShape: Shape;
  /** How many classes there are; the largest label + 1 if it is left out. */
  readonly classes?: number;
  /** One name per class. */
  readonly classNames?: readonly string[];
  /**
   * true: samples change over time, the first dimension of sampleShape being time steps T, and a model is shown one after
   * the other (runSequence). false if it is left out: a model is shown the same sample at every step.
   */
  readonly time?: boolean;
  /** What bytes are divided by on their way into a batch: 255 if it is left out. Float samples have none. */
  readonly divisor?: number;
  /**
   * What was done to the samples already, of what SpikingModel.preprocessing asks for: it is not done again. Nothing if it
   * is left out.
   */
  readonly preprocessing?: readonly PreprocessingSpec[];
}

/** Samples start to end - 1. */
export interface SampleRange {
  readonly start: number;
  readonly end: number;
}

export interface BatchOptions {
  /** Samples per batch; the last batch holds what is left. 32 if it is left out. */
  readonly batchSize?: number;
  /** Shuffles with this generator; in stored order if it is left out. */
  readonly shuffle?: Generator;
  /** How many batches of this pass to leave out at its start, to continue an interrupted pass. */
  readonly skip?: number;
}

/** The data sets of an experiment. */
export interface TrainTest {
  readonly train: Dataset;
  readonly test: Dataset;
}

/** Labels are 32-bit integers. */
const MAX_LABEL = 2 ** 31 - 1;
/** Typed arrays of every browser hold this many. */
export const MAX_VALUES = 2 ** 30;

const FIELDS = [
  "name",
  "x",
  "labels",
  "sampleShape",
  "classes",
  "classNames",
  "time",
  "divisor",
  "preprocessing",
];

export class Dataset {
  readonly name: string;
  readonly x: Float32Array | Uint8Array;
  readonly labels: Int32Array;
  readonly sampleShape: Shape;
  readonly classes: number;
  readonly classNames: readonly string[] | undefined;
  /** Whether the first dimension of sampleShape is time. */
  readonly time: boolean;
  /** What bytes are divided by on their way into a batch; 1 for float samples. */
  readonly divisor: number;
  /** What was done to the samples already: a model that asks for it does not do it again. */
  readonly preprocessing: readonly PreprocessingStep[];

  /**
   * @throws ShapeError if x, labels and sampleShape do not fit; RangeError on an empty set, a label out of range, a
   *   sample that is not finite, or a divisor for float samples
   */
  constructor(fields: DatasetFields) {
    checkOptions("Dataset", fields ?? null, FIELDS);
    const { name, x, sampleShape, classNames } = fields;
    if (typeof name !== "string")
      throw new TypeError(`Dataset: name is ${show(name)}; expected a string, such as "digits".`);
    const where = `Dataset "${name}"`;
    if (!(x instanceof Float32Array) && !(x instanceof Uint8Array)) {
      throw new TypeError(`${where}: x is ${show(x)}; expected a Float32Array or a Uint8Array.`);
    }
    const labels = toLabels(where, fields.labels);
    if (!isList(sampleShape)) {
      throw new TypeError(`${where}: sampleShape is ${show(sampleShape)}; expected an array like [H, W, C].`);
    }
    const sampleSize = sizeOf(sampleShape);
    if (sampleShape.length === 0 || sampleSize === 0) {
      throw new ShapeError(
        `${where}: sampleShape is ${formatShape(sampleShape)}; expected dimensions of at least 1.`,
      );
    }
    const time = checkBoolean(`${where}: time`, fields.time ?? false);
    if (time && sampleShape.length < 2) {
      throw new ShapeError(
        `${where}: sampleShape is ${formatShape(sampleShape)} with time: true; expected [T, …], what a network takes at ` +
          `each of T time steps. One number a step is [T, 1].`,
      );
    }
    if (labels.length === 0) throw new RangeError(`${where} is empty; expected at least one sample.`);
    if (x.length !== labels.length * sampleSize) {
      throw new ShapeError(
        `${where}: x holds ${x.length} values; expected ${labels.length * sampleSize} for ${labels.length} labels ` +
          `and samples of ${formatShape(sampleShape)}.`,
      );
    }
    const classes =
      fields.classes === undefined
        ? largest(labels) + 1
        : checkInteger(`${where}: classes`, fields.classes, 1);
    checkLabels(where, labels, classes);
    if (classNames !== undefined) checkClassNames(where, classNames, classes);
    const bytes = x instanceof Uint8Array;
    if (!bytes) {
      if (fields.divisor !== undefined && fields.divisor !== 1) {
        throw new RangeError(
          `${where}: divisor is ${fields.divisor} but the samples are float32; only bytes are divided. ` +
            `Leave it out, or divide the samples.`,
        );
      }
      checkSamples(where, x, sampleSize);
    }
    this.name = name;
    this.x = x;
    this.labels = labels;
    this.sampleShape = [...sampleShape];
    this.classes = classes;
    this.classNames = classNames;
    this.time = time;
    this.divisor = bytes ? checkDivisor(`${where}: divisor`, fields.divisor ?? 255) : 1;
    this.preprocessing = readPreprocessing(where, fields.preprocessing ?? []);
    close<Dataset>(this, "name", "x", "labels", "sampleShape", "classes", "classNames", "divisor");
    close<Dataset>(this, "time", "preprocessing");
  }

  /** How many samples. */
  get length(): number {
    return this.labels.length;
  }

  /** Values per sample. */
  get sampleSize(): number {
    return this.x.length / this.labels.length;
  }

  /** What a model is shown at one time step: sampleShape, without T where samples change over time. */
  get frameShape(): Shape {
    return this.time ? this.sampleShape.slice(1) : this.sampleShape;
  }

  /** [classes] how many samples each class has. */
  labelCounts(): Int32Array {
    const counts = new Int32Array(this.classes);
    for (const label of this.labels) counts[label]++;
    return counts;
  }

  /** A data set like this one but for the given fields, with the same storage where they do not replace it. */
  with(changes: Partial<DatasetFields>): Dataset {
    checkOptions(`Dataset "${this.name}".with`, changes ?? null, FIELDS);
    const { name, x, labels, sampleShape, classes, classNames, time, divisor, preprocessing } = this;
    return new Dataset({
      name,
      x,
      labels,
      sampleShape,
      classes,
      ...(classNames === undefined ? {} : { classNames }),
      time,
      ...(changes.x instanceof Float32Array ? {} : { divisor }),
      ...(preprocessing.length === 0 ? {} : { preprocessing }),
      ...changes,
    });
  }

  /** All samples as float32, bytes divided: a new array. */
  toFloat32(): Float32Array {
    return this.x instanceof Uint8Array
      ? this.#convert(this.x, new Float32Array(this.x.length))
      : this.x.slice();
  }

  /**
   * Some of the samples. A range shares this set's storage; a list of sample numbers, which may repeat, copies.
   * @throws RangeError on a sample that does not exist, or no samples at all
   */
  subset(samples: ArrayLike<number> | SampleRange): Dataset {
    const where = `subset of "${this.name}"`;
    if (typeof samples !== "object" || samples === null) {
      throw new TypeError(
        `${where}: the samples are ${show(samples)}; expected a list of sample numbers or { start, end }.`,
      );
    }
    const size = this.sampleSize;
    if (!("length" in samples)) {
      const start = checkInteger(`${where}: start`, samples.start);
      const end = checkInteger(`${where}: end`, samples.end);
      if (start >= end || end > this.length) {
        throw new RangeError(
          `${where}: samples ${start} to ${end} of ${this.length}; expected start < end <= ${this.length}.`,
        );
      }
      return this.with({
        x: this.x.subarray(start * size, end * size),
        labels: this.labels.subarray(start, end),
      });
    }
    if (checkInteger(`${where}: the number of samples`, samples.length) === 0)
      throw new RangeError(`${where}: no sample numbers; expected at least one.`);
    checkSampleCount(where, samples.length, size);
    const stored = this.x;
    const values = samples.length * size;
    const x = this.x instanceof Uint8Array ? new Uint8Array(values) : new Float32Array(values);
    const labels = new Int32Array(samples.length);
    for (let i = 0; i < samples.length; i++) {
      const row = this.#row(where, samples[i]);
      labels[i] = this.labels[row];
      for (let to = i * size, from = row * size, end = to + size; to < end; to++, from++)
        x[to] = stored[from];
    }
    return this.with({ x, labels });
  }

  /**
   * Splits at random, for validation: [the rest, round(fraction * length) samples], each in stored order. The rest
   * and the part are copies.
   * @throws RangeError unless both parts get a sample
   */
  split(fraction: number, generator: Generator): [rest: Dataset, part: Dataset] {
    const count = Math.round(checkPositive("split: fraction", fraction) * this.length);
    if (count < 1 || count >= this.length) {
      throw new RangeError(
        `split: fraction ${fraction} of ${this.length} samples is ${count}; expected both parts to get a sample.`,
      );
    }
    if (!(generator instanceof Generator)) {
      throw new TypeError(
        `split: the generator is ${show(generator)}; expected a Generator, as in new Generator(seed).`,
      );
    }
    const order = generator.shuffle(numbersBelow(this.length));
    return [this.subset(order.subarray(count).sort()), this.subset(order.subarray(0, count).sort())];
  }

  /** JSON would write typed arrays as objects with a key for each element. @throws TypeError that says what to write */
  toJSON(): never {
    throw new TypeError(
      `Dataset "${this.name}": ${this.length} samples of ${formatShape(this.sampleShape)} are not written as JSON; ` +
        `expected the fields that you need, such as Array.from(data.labels).`,
    );
  }

  /** The batch of these samples, in this order. @throws RangeError on a sample that does not exist */
  batch(samples: ArrayLike<number>): Batch {
    const where = `batch of "${this.name}"`;
    if (typeof samples !== "object" || samples === null || !("length" in samples)) {
      throw new TypeError(`${where}: the samples are ${show(samples)}; expected a list of sample numbers.`);
    }
    checkSampleCount(where, checkInteger(`${where}: the number of samples`, samples.length), this.sampleSize);
    const size = this.sampleSize;
    const x = new Float32Array(samples.length * size);
    const labels = new Int32Array(samples.length);
    const stored = this.x;
    const bytes = stored instanceof Uint8Array;
    const values = bytes ? byteValues(this.divisor) : new Float32Array(0);
    for (let i = 0; i < samples.length; i++) {
      const row = this.#row(where, samples[i]);
      labels[i] = this.labels[row];
      let from = row * size;
      const end = (i + 1) * size;
      if (bytes) for (let to = i * size; to < end; to++, from++) x[to] = values[stored[from]];
      else for (let to = i * size; to < end; to++, from++) x[to] = stored[from];
    }
    const shape = [samples.length, ...this.sampleShape];
    const { preprocessing, time } = this;
    return {
      x,
      shape,
      labels,
      ...(time ? { time } : {}),
      ...(bytes && this.divisor === 1 ? { integerMax: 255 } : {}),
      ...(preprocessing.length === 0 ? {} : { preprocessing }),
    };
  }

  /**
   * One pass over the samples. The order is drawn when this is called, so the same generator state gives the same
   * pass; each batch is made when it is asked for, in arrays of its own.
   */
  batches(options: BatchOptions = {}): IterableIterator<Batch> {
    checkOptions("batches", options, ["batchSize", "shuffle", "skip"]);
    const batchSize = checkInteger("batches: batchSize", options.batchSize ?? 32, 1);
    const skip = checkInteger("batches: skip", options.skip ?? 0);
    const { shuffle } = options;
    if (shuffle !== undefined && !(shuffle instanceof Generator)) {
      throw new TypeError(
        `batches: shuffle is ${show(shuffle)}; expected a Generator, as in new Generator(seed).`,
      );
    }
    const order = numbersBelow(this.length);
    shuffle?.shuffle(order);
    return this.#pass(order, batchSize, skip);
  }

  *#pass(order: Uint32Array, batchSize: number, skip: number): IterableIterator<Batch> {
    for (let start = skip * batchSize; start < order.length; start += batchSize) {
      yield this.batch(order.subarray(start, start + batchSize));
    }
  }

  #row(where: string, row: number): number {
    if (!Number.isInteger(row) || row < 0 || row >= this.length) {
      throw new RangeError(`${where}: there is no sample ${show(row)}; expected 0 to ${this.length - 1}.`);
    }
    return row;
  }

  #convert(bytes: Uint8Array, out: Float32Array): Float32Array {
    const values = byteValues(this.divisor);
    for (let i = 0; i < bytes.length; i++) out[i] = values[bytes[i]];
    return out;
  }
}

function checkDivisor(where: string, value: unknown): number {
  const divisor = checkPositive(where, value);
  if (!Number.isFinite(Math.fround(255 / divisor)) || Math.fround(1 / divisor) === 0) {
    throw new RangeError(
      `${where} is ${divisor}; expected a number by which float32 can hold 1 and 255 divided.`,
    );
  }
  return divisor;
}

/** The float32 value of each byte. A table, so that a division is made 256 times and not once per pixel. */
function byteValues(divisor: number): Float32Array {
  return Float32Array.from({ length: 256 }, (_, byte) => byte / divisor);
}

export function numbersBelow(count: number): Uint32Array {
  const numbers = new Uint32Array(count);
  for (let i = 0; i < count; i++) numbers[i] = i;
  return numbers;
}

function largest(labels: Int32Array): number {
  let most = 0;
  for (const label of labels) if (label > most) most = label;
  return most;
}

function toLabels(where: string, labels: unknown): Int32Array {
  if (labels instanceof Int32Array) return labels;
  if (!Array.isArray(labels)) {
    throw new TypeError(
      `${where}: labels are ${show(labels)}; expected an Int32Array or an array of numbers.`,
    );
  }
  return Int32Array.from(labels as unknown[], (label, i) => {
    const number = checkInteger(`${where}: the label of sample ${i}`, label);
    if (number > MAX_LABEL) {
      throw new RangeError(`${where}: the label of sample ${i} is ${number}; expected at most ${MAX_LABEL}.`);
    }
    return number;
  });
}

function checkLabels(where: string, labels: Int32Array, classes: number): void {
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] < 0 || labels[i] >= classes) {
      throw new RangeError(
        `${where}: the label of sample ${i} is ${labels[i]}; expected 0 to ${classes - 1} for ${classes} classes.`,
      );
    }
  }
}

function checkSamples(where: string, x: Float32Array, sampleSize: number): void {
  for (let i = 0; i < x.length; i++) {
    // Only NaN and the infinities give NaN here.
    if (x[i] - x[i] !== 0) {
      throw new RangeError(
        `${where}: sample ${Math.floor(i / sampleSize)} holds ${x[i]}; expected finite numbers. Remove or repair it.`,
      );
    }
  }
}

function checkClassNames(where: string, names: unknown, classes: number): void {
  if (!Array.isArray(names) || !names.every((name) => typeof name === "string")) {
    throw new TypeError(`${where}: classNames is ${show(names)}; expected one string per class.`);
  }
  if (names.length !== classes) {
    throw new RangeError(`${where}: ${names.length} class names for ${classes} classes; expected as many.`);
  }
}

/** Before the copy is made. */
function checkSampleCount(where: string, count: number, size: number): void {
  if (count * size <= MAX_VALUES) return;
  throw new OutOfMemoryError(
    `${where}: ${count} samples of ${size} values; expected at most ${MAX_VALUES} values. Use fewer samples at a time.`,
  );
}
