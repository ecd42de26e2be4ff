import { builtinModule } from "./host.js";

/** Cores that this process or page may use: at least 1. */
export function availableCores(): number {
  const os = builtinModule<typeof import("node:os")>("node:os");
  return os?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}
