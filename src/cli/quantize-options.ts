/** The options of `atif quantize` as the options of quantizers. */

import type { QuantParams, Quantype, Roundtype, TensorType } from "../quantization/quantizer-options.js";
import { oneOf } from "./arguments.js";
import { UsageError } from "./exit-codes.js";

/** Bits of an integer, the sign included. */
export const LEAST_BITS = 2;
export const MOST_BITS = 16;
export const USUAL_BITS = 8;

export interface QuantizeOptionsAsked extends Partial<Readonly<Record<TensorType, number>>> {
  readonly bits?: number;
  readonly roundtype?: string;
  readonly quantype?: string;
  readonly forceQ?: number;
}

const TYPES: readonly TensorType[] = ["input", "act", "v", "w", "bias"];
const ROUNDTYPES: readonly Roundtype[] = ["floor", "nearest", "ceil"];
const QUANTYPES: readonly Quantype[] = ["fxp", "fake"];

/** @throws UsageError for a word that is none of those expected, and for options that make no sense together */
export function quantParamsAsked(asked: QuantizeOptionsAsked): QuantParams {
  const roundtype = wordAsked("--roundtype", asked.roundtype, ROUNDTYPES);
  const quantype = wordAsked("--quantype", asked.quantype, QUANTYPES);
  const { bits = USUAL_BITS, forceQ } = asked;
  if (forceQ !== undefined && quantype === "fake") {
    throw new UsageError(
      `--force-q is ${forceQ} and --quantype fake; expected --quantype fxp with it: fake steps have no fractional bits.`,
    );
  }
  const types = TYPES.flatMap((type) => {
    const own = asked[type];
    return own === undefined ? [] : [[type, { bits: own }] as const];
  });
  return {
    bits,
    ...(roundtype === undefined ? {} : { roundtype }),
    ...(quantype === undefined ? {} : { quantype }),
    ...(forceQ === undefined ? {} : { forceQ }),
    ...Object.fromEntries(types),
  };
}

/** One of some words, if any was given. @throws UsageError for another one */
export function wordAsked<W extends string>(
  option: string,
  text: string | undefined,
  words: readonly W[],
): W | undefined {
  return text === undefined ? undefined : oneOf(option, words)(text);
}
