/** A test set for data that come without one. */

import type { Dataset, TrainTest } from "../../datasets/dataset.js";
import { FormatError } from "../../errors.js";
import { Generator } from "../../random/generator.js";

/** Seeds of runs are below 2^32: the test set is the same, whatever a network is trained with. */
const STREAM = 2 ** 41;

/**
 * @param part what is drawn for the test, between 0 and 1
 * @throws FormatError if there are too few samples
 */
export function heldOut(all: Dataset, part: number, source: string): TrainTest {
  const count = Math.round(part * all.length);
  if (count < 1 || count >= all.length) {
    throw new FormatError(
      `${source} holds ${all.length} samples, and ${part} of them for the test is ${count}; expected both parts to get one.`,
    );
  }
  const [train, test] = all.split(part, new Generator(STREAM));
  return { train, test };
}
