/** Samples in CSV files: a line per sample, a column of labels, all other columns numbers. */

import { Dataset, MAX_VALUES, type TrainTest } from "../../datasets/dataset.js";
import { counted } from "../../counted.js";
import { FormatError } from "../../errors.js";
import { didYouMean } from "../../nearest.js";
import { exists, isFolder } from "../../platform/folders.js";
import { joinPaths, lastPart } from "../../platform/paths.js";
import { readTextFile } from "../../platform/text-file.js";
import { sizeOf, type Shape } from "../../shapes.js";
import { quote } from "../../show.js";
import { csvLines } from "./csv.js";
import { heldOut } from "./held-out.js";

export interface CsvOptions {
  /** The column of the classes. */
  readonly label: string;
  /** Of the other columns, in their order. */
  readonly sampleShape: Shape;
  /** "uint8": whole numbers from 0 to 255, kept as bytes. */
  readonly dtype: "float32" | "uint8";
  /** What is drawn for the test where there is one file; 0: everything is both. */
  readonly testPart: number;
}

const MAX_BYTES = 2 ** 29 - 2 ** 16;

/** What stands in one file. */
interface Table {
  readonly x: Float32Array | Uint8Array;
  /** As they are written. */
  readonly labels: readonly string[];
}

/**
 * @param path a file, or a folder with train.csv and test.csv
 * @throws FormatError, FileError naming the file and the line
 */
export function loadCsv(path: string, options: CsvOptions): TrainTest {
  const name = lastPart(path);
  if (!isFolder(path)) {
    const table = readTable(path, options);
    const all = datasetOf(name, table, namesOf(table.labels), options, path);
    return options.testPart === 0 ? { train: all, test: all } : heldOut(all, options.testPart, path);
  }
  const [trainPath, testPath] = ["train.csv", "test.csv"].map((file) => joinPaths(path, file));
  for (const file of [trainPath, testPath]) {
    if (!exists(file)) {
      throw new FormatError(
        `${path} has no ${lastPart(file)}; expected train.csv and test.csv in it. Name one file to have a part of it drawn for the test.`,
      );
    }
  }
  const train = readTable(trainPath, options);
  const names = namesOf(train.labels);
  return {
    train: datasetOf(name, train, names, options, trainPath),
    test: datasetOf(name, readTable(testPath, options), names, options, testPath),
  };
}

/** The columns of a file, for who has not been told them. @throws FormatError, FileError */
export function csvColumns(path: string): string[] {
  for (const cells of csvLines(readTextFile(path, MAX_BYTES), path)) return cells;
  throw new FormatError(
    `${path} is empty; expected a line with the names of the columns, and samples below.`,
  );
}

function readTable(path: string, { label, sampleShape, dtype }: CsvOptions): Table {
  const text = readTextFile(path, MAX_BYTES);
  const lines = csvLines(text, path);
  const { value: head } = lines.next();
  if (!Array.isArray(head)) {
    throw new FormatError(
      `${path} is empty; expected a line with the names of the columns, and samples below.`,
    );
  }
  const column = head.indexOf(label);
  if (column < 0) {
    const shown = head
      .slice(0, 12)
      .map((each) => quote(each, 40))
      .join(", ");
    throw new FormatError(
      `${path} has no column ${quote(label)}; expected one with the classes. Its columns are ${shown}` +
        `${head.length > 12 ? `, … ${head.length} in all` : ""}.${didYouMean(label, head)}`,
    );
  }
  const features = head.length - 1;
  if (features !== sizeOf(sampleShape)) {
    throw new FormatError(
      `${path} has ${counted(features, "column")} besides ${quote(label)}; expected ${sizeOf(sampleShape)}, as sample_shape ` +
        `[${sampleShape.join(", ")}] says.`,
    );
  }
  let most = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) most++;
  if (most * features > MAX_VALUES) {
    throw new FormatError(
      `${path} has ${most} lines of ${features} numbers; expected at most ${MAX_VALUES} numbers in all.`,
    );
  }
  const x = dtype === "uint8" ? new Uint8Array(most * features) : new Float32Array(most * features);
  const labels: string[] = [];
  for (const cells of lines) {
    const at = labels.length * features;
    if (cells.length !== head.length) {
      throw new FormatError(
        `${path}: sample ${labels.length + 1} has ${counted(cells.length, "cell")}; expected ${head.length}, as the first line has.`,
      );
    }
    let filled = 0;
    for (const [i, cell] of cells.entries()) {
      if (i === column) continue;
      x[at + filled++] = numberOf(
        cell,
        dtype,
        () => `${path}: sample ${labels.length + 1}, column ${quote(head[i], 40)},`,
      );
    }
    labels.push(cells[column].trim());
  }
  if (labels.length === 0) throw new FormatError(`${path} has no sample; expected lines below the first.`);
  return { x: x.subarray(0, labels.length * features), labels };
}

function numberOf(cell: string, dtype: CsvOptions["dtype"], where: () => string): number {
  const value = cell.trim() === "" ? NaN : Number(cell);
  const isGood =
    dtype === "uint8"
      ? Number.isInteger(value) && value >= 0 && value <= 255
      : Number.isFinite(Math.fround(value));
  if (isGood) return value;
  const expected = dtype === "uint8" ? "a whole number from 0 to 255" : "a number";
  throw new FormatError(
    `${where()} is ${quote(cell, 40)}; expected ${expected}. Put every column that is none into the labels, or leave it out.`,
  );
}

/** Numbers in their order, everything else by the alphabet. */
function namesOf(labels: readonly string[]): string[] {
  const names = [...new Set(labels)];
  const areNumbers = names.every((name) => name !== "" && Number.isFinite(Number(name)));
  return areNumbers ? names.sort((a, b) => Number(a) - Number(b)) : names.sort();
}

function datasetOf(
  name: string,
  { x, labels }: Table,
  classNames: readonly string[],
  { sampleShape }: CsvOptions,
  path: string,
): Dataset {
  const numbers = new Map(classNames.map((each, i) => [each, i]));
  const known = labels.map((label, i) => {
    const number = numbers.get(label);
    if (number !== undefined) return number;
    throw new FormatError(
      `${path}: sample ${i + 1} is of the class ${quote(label, 40)}, which there is none of in the training data; expected one of ` +
        `${classNames
          .slice(0, 12)
          .map((each) => quote(each, 40))
          .join(", ")}.`,
    );
  });
  return new Dataset({
    name,
    x,
    labels: Int32Array.from(known),
    sampleShape,
    classes: classNames.length,
    classNames,
    ...(x instanceof Uint8Array ? { divisor: 1 } : {}),
  });
}
