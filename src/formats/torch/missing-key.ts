/** A checkpoint that holds several state dicts, or one deeper in it: which is meant has to be said. */

import { FormatError } from "../../errors.js";

/** `keys` are those that may be given as `key`, in the order of the file; "" is all of it. */
export class MissingKeyError extends FormatError {
  override name = "MissingKeyError";
  readonly keys: readonly string[];

  /** @param keys at least one */
  constructor(message: string, keys: readonly string[]) {
    super(message);
    this.keys = keys;
  }
}
