/** The options of quantizers, and those of a network's quantizers: one set for all, and others per kind of tensor. */

import type { Place } from "../schema/place.js";
import { groupOf, optional, readOptions, withDefault, type Schema } from "../schema/schema.js";
import { flag, oneOf, orNone, whole, type ValueType } from "../schema/value-types.js";

/** "fxp": a power of two is the step, as integer hardware has it. "fake": any step. */
export type Quantype = "fxp" | "fake";
/** To the next multiple of the step (halves go up), to the one below, or to the one above. */
export type Roundtype = "nearest" | "floor" | "ceil";
/** What the range is: the largest value, or what makes the mean square error small, by trying or by a formula. */
export type RangeSetting = "minmax" | "MSE_simulation" | "MSE_analysis";
/** What is quantized: outputs, potentials, inputs, weights, biases. */
export type TensorType = "act" | "v" | "input" | "w" | "bias";

interface Shared {
  /** 2 to 16 (default 8). */
  bits?: number;
  /** Default "fxp". */
  quantype?: Quantype;
  /** Default "nearest". */
  roundtype?: Roundtype;
  /** Default "minmax". */
  rangeSetting?: RangeSetting;
  /** Fractional bits whatever the range is (default null: as the range needs them); of "fxp" alone. */
  forceQ?: number | null;
  /** true: the step is learned (default false). */
  LSQ?: boolean;
  /** false: what it is given passes untouched (default true). */
  quantEnable?: boolean;
  /** Only false: an offset of the reference that has no meaning. */
  isAsymmetric?: false;
}

export interface QuantizerOptions extends Shared {
  /** Default "act". Ranges of "w" and "bias" are those of the values as they are, not of all that ever were. */
  tensorType?: TensorType;
  /** "qualia": as the reference does, with its faults. */
  compat?: "qualia";
}

/** For all quantizers of a layer or a network; what stands under a kind of tensor is for that kind alone. */
export interface QuantParams extends Shared {
  readonly input?: Shared;
  readonly act?: Shared;
  readonly v?: Shared;
  readonly w?: Shared;
  /** Given, if only as {}: biases have a quantizer of their own; otherwise weights and bias share one. */
  readonly bias?: Shared;
}

export type QuantizerSettings = Required<Omit<QuantizerOptions, "compat" | "isAsymmetric">> &
  Pick<QuantizerOptions, "compat" | "isAsymmetric">;

const symmetric: ValueType<false> = {
  expects: "false",
  read: (value, place) =>
    value === false
      ? value
      : place.fail(
          `is ${place.show(value)}; expected false: ranges are symmetric. Leave it out; the offset of the reference is meaningless.`,
        ),
  write: (value) => value,
};

/** Those of all quantizers, with their defaults. */
export const quantizerFields = {
  bits: withDefault(whole(2, 16), 8, "Bits of an integer, the sign included."),
  quantype: withDefault(
    oneOf(["fxp", "fake"]),
    "fxp",
    "Whether the step is a power of two (fxp), or any (fake).",
  ),
  roundtype: withDefault(
    oneOf(["nearest", "floor", "ceil"]),
    "nearest",
    "How values are rounded to whole steps.",
  ),
  rangeSetting: withDefault(
    oneOf(["minmax", "MSE_simulation", "MSE_analysis"]),
    "minmax",
    "What the range is: the largest value, or what makes the mean square error small.",
  ),
  forceQ: withDefault(orNone(whole(-64, 64)), null, "Fractional bits, whatever the range is."),
  LSQ: withDefault(flag, false, "Whether the step is learned.", { key: "LSQ" }),
  quantEnable: withDefault(flag, true, "Whether anything is quantized."),
  isAsymmetric: optional(symmetric, "Only false."),
};

const compatField = optional(oneOf(["qualia"]), "Whose faults to have, too.");

function checkForced(
  { quantype, forceQ }: Pick<QuantizerSettings, "quantype" | "forceQ">,
  place: Place,
): void {
  if (forceQ === null || quantype === "fxp") return;
  place.fail(
    `${place.name("forceQ")} is ${forceQ} and quantype ${place.show(quantype)}; expected quantype "fxp": another has no fractional bits.`,
  );
}

const quantizerSchema: Schema<QuantizerSettings> = {
  fields: {
    ...quantizerFields,
    tensorType: withDefault(oneOf(["act", "v", "input", "w", "bias"]), "act", "What is quantized."),
    compat: compatField,
  },
  check: checkForced,
};

/** @throws TypeError, RangeError for values that make no quantizer */
export function readQuantizerOptions(where: string, options: QuantizerOptions): QuantizerSettings {
  return readOptions(where, options, quantizerSchema);
}

const { bits, quantype, roundtype, rangeSetting, forceQ, LSQ, quantEnable, isAsymmetric } = quantizerFields;

/** The same without defaults: what is left out is that of the network. */
const given = {
  bits: optional(bits.type, bits.meaning),
  quantype: optional(quantype.type, quantype.meaning),
  roundtype: optional(roundtype.type, roundtype.meaning),
  rangeSetting: optional(rangeSetting.type, rangeSetting.meaning),
  forceQ: optional(forceQ.type, forceQ.meaning),
  LSQ: optional(LSQ.type, LSQ.meaning, { key: "LSQ" }),
  quantEnable: optional(quantEnable.type, quantEnable.meaning),
  isAsymmetric,
};

const ofOneType = groupOf<Shared>({ fields: given });

export const tensorTypes: readonly TensorType[] = ["input", "act", "v", "w", "bias"];

const quantParamsSchema = {
  fields: {
    ...given,
    input: optional(ofOneType, "For inputs of layers alone."),
    act: optional(ofOneType, "For outputs alone."),
    v: optional(ofOneType, "For potentials, thresholds and time constants alone."),
    w: optional(ofOneType, "For weights alone."),
    bias: optional(ofOneType, "For biases alone, which then have a quantizer of their own."),
  },
  check: checkTogether,
} as Schema<QuantParams>;

/** What options are called. */
export const quantParamKeys: readonly string[] = Object.keys(quantParamsSchema.fields);

/** What options must obey together, those of all kinds of tensors and those of each. @throws through the place */
export function checkTogether(params: QuantParams, place: Place): void {
  for (const type of tensorTypes) {
    const { forceQ: forced = null, quantype: kind = "fxp" } = sharedOf(type, params);
    checkForced({ forceQ: forced, quantype: kind }, params[type] === undefined ? place : place.at(type));
  }
}

/** One set of options over another, kind of tensor by kind of tensor. */
export function mergedQuantParams(under: QuantParams, over: QuantParams): QuantParams {
  const both = tensorTypes.filter((type) => under[type] !== undefined && over[type] !== undefined);
  const merged = Object.fromEntries(both.map((type) => [type, { ...under[type], ...over[type] }]));
  return { ...under, ...over, ...merged };
}

/** As an option of a layer. */
export const quantParams: ValueType<QuantParams> = {
  ...groupOf(quantParamsSchema),
  expects: 'options of quantizers, such as { bits: 8, roundtype: "floor" }',
};

/** @throws TypeError, RangeError for values that make no quantizer */
export function readQuantParams(where: string, params: QuantParams): QuantParams {
  return readOptions(where, params, quantParamsSchema);
}

/** What holds for a kind of tensor: that of all, and over it that of the kind. */
function sharedOf(type: TensorType, params: QuantParams): Shared {
  const { input: _i, act: _a, v: _v, w: _w, bias: _b, ...all } = params;
  return { ...all, ...params[type] };
}

/**
 * The options of one quantizer of a layer. A learned step would be one for potentials and threshold alike, and can take the
 * threshold away: potentials have none, unless the reference is followed.
 */
export function quantizerOptions(
  type: TensorType,
  params: QuantParams,
  compat: "qualia" | undefined,
): QuantizerOptions {
  const shared = sharedOf(type, params);
  const isLearned = type === "v" && compat === undefined ? false : shared.LSQ;
  return {
    ...shared,
    LSQ: isLearned ?? false,
    tensorType: type,
    ...(compat === undefined ? {} : { compat }),
  };
}
