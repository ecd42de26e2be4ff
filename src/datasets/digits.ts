/**
 * The built-in data set: 1797 handwritten digits of 8x8 pixels.
 *
 * @source E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI, 1998, CC BY 4.0
 */

import { Dataset } from "./dataset.js";
import type { TrainTest } from "./dataset.js";
import { turnIfDue } from "../platform/event-loop.js";
import { unpacked } from "../platform/unpacked.js";

const ROWS = 1797;
const PIXELS = 64;
const TEST_ROWS = 360;

/**
 * The digits: samples [8, 8, 1], values 0 to 1 in steps of 1/16, 10 classes, 1437 to train with and 360 (the last
 * rows) to test with. The data come with the package and are loaded when this is first called, from no other place.
 */
export async function loadDigits(): Promise<TrainTest> {
  await turnIfDue();
  const { digitsDeflatedBase64 } = await import("./digits-data.js");
  const bytes = new Uint8Array(await unpacked(digitsDeflatedBase64, "loadDigits: the digits"));
  const labels = Int32Array.from(bytes.subarray(0, ROWS));
  // Pixel by pixel, and of each those of one class after those of another: neighbours that are alike pack better.
  const order = [...labels.keys()].sort((a, b) => labels[a] - labels[b]);
  const x = new Uint8Array(ROWS * PIXELS);
  for (let pixel = 0, at = ROWS; pixel < PIXELS; pixel++) {
    for (const row of order) x[row * PIXELS + pixel] = bytes[at++];
  }
  const all = new Dataset({ name: "digits", x, labels, sampleShape: [8, 8, 1], classes: 10, divisor: 16 });
  return {
    train: all.subset({ start: 0, end: ROWS - TEST_ROWS }),
    test: all.subset({ start: ROWS - TEST_ROWS, end: ROWS }),
  };
}
