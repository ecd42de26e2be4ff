/** The options of `atif quantize` as the options of quantizers. */

import { parseOverride, type Override } from "../experiment/description/index.js";
import { readQuantParamsSet } from "../experiment/description/quant-params-set.js";
import {
  tensorTypes,
  type QuantParams,
  type Quantype,
  type RangeSetting,
  type Roundtype,
  type TensorType,
} from "../quantization/quantizer-options.js";
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
  readonly rangeSetting?: string;
  readonly lsq?: boolean;
  /** "act.roundtype=ceil" */
  readonly set?: readonly string[];
}

const ROUNDTYPES: readonly Roundtype[] = ["floor", "nearest", "ceil"];
const QUANTYPES: readonly Quantype[] = ["fxp", "fake"];
const RANGE_SETTINGS: readonly RangeSetting[] = ["minmax", "MSE_simulation", "MSE_analysis"];

/**
 * @throws UsageError for a word that is none of those expected, and for options that make no sense together; ConfigError for what
 *   is set and is no option of quantizers
 */
export function quantParamsAsked(asked: QuantizeOptionsAsked): QuantParams {
  const roundtype = wordAsked("--roundtype", asked.roundtype, ROUNDTYPES);
  const quantype = wordAsked("--quantype", asked.quantype, QUANTYPES);
  const rangeSetting = wordAsked("--range-setting", asked.rangeSetting, RANGE_SETTINGS);
  const { bits = USUAL_BITS, forceQ, lsq, set = [] } = asked;
  if (forceQ !== undefined && quantype === "fake") {
    throw new UsageError(
      `--force-q is ${forceQ} and --quantype fake; expected --quantype fxp with it: fake steps have no fractional bits.`,
    );
  }
  const types = tensorTypes.flatMap((type) => {
    const own = asked[type];
    return own === undefined ? [] : [[type, { bits: own }] as const];
  });
  const params: QuantParams = {
    bits,
    ...(roundtype === undefined ? {} : { roundtype }),
    ...(quantype === undefined ? {} : { quantype }),
    ...(forceQ === undefined ? {} : { forceQ }),
    ...(rangeSetting === undefined ? {} : { rangeSetting }),
    ...(lsq === true ? { LSQ: true } : {}),
    ...Object.fromEntries(types),
  };
  return set.length === 0
    ? params
    : readQuantParamsSet(
        params,
        set.map((option): Override => parseOverride(option)),
      );
}

/** One of some words, if any was given. @throws UsageError for another one */
export function wordAsked<W extends string>(
  option: string,
  text: string | undefined,
  words: readonly W[],
): W | undefined {
  return text === undefined ? undefined : oneOf(option, words)(text);
}
