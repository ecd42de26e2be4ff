/** A quantized network that a command line names, as it is brought to a device: in whole numbers. */

import type { LongWidth } from "../deployment/integer/arithmetic.js";
import { ConfigError, FormatError, messageOf, OutOfMemoryError, StateError } from "../errors.js";
import { readTextFile } from "../platform/text-file.js";
import { quantizersIn } from "../quantization/calibrate.js";
import { spellCommand } from "./command-line.js";
import { UsageError } from "./exit-codes.js";
import { openRun, type TrainedRun } from "./trained-run.js";

export interface WholeNetwork extends TrainedRun {
  /** Text of a range file, in the place of what its quantizers say. */
  readonly ranges?: string;
}

const MOST_BYTES = 2 ** 22;

/**
 * @param rangesFile in the place of what its quantizers say
 * @throws UsageError for a network of float32 numbers, or of which there is no form in whole numbers; FileError
 */
export async function openWholeNetwork(
  named: string,
  command: string,
  rangesFile: string | undefined,
): Promise<WholeNetwork> {
  const run = await openRun(named, command);
  if (quantizersIn(run.model).length === 0) {
    throw new UsageError(
      `${named} computes with float32 numbers; expected a quantized network. Quantize it first: ${spellCommand(["quantize", named])}`,
    );
  }
  return rangesFile === undefined ? run : { ...run, ranges: readTextFile(rangesFile, MOST_BYTES) };
}

/** What the library refuses, with its options as the command line calls them. @throws UsageError */
export function inCommandWords<R>(work: () => R): R {
  try {
    return work();
  } catch (thrown) {
    const isRefused = [TypeError, RangeError, FormatError, StateError, ConfigError].some(
      (kind) => thrown instanceof kind,
    );
    if (!isRefused || thrown instanceof OutOfMemoryError) throw thrown;
    const sentence = messageOf(thrown)
      .replace(/^(IntegerModel|exportC): /, "")
      .replace("Give longWidth: ", "Use --long-width ");
    throw new UsageError(sentence, { cause: thrown });
  }
}

/** Sums of 32 bits, or wider ones where those could overflow. */
export function narrowest<R>(make: (longWidth: LongWidth) => R): R {
  try {
    return make(32);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    return make(64);
  }
}
