/** A network that a command line names, as it is brought to a device. */

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

/** What it is to be exported with, or was. */
export interface ExportableOptions {
  readonly width: "float32" | 8 | 16 | undefined;
  /** A range file, in the place of what its quantizers say. */
  readonly ranges: string | undefined;
}

/** @throws UsageError for a network of other numbers; FileError */
export async function openExportable(
  named: string,
  command: string,
  { width, ranges }: ExportableOptions,
): Promise<WholeNetwork> {
  const run = await openRun(named, command);
  const isQuantized = quantizersIn(run.model).length > 0;
  const isInIntegers = isQuantized || (ranges !== undefined && width !== "float32");
  if (isInIntegers && !isQuantized && width === undefined) {
    throw new UsageError(
      `${named} computes with float32 numbers, and --ranges tells fractional bits alone; expected the bits of integers, too. ` +
        "Add --width 8 or --width 16.",
    );
  }
  if (isInIntegers === (width === "float32"))
    throw new UsageError(
      command === "verify" ? otherCode(named, isQuantized) : otherNumbers(named, isQuantized),
    );
  return ranges === undefined ? run : { ...run, ranges: readTextFile(ranges, MOST_BYTES) };
}

function otherCode(named: string, isQuantized: boolean): string {
  const numbers = isQuantized
    ? "is quantized, and the code computes with float32 numbers"
    : "computes with float32 numbers, and the code with whole numbers";
  return `${named} ${numbers}; expected the run that it was exported from. Name that one, or export this one.`;
}

function otherNumbers(named: string, isQuantized: boolean): string {
  return isQuantized
    ? `${named} is quantized; expected a network of float32 numbers with --width float32. Name the run that it was made of, or ` +
        "leave --width out: this one computes with whole numbers."
    : `${named} computes with float32 numbers; expected a quantized network. Quantize it first: ${spellCommand(["quantize", named])}; ` +
        "or export it as it is: --width float32";
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
      .replace("(forceQ)", "(--force-q)")
      .replace(
        'Quantize the model with quantype "fxp", without LSQ.',
        "Quantize it with --quantype fxp, without --lsq.",
      )
      .replace("Give longWidth: ", "Use --long-width ")
      .replace(/(has \d+ bits, and )width is/, "$1--width is")
      .replace("Give width: ", "Use --width ")
      .replace(/longWidth is given and width/, "--long-width is given and --width")
      .replace(/ranges is given and width/, "--ranges is given and --width")
      .replace(/give width: 8 or 16/, "give --width 8 or 16");
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
