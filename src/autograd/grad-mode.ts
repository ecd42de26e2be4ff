/** Whether operations are recorded on the tape. */

import { StateError } from "../errors.js";

let enabled = true;

export function gradEnabled(): boolean {
  return enabled;
}

/** Runs fn without recording: nothing is saved for a backward pass. @throws StateError if fn is asynchronous */
export function noGrad<R>(fn: () => R): R {
  return withGrad(false, fn);
}

/** Runs fn with recording on or off. */
export function withGrad<R>(on: boolean, fn: () => R): R {
  const before = enabled;
  enabled = on;
  try {
    const result = fn();
    if (result instanceof Promise) {
      throw new StateError(
        "noGrad: the function returned a promise; expected a synchronous function. Await outside of it.",
      );
    }
    return result;
  } finally {
    enabled = before;
  }
}
