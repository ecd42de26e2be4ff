/** Training and evaluation mode for the length of one synchronous piece of work. */

import type { Module } from "./module.js";

/** Runs fn with the whole model in one mode, and gives every layer back the mode it had. */
export function withMode<R>(model: Module, training: boolean, fn: () => R): R {
  const before = model.namedModules().map(([, module]) => [module, module.training] as const);
  model.train(training);
  try {
    return fn();
  } finally {
    for (const [module, mode] of before) module.training = mode;
  }
}
