/**
 * The built-in data set: 1797 handwritten digits of 8x8 pixels.
 *
 * @source E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI, 1998, CC BY 4.0
 */

import { FormatError } from "../errors.js";
import { ByteReader } from "./byte-reader.js";
import { Dataset } from "./dataset.js";
import type { TrainTest } from "./dataset.js";
import { turnIfDue } from "../platform/event-loop.js";
import { gunzip } from "./gunzip.js";

const ROWS = 1797;
const PIXELS = 64;
const TEST_ROWS = 360;

/**
 * The digits: samples [8, 8, 1], values 0 to 1 in steps of 1/16, 10 classes, 1437 to train with and 360 (the last
 * rows) to test with. The data come with the package and are loaded when this is first called, from no other place.
 */
export async function loadDigits(): Promise<TrainTest> {
  await turnIfDue();
  const { digitsCsvGzBase64 } = await import("./digits-data.js");
  const compressed = Uint8Array.from(atob(digitsCsvGzBase64), (character) => character.charCodeAt(0));
  let text = "";
  const decoder = new TextDecoder();
  for await (const piece of gunzip(new ByteReader(new Blob([compressed]).stream().getReader()))) {
    text += decoder.decode(piece, { stream: true });
  }
  const x = new Uint8Array(ROWS * PIXELS);
  const labels = new Int32Array(ROWS);
  const rows = text.trimEnd().split("\n");
  if (rows.length !== ROWS) throw new FormatError(`digits: ${rows.length} rows; expected ${ROWS}.`);
  rows.forEach((line, row) => {
    const numbers = line.split(",").map(Number);
    labels[row] = numbers[PIXELS];
    numbers.length = PIXELS;
    x.set(numbers, row * PIXELS);
  });
  const all = new Dataset({ name: "digits", x, labels, sampleShape: [8, 8, 1], classes: 10, divisor: 16 });
  return {
    train: all.subset({ start: 0, end: ROWS - TEST_ROWS }),
    test: all.subset({ start: ROWS - TEST_ROWS, end: ROWS }),
  };
}
