/** A kind of layer in lists that describe networks of other tools. */

import type { ForeignArray, ForeignArrays } from "./foreign-arrays.js";

export type Arguments = Readonly<Record<string, unknown>>;

export interface ListedKind {
  /** As a network here calls it. */
  readonly kind: string;
  /** Names of the arguments that may stand in order, as PyTorch spells them; [] where an object alone may stand. */
  readonly order: readonly string[];
  /** Arguments that mean nothing here, with the values that they may have; "any": whatever. */
  readonly without?: Readonly<Record<string, readonly unknown[] | "any">>;
  /** Arrays that may stand in a file and mean nothing: the state of its last call. */
  readonly state?: readonly string[];
  /** What stands in a file, of arguments that are left out. */
  fromArrays?(arrays: ForeignArrays, name: string, given: Arguments): Arguments;
  /** Arguments to options, where they are more than other spellings. @throws RangeError, TypeError */
  options?(given: Arguments, arrays: ForeignArrays, name: string): Arguments;
  /** Arrays that arguments say and a file need not hold, by their names in the layer. @throws RangeError, TypeError */
  arrays?(given: Arguments): Readonly<Record<string, ForeignArray>>;
}
