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

/** Runs fn with recording, within noGrad() too. @throws TypeError; StateError if fn is asynchronous */
export function enableGrad<R>(fn: () => R): R {
  checkFunction("enableGrad: the argument", fn, "() => model.run(x)");
  return withGrad(true, fn, "enableGrad");
}

/** Runs fn with recording on or off. */
export function withGrad<R>(on: boolean, fn: () => R, where = "noGrad"): R {
  const before = enabled;
  enabled = on;
  try {
    const result = fn();
    checkSynchronous(where, result);
    return result;
  } finally {
    enabled = before;
  }
}
