/** Whether operations are recorded on the tape. */

import { checkFunction } from "../checks.js";
import { checkSynchronous } from "../tensor/scope.js";

let enabled = true;

export function gradEnabled(): boolean {
  return enabled;
}

/** Runs fn without recording: nothing is saved for a backward pass. @throws TypeError; StateError if fn is asynchronous */
export function noGrad<R>(fn: () => R): R {
  checkFunction("noGrad: the argument", fn, "() => model.run(x)");
  return withGrad(false, fn);
}

/** Runs fn with recording on or off. */
export function withGrad<R>(on: boolean, fn: () => R): R {
  const before = enabled;
  enabled = on;
  try {
    const result = fn();
    checkSynchronous("noGrad", result);
    return result;
  } finally {
    enabled = before;
  }
}
