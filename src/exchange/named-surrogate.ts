/** The surrogates that options name, so that files can hold them. */

import { withDefault, type DefaultField } from "../schema/schema.js";
import { oneOf } from "../schema/value-types.js";
import { steepness } from "../neurons/node-options.js";
import { atanSurrogate } from "../surrogates/atan.js";
import { fastSigmoidSurrogate } from "../surrogates/fast-sigmoid.js";
import { sigmoidSurrogate } from "../surrogates/sigmoid.js";
import type { Surrogate } from "../surrogates/surrogate.js";

export type SurrogateName = "sigmoid" | "atan" | "fast_sigmoid";

export interface NamedSurrogateOptions {
  /** What stands in for the slope of the spike. */
  surrogate?: SurrogateName;
  /** Its steepness, > 0: alpha of the sigmoid and of the arc tangent, the slope k of the fast sigmoid. */
  alpha?: number;
}

export type NamedSurrogateSettings = Required<NamedSurrogateOptions>;

const makers = { sigmoid: sigmoidSurrogate, atan: atanSurrogate, fast_sigmoid: fastSigmoidSurrogate };

/** @param name and alpha what is taken where they are left out */
export function surrogateFields(
  name: SurrogateName,
  alpha: number,
): { readonly surrogate: DefaultField<SurrogateName>; readonly alpha: DefaultField<number> } {
  return {
    surrogate: withDefault(
      oneOf(["sigmoid", "atan", "fast_sigmoid"]),
      name,
      "What stands in for the slope of the spike.",
    ),
    alpha: withDefault(steepness, alpha, "Its steepness."),
  };
}

export function surrogateOf({ surrogate, alpha }: NamedSurrogateSettings): Surrogate {
  return makers[surrogate](alpha);
}

/** The options that name it. @throws TypeError for a function that no option names */
export function surrogateOptions(where: string, { sigmoidAlpha, named }: Surrogate): NamedSurrogateSettings {
  if (named !== undefined) return { surrogate: named.name, alpha: named.alpha };
  if (sigmoidAlpha !== undefined) return { surrogate: "sigmoid", alpha: sigmoidAlpha };
  throw new TypeError(
    `${where}: surrogateFunction is a function that no option names, so that it cannot be described as data; ` +
      `expected the sigmoid, atanSurrogate(alpha) or fastSigmoidSurrogate(slope). Build in code and use stateDict().`,
  );
}
